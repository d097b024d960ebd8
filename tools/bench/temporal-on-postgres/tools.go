//go:build tools

// Package tools pins Temporal's server and its schema tool, which the benchmark builds to run Temporal on PostgreSQL.
package tools

import (
	_ "go.temporal.io/server/cmd/server"
	_ "go.temporal.io/server/cmd/tools/sql"
)
