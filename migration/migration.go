// Package migration turns a folder into an ordered list of migrations: what a
// migration framework would send to the server, in which order, in which
// transaction, and in which round trips.
package migration

import (
	"regexp"
	"slices"
	"time"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// Set is everything one run looks at.
type Set struct {
	Streams []*Stream
	// Ignored are the folders and files outside the streams that the search for
	// migrations left out although they hold SQL, and why.
	Ignored []Ignored
}

// Stream is one history of migrations: one folder (or several that the framework
// merges) with one framework.
type Stream struct {
	Root       string // display path of its folder
	Framework  *Framework
	Why        []string     // the evidence for the framework, one sentence each
	Migrations []*Migration // in the order the framework runs them
	Ignored    []Ignored    // files in the folder that the framework does not run
	Problems   []Problem    // about the stream as a whole
	// OtherDatabase is set when the framework's own files say that its migrations are
	// not for PostgreSQL, with where that stands: `sqlite, says meta/_journal.json`.
	// None of them is read.
	OtherDatabase string
}

// Ignored is a file that the framework does not run.
type Ignored struct {
	Path string
	Why  string
	// Odd is set when it could not be read for what it is: a link that leads
	// nowhere, a pipe, a folder without permission. People are told of it unasked.
	Odd bool
	// Mistake is set when the file looks like a migration that somebody meant to
	// run, such as 1_x.sql under golang-migrate. Stream.Problems has an
	// "ignored-file" problem for it.
	Mistake bool
	File    *source.File // set with Mistake
}

// Migration is one version: what is known of it without reading its SQL.
type Migration struct {
	Version    string    // as the framework compares it
	Name       string    // the rest of the file name, for messages
	Time       time.Time // from a timestamp version; zero if it has none
	Files      []*source.File
	Repeatable bool // runs again whenever it changes
	// Group, if not empty, is what the steps of one change have in common that were
	// split into a migration each. Their downs take back the change as a whole: one
	// of them need not undo its own up.
	Group  string
	Judged bool // false: history only, no findings wanted
	NoDown bool // says itself, in the framework's own words, that it needs no down
	// AfterUnread is set when migrations that cannot be read, such as goose's that
	// are written in Go, run between the one before and this one.
	AfterUnread bool
	// DownUnread is set when its way back cannot be read.
	DownUnread bool
	// Problems are about its place in the stream, such as a version that is used
	// twice.
	Problems []Problem

	// place is where it stands in a file that may hold many; nowhere for most.
	place source.Span
	parse func() Scripts
	// before is parse for what its file was before the change under review; nil if
	// Framework.Parse is.
	before func(old *source.File) Scripts
	base   *base // nil: new, not under review, or not known
}

// Scripts are the two directions of a migration.
type Scripts struct {
	Up       *Script // nil: the framework has only its down
	Down     *Script // nil: missing. A section or file without statements is not nil.
	Problems []Problem
}

// Script is one direction of a migration.
type Script struct {
	File     *source.File
	Span     source.Span // the part of the file it is written in
	Batches  []Batch
	Comments []sqlast.Comment // every comment in Span
	// Program is how a program comes to send the Batches, of which each is a Send
	// in it: what a condition decides, and what a loop repeats. It is nil for a
	// script that is sent as it stands.
	Program []sqlast.RoutineStmt
	// NoTransaction is set when the migration itself opts out of the framework's
	// transaction.
	NoTransaction bool
	// BeginsAgain is set when a transaction that the script itself ends is followed
	// by another one of the framework's, from the next batch on: JDBC drivers begin
	// one whenever none is open, while autocommit is off.
	BeginsAgain bool
	// LeaveTransaction, if not empty, is how this script gets out of the framework's
	// transaction, where that differs from Framework.LeaveTransaction.
	LeaveTransaction string
}

// Batch is statements that go to the server together.
type Batch struct {
	Stmts []*sqlast.Statement
	Tx    TxShape
}

// HasStatements reports whether the script has any.
func (s *Script) HasStatements() bool {
	return s != nil && slices.ContainsFunc(s.Batches, func(b Batch) bool { return len(b.Stmts) > 0 })
}

// Statements returns the statements of all batches in order.
func (s *Script) Statements() []*sqlast.Statement {
	if s == nil {
		return nil
	}
	var all []*sqlast.Statement
	for _, b := range s.Batches {
		all = append(all, b.Stmts...)
	}
	return all
}

// TxShape is how a batch meets the server's transactions.
type TxShape int

// The transaction shapes.
const (
	// PerStatement: each statement is sent on its own and commits on its own.
	PerStatement TxShape = iota
	// Implicit: the batch is one multi-statement simple query. With two or more
	// statements the server wraps it in a transaction of its own.
	Implicit
	// PerFile: the framework begins a transaction, runs every batch of the script
	// in it, and commits.
	PerFile
	// PerRun: one transaction around all pending migrations.
	PerRun
)

var shapeNames = [...]string{"per statement", "implicit", "per file", "per run"}

// String is the shape in words, as detect prints it.
func (t TxShape) String() string { return shapeNames[t] }

// Problem is something wrong with the files themselves: an unknown directive, a
// duplicate version. Rule names the rule that reports it.
type Problem struct {
	Rule       string
	Span       source.Span
	Message    string // lower case, no final period
	Suggestion string // text to write instead, if there is one
	Related    source.Span
	RelatedMsg string
}

// Downs is a framework's stance on down migrations.
type Downs int

// The stances.
const (
	NoDowns      Downs = iota // forward-only: it has none
	OptionalDown              // runs without one
	RequiredDown              // refuses to run, or to go back, without one
)

// Framework is a migration tool. Adding one is one file and one line in
// Frameworks.
type Framework struct {
	Name  string // "golang-migrate": the value of --framework
	Title string // as its users write it
	Downs Downs
	// Files says what its migrations look like, to users whose folder has none:
	// "<number>_<name>.up.sql".
	Files string
	// Mark, if not nil, matches a line that stands in its files and in no others;
	// Directive is that line as its users write it. They tell whose a file on its
	// own is, such as standard input.
	Mark      *regexp.Regexp
	Directive string
	// Recursive is set when the framework reads the folder's sub-folders too: a
	// file below them, such as <version>_<name>/up.sql, belongs to the folder.
	Recursive bool
	// Runs reports whether the framework takes a file of this name, without its
	// folder, for a migration.
	Runs func(name string) bool
	// Detect judges a folder by its names and contents; it does not read the
	// folder's sub-folders unless the framework does.
	Detect func(dir *Dir) Evidence
	// Load reads the folder, but does not parse it. The error is only for I/O;
	// everything about the user's files is a Problem.
	Load func(dir *Dir, opts Options) (*Stream, error)
	// Parse reads one file on its own, such as standard input.
	Parse func(f *source.File, opts Options) Scripts
	// Late says what becomes of a migration that is added before one that has run:
	// "golang-migrate never runs it". Empty where nothing decides that.
	Late string
	// Edited says what becomes of an edit to a migration that has run:
	// "golang-migrate never runs it again". Empty where nothing decides that.
	Edited string
	// Checksums is set when every byte of a file that has run must stay, comments
	// included.
	Checksums bool
	// LeaveTransaction says how a migration gets out of the framework's
	// transaction, as an instruction to its author: "put `-- +goose NO
	// TRANSACTION` at the top of the file". Empty if it runs in none.
	LeaveTransaction string
	// AloneInFile is set when CONCURRENTLY works only as the single statement of
	// its batch even after leaving the transaction.
	AloneInFile bool
}

// Options tells Load what the user decided.
type Options struct {
	Framework   string // a framework's name; "" to detect
	Transaction string // "", "statement", "file", "run" or "implicit": overrides the shape of a plain folder
	// MultiStatement is golang-migrate's x-multi-statement=true: it cuts a file at
	// every semicolon and sends the pieces one by one.
	MultiStatement bool
	// Placeholders are the values of ${name} and the like, by name.
	Placeholders map[string]string
	// Changed, when not nil, holds the display paths of the files to judge; the
	// others are history.
	Changed map[string]bool
	// Base, when not nil, holds what the files of Changed were before the change, by
	// display path. A file that is not in it is new.
	Base map[string][]byte
	// Exclude are doublestar patterns of paths to leave out.
	Exclude []string
	// Layouts describe folders whose runner miglint does not know.
	Layouts []*Layout
}
