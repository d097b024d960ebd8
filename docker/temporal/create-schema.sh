#!/bin/sh
# Makes Temporal's databases, or brings their tables to this version. Setting up twice would reset the recorded
# version, so that is done only for a database that was made just now.
set -eu
schema=/etc/temporal/schema/postgresql/v12

prepare() {
  database=$1
  versions=$2
  if temporal-sql-tool --database "$database" create-database; then
    temporal-sql-tool --database "$database" setup-schema --version 0.0
  fi
  temporal-sql-tool --database "$database" update-schema --schema-dir "$schema/$versions/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
