#!/bin/sh
# Runs once, when the volume is new: a user and a database for Berth, a user for Temporal, which makes its own two.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres \
  --set berth="$BERTH_DATABASE_PASSWORD" --set temporal="$TEMPORAL_DATABASE_PASSWORD" <<'SQL'
create role berth login password :'berth';
create database berth owner berth;
create role temporal login createdb password :'temporal';
SQL
