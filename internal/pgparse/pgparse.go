// Package pgparse turns SQL text into statements. It alone imports pg_query_go.
package pgparse

import (
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// Options tells Parse what is around the SQL.
type Options struct {
	// PSQL is set when psql runs the text: backslash commands and the data of
	// COPY … FROM STDIN are legal then. They are masked and noted in the Result
	// either way.
	PSQL bool
	// Placeholders are the values of ${name}, {{ .name }} and :name holes, by
	// name.
	Placeholders map[string]string
}

// Result is what Parse makes of a fragment.
type Result struct {
	// Statements in the order written. One that could not be read has a Problem
	// and no ops. Empty statements (";;") are left out.
	Statements []*sqlast.Statement
	Comments   []sqlast.Comment // every comment of the fragment, in order
	// Meta are the psql meta-commands found, CopyData the data lines of COPY …
	// FROM STDIN, Holes the placeholders.
	Meta     []source.Span
	CopyData []source.Span
	Holes    []Hole
}

// Hole is a template placeholder.
type Hole struct {
	Span     source.Span
	Name     string
	Resolved bool // Options.Placeholders had a value
}
