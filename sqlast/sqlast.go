// Package sqlast is what a SQL statement says, without how it was spelled.
//
// SQL text, and later Go and Alembic migrations, lower to one closed set of Op
// values. The catalog, the effects and the rules read ops and never a parser's
// own tree. Identifiers are folded as PostgreSQL folds them (unquoted names are
// lower case) and carry the span where they were written.
package sqlast

import (
	"strings"

	"github.com/miglint/miglint/source"
)

// Statement is one SQL statement of a migration.
type Statement struct {
	Span source.Span // from its first token to its last, without the semicolon
	Text string      // the statement as it is sent, placeholders included
	// Ops has one op for each thing the statement does: each action of an ALTER
	// TABLE, each object of a DROP, in the order written. A statement that could
	// not be read has no ops and a Problem.
	Ops      []Op
	Comments []Comment // comments before the statement (since the previous one), inside it, and trailing on its last line
	Problem  *Problem
	Newer    *Newer // grammar that PostgreSQL 16 does not have; nil if there is none
}

// Newer is a piece of grammar that came with a major.
type Newer struct {
	Major int // the first one that has it
	Span  source.Span
}

// Comment is a comment with its delimiters removed and blanks trimmed.
type Comment struct {
	Span     source.Span
	Text     string
	Trailing bool // after the statement's semicolon, on its last line
}

// ProblemKind says why SQL could not be read.
type ProblemKind int

// The kinds of problem.
const (
	SyntaxError    ProblemKind = iota // PostgreSQL's grammar rejects it
	TooComplex                        // beyond what is safe to hand to the parser
	UnresolvedSQL                     // dynamic SQL or a placeholder hides what is sent
	UnreadableText                    // not text: NUL bytes, invalid UTF-8, too large
)

// Problem is a place in a file whose SQL could not be read, and why.
type Problem struct {
	Kind    ProblemKind
	Span    source.Span // the byte PostgreSQL complains about, or the whole unreadable part
	Message string      // lower case, no final period
}

// Op is one thing a statement does. The set is closed: the types of this
// package whose name does not end in Expr.
type Op interface {
	Pos() source.Span // the exact bytes of this op
	op()
}

// Node gives an op its span.
type Node struct{ At source.Span }

// Pos returns the exact bytes of the op.
func (n Node) Pos() source.Span { return n.At }

func (Node) op() {}

// Name is a possibly schema-qualified name as written. Schema is empty when
// the name is unqualified.
type Name struct {
	Schema, Name string
	Span         source.Span
}

// IsZero reports whether no name was given.
func (n Name) IsZero() bool { return n.Name == "" }

// String prints the name as SQL, quoted where it must be.
func (n Name) String() string {
	if n.Schema == "" {
		return QuoteIdent(n.Name)
	}
	return QuoteIdent(n.Schema) + "." + QuoteIdent(n.Name)
}

// QuoteIdent quotes an identifier where PostgreSQL needs it: anything but a
// lower-case plain name, and reserved words.
func QuoteIdent(s string) string {
	if isPlainIdent(s) && !reservedWords[s] {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func isPlainIdent(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '_' || 'a' <= c && c <= 'z':
		case i > 0 && ('0' <= c && c <= '9' || c == '$'):
		default:
			return false
		}
	}
	return s != ""
}

// QuoteLiteral prints s as a SQL string constant.
func QuoteLiteral(s string) string {
	q := "'" + strings.ReplaceAll(s, "'", "''") + "'"
	if strings.Contains(s, `\`) {
		return "E" + strings.ReplaceAll(q, `\`, `\\`)
	}
	return q
}

// reservedWords are the key words that PostgreSQL 16 refuses as a plain column
// or table name (categories "reserved" and "reserved (can be function or
// type)" of pg_get_keywords()).
var reservedWords = words(`all analyse analyze and any array as asc asymmetric
authorization binary both case cast check collate collation column concurrently
constraint create cross current_catalog current_date current_role current_schema
current_time current_timestamp current_user default deferrable desc distinct do
else end except false fetch for foreign freeze from full grant group having ilike
in initially inner intersect into is isnull join lateral leading left like limit
localtime localtimestamp natural not notnull null offset on only or order outer
overlaps placing primary references returning right select session_user similar
some symmetric system_user table tablesample then to trailing true union unique
user using variadic verbose when where window with`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// ObjectKind is a kind of database object.
type ObjectKind int

// The kinds of object that statements create, drop, rename or comment on.
const (
	OtherObject ObjectKind = iota
	Table
	ForeignTable
	View
	MaterializedView
	Index
	Sequence
	Column
	TableConstraint
	DomainConstraint
	Trigger
	Policy
	RewriteRule
	Type
	Domain
	Attribute
	EnumValue
	Function
	Procedure
	Aggregate
	Schema
	Extension
	Publication
	Subscription
	Database
	Role
	Tablespace
	EventTrigger
	Collation
	Operator
	OperatorClass
	OperatorFamily
	Cast
	Statistics
	TextSearch
	ForeignServer
	ForeignDataWrapper
	Language
	AccessMethod
)

var objectNames = [...]string{
	"object", "table", "foreign table", "view", "materialized view", "index", "sequence", "column",
	"constraint", "domain constraint", "trigger", "policy", "rule", "type", "domain", "attribute",
	"enum value", "function", "procedure", "aggregate", "schema", "extension", "publication",
	"subscription", "database", "role", "tablespace", "event trigger", "collation", "operator",
	"operator class", "operator family", "cast", "statistics object", "text search object",
	"foreign server", "foreign-data wrapper", "language", "access method",
}

// String is the kind in PostgreSQL's words, in lower case.
func (k ObjectKind) String() string { return objectNames[k] }

// Relation is a relation as a statement refers to it.
type Relation struct {
	Name
	Only     bool // ONLY: without its partitions or children
	IfExists bool // IF EXISTS on the relation itself
	Alias    string
}
