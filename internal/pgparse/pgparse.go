// Package pgparse turns SQL text into statements. It alone imports pg_query_go.
//
// The way of a text: its placeholders get their values (expand.go); one pass of
// our lexer finds tokens, comments and what psql or a template understands but
// PostgreSQL does not, which is masked at equal length (lexer.go, mask.go); the
// guard refuses what would take the C parser down (guard.go); the parser reads the
// text as a whole (parse.go) and, if it finds an error, statement by statement,
// with a second chance for the grammar of newer majors (recover.go, newer.go);
// each parse tree is lowered to ops (lower.go). The bodies of DO blocks, functions
// and procedures go the same way, one string further in (plpgsql.go).
package pgparse

import (
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// Options tells Parse what is around the SQL.
type Options struct {
	// PSQL is set when psql runs the text: backslash commands and the data of
	// COPY … FROM STDIN are legal then. They are masked and noted in the Result
	// either way; but only psql takes all the rest of the text for data when no
	// line \. ends it.
	PSQL bool
	// Placeholders are the values of ${name}, {{ .name }} and :name holes, by
	// name. They are put in their place before the text is parsed, the first two
	// also inside quotes; spans and texts keep the placeholder.
	Placeholders map[string]string
}

// Result is what Parse makes of a fragment.
type Result struct {
	// Statements in the order written. One that could not be read has a Problem
	// and no ops. Empty statements (";;") are left out. Bytes that are no text and
	// belong to no statement are one without a Text.
	Statements []*sqlast.Statement
	Comments   []sqlast.Comment // every comment of the fragment, in order
	// Meta are the psql meta-commands found, CopyData the data lines of COPY …
	// FROM STDIN with the line \. that ends them, Holes the placeholders: those
	// that have a value, and of the others those outside quotes.
	Meta     []source.Span
	CopyData []source.Span
	Holes    []Hole
	// Branches are the texts between {{ else }} and {{ end }} and the like that are
	// not read because no value decides for them.
	Branches []source.Span
}

// Hole is a template placeholder. One without a value stands for an identifier,
// a number or a string, whichever its statement can be read with; a statement
// that cannot be read with any has the Problem UnresolvedSQL.
type Hole struct {
	Span     source.Span
	Name     string // without braces, default and leading dot
	Resolved bool   // Options.Placeholders had a value
}
