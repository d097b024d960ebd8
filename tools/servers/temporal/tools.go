//go:build tools

// Package temporal pins the Temporal CLI, so that it can be built where its release cannot be downloaded.
package temporal

import _ "github.com/temporalio/cli/cmd/temporal"
