// Command miglint-vet is miglint as a tool of go vet:
//
//	go vet -vettool=$(which miglint-vet) ./...
//
// It reports in the migrations that are written in Go, and in the SQL migrations
// that a package embeds.
package main

import (
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/miglint/miglint/goanalysis"
)

func main() { unitchecker.Main(goanalysis.VetAnalyzer) }
