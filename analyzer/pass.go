package analyzer

import (
	"iter"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// Pass is all that a rule sees of one script of one migration.
type Pass struct {
	Rule      *Rule
	Options   *Options
	Stream    *migration.Stream // for its framework, names and order
	Migration *migration.Migration
	Index     int // of Migration in Stream.Migrations
	Scripts   migration.Scripts
	Down      bool              // the script is the migration's down
	Script    *migration.Script // one of Scripts; nil if the migration has no up
	Stmts     []*Stmt           // those in the routines that the script runs included, each behind the one that runs it
	// Skipped are statements of routines that do not run, by what the history shows, or
	// only compute something, and whole IFs, CASEs and loops: comments stand on them.
	Skipped []*Stmt
	// Routines are the bodies that the script runs.
	Routines []*sqlast.Routine
	After    *catalog.Catalog // the schema after the script
	// Starts, for a down, are the schemas that it may lead back to: the one before
	// its own up, and those before the ups that come straight before that one and
	// have no down, for the one down may stand for them all. The last is its own.
	Starts []*catalog.Catalog
	// Directives are the `miglint:` comments of the script; Deprecations are the
	// columns that this and earlier migrations marked as deprecated.
	Directives   []Directive
	Deprecations *Deprecations

	report func(Diagnostic)
}

// Report hands in a finding. Rule, Migration and Down are filled in.
func (p *Pass) Report(d Diagnostic) { p.report(d) }

// ReportStmt hands in a finding about op i of a statement; Span and Until are
// filled in where they are not set.
func (p *Pass) ReportStmt(s *Stmt, i int, d Diagnostic) {
	if d.Span.IsZero() {
		d.Span = s.Ops[i].Pos()
	}
	d.stmt = s
	if d.Until == "" && len(d.Locks) > 0 {
		d.Until = s.Until()
	}
	p.report(d)
}

// Op is one op of an annotated statement.
type Op struct {
	*Stmt
	I  int // index in Stmt.Ops
	Op sqlast.Op
}

// Ops iterates over every op of the script in order.
func (p *Pass) Ops() iter.Seq[Op] {
	return func(yield func(Op) bool) {
		for _, s := range p.Stmts {
			for i, op := range s.Ops {
				if !yield(Op{Stmt: s, I: i, Op: op}) {
					return
				}
			}
		}
	}
}

// StreamPass is all that a rule sees of a stream as a whole.
type StreamPass struct {
	Rule    *Rule
	Options *Options
	Stream  *migration.Stream
	// Outlines are what is left of the migrations of Stream, one for each. Their
	// statements are gone: they were dropped once judged.
	Outlines []Outline
	Final    *catalog.Catalog // the schema after the last up

	report func(Diagnostic)
}

// Report hands in a finding. Migration is left to the rule.
func (p *StreamPass) Report(d Diagnostic) { p.report(d) }

// Judged returns the migration that made something of Final if it is under
// judgement; nil if it is only history, or was there before.
func (p *StreamPass) Judged(made catalog.Origin) *migration.Migration {
	if made.Migration < 0 || made.Migration >= len(p.Stream.Migrations) || !p.Stream.Migrations[made.Migration].Judged {
		return nil
	}
	return p.Stream.Migrations[made.Migration]
}

// Outline is a migration without its statements.
type Outline struct{ Up, Down *ScriptOutline } // nil as in migration.Scripts

// ScriptOutline is a script without its statements.
type ScriptOutline struct {
	Span       source.Span
	Statements int
	First      source.Span // the first statement, nowhere if there is none
	Directives []Directive // the `miglint:` comments
	// OnlyEnumValues is set when all it does is to add values to enums, which
	// PostgreSQL has no statement to undo.
	OnlyEnumValues bool
}

func outline(s *migration.Script, directives []Directive) *ScriptOutline {
	if s == nil {
		return nil
	}
	o := &ScriptOutline{Span: s.Span, Directives: directives}
	for _, b := range s.Batches {
		if o.Statements == 0 && len(b.Stmts) > 0 {
			o.First = b.Stmts[0].Span
		}
		o.Statements += len(b.Stmts)
	}
	o.OnlyEnumValues = o.Statements > 0 && onlyEnumValues(s)
	return o
}

func onlyEnumValues(s *migration.Script) bool {
	for _, b := range s.Batches {
		for _, stmt := range b.Stmts {
			if len(stmt.Ops) != 1 {
				return false
			}
			if _, ok := stmt.Ops[0].(*sqlast.AddEnumValue); !ok {
				return false
			}
		}
	}
	return true
}
