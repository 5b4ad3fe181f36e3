// Package goanalysis is miglint inside the drivers of go/analysis: go vet,
// golangci-lint, and editors.
//
// A package whose folder holds migrations is judged as the command line judges
// that folder: with the same detection of the framework, the same miglint.yaml,
// the same history and the same rules.
package goanalysis

import (
	"errors"
	"fmt"
	"go/ast"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/rules"
)

// Analyzer reports what the command line finds in the Go files of a package. It
// says nothing of .sql files: golangci-lint drops findings in them, and does not
// notice when they change.
var Analyzer = New("")

// VetAnalyzer is Analyzer for go vet, whose cache knows the files that a package
// embeds: it also reports in the migrations among them that are SQL, at their own
// positions.
var VetAnalyzer = newAnalyzer("", true)

const doc = `check PostgreSQL migrations for what they do to a live database

The migrations written in Go are judged with the folder around them as their
history: which tables they lock against whom, what they rewrite or scan, what
they lose, which running code they break, and whether there is a way back.
Decisions stand in miglint.yaml, which is found from the package's folder upward.`

// New is Analyzer with a configuration file that was named; "" to find one from
// each package's folder upward.
func New(config string) *analysis.Analyzer { return newAnalyzer(config, false) }

func newAnalyzer(config string, embedded bool) *analysis.Analyzer {
	a := &analysis.Analyzer{
		Name:             "miglint",
		Doc:              doc,
		URL:              "https://github.com/miglint/miglint",
		RunDespiteErrors: true, // migrations are read from their syntax
	}
	a.Flags.StringVar(&config, "config", config, "`file` to read instead of the miglint.yaml found from the package's folder upward; give an absolute path, since go vet starts the tool in each package's folder")
	a.Run = func(pass *analysis.Pass) (any, error) { return nil, run(pass, config, embedded) }
	return a
}

// run judges one package. A crash is an error, so that it does not take the
// driver and its other analyzers with it.
func run(pass *analysis.Pass, config string, embedded bool) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = crashed("judging "+files(pass), v, debug.Stack())
		}
	}()
	p := newPackage(pass, embedded)
	if p == nil {
		return nil
	}
	res, err := p.judge(config, rules.All())
	if err != nil {
		return err
	}
	for _, d := range res.Diagnostics {
		p.report(d)
	}
	return panics(res)
}

// files names the package by its first file: drivers that need no types have no
// path for it.
func files(pass *analysis.Pass) string {
	if len(pass.Files) == 0 {
		return "a package without files"
	}
	return "the package of " + pass.Fset.Position(pass.Files[0].Package).Filename
}

// panics is the error about rules that crashed.
func panics(res *analyzer.Result) error {
	var errs []error
	for _, c := range res.Panics {
		errs = append(errs, crashed(fmt.Sprintf("rule %s on %s", c.Rule.Name, c.Span), c.Value, c.Stack))
	}
	return errors.Join(errs...)
}

func crashed(doing string, value any, stack []byte) error {
	return fmt.Errorf("internal error: %s crashed: %v; this is a defect of miglint, not of your migrations: please report it at https://github.com/miglint/miglint/issues/new with these lines:\n%s",
		doing, value, stack)
}

// registries are the packages, and those below them, that migrations written in
// Go import to register themselves. A package that imports none of them is not
// looked at.
var registries = []string{
	"github.com/pressly/goose",
	"github.com/uptrace/bun/migrate",
	"github.com/go-pg/migrations",
	"github.com/go-gormigrate/gormigrate",
	"gopkg.in/gormigrate.v1",
	"gopkg.in/gormigrate.v2",
}

// registers reports whether the file imports a registry of migrations.
func registers(f *ast.File) bool {
	return slices.ContainsFunc(f.Imports, func(spec *ast.ImportSpec) bool {
		path, err := strconv.Unquote(spec.Path.Value)
		return err == nil && slices.ContainsFunc(registries, func(r string) bool {
			return path == r || strings.HasPrefix(path, r+"/")
		})
	})
}
