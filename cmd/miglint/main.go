// Command miglint checks PostgreSQL migrations before they are merged.
package main

import (
	"os"

	"github.com/miglint/miglint/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
