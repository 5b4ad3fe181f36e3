package migration

import (
	"bytes"
	"go/ast"
	"io/fs"
	"slices"
	"strings"

	"github.com/miglint/miglint/internal/gosrc"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// goScript is what a Go function sends to the server. tx is the shape of a single
// call: PerFile or PerRun where the framework began a transaction, PerStatement
// where it did not. The script is nil if the function cannot be found.
func goScript(p *gosrc.Package, c gosrc.Call, fn ast.Expr, tx TxShape, opts Options) *Script {
	read, ok := p.Function(c, fn)
	if !ok {
		return nil
	}
	s := &Script{File: read.File.Source, Span: read.Span}
	w := goWriter{script: s, tx: tx, opts: opts, comments: read.File.Comments(read.Span)}
	for _, c := range w.comments {
		s.Comments = append(s.Comments, sqlast.Comment{Span: c.Span, Text: c.Text})
	}
	s.Program = w.steps(read.Steps, false)
	return s
}

// goPackage reads Go files of the folder.
func (d *Dir) goPackage(names []string) *gosrc.Package {
	files := make([]*source.File, 0, len(names))
	for _, in := range d.readAll(names) {
		files = append(files, in.file)
	}
	return gosrc.Parse(files, d.embedded)
}

// embedded opens a SQL file that a Go file of the folder embeds. A file above the
// folder cannot be embedded.
func (d *Dir) embedded(name string) (*source.File, bool) {
	if !isSQL(name) || !fs.ValidPath(name) {
		return nil, false
	}
	in := d.read(name)
	return in.file, in.text
}

type goWriter struct {
	script   *Script
	tx       TxShape
	opts     Options
	comments []gosrc.Comment // of the function that no statement has yet
}

// steps are the steps of a function as those of a program. later is set when a
// COMMIT follows them: then one right before a return among them ends only the
// way that ends there too, and what comes after is still in the transaction.
func (w *goWriter) steps(steps []gosrc.Step, later bool) []sqlast.RoutineStmt {
	var out []sqlast.RoutineStmt
	for i, step := range steps {
		rest := steps[i+1:]
		if later && endsTransaction(step) && len(rest) == 1 && rest[0].Kind == gosrc.Leave && rest[0].Leave == gosrc.Return {
			continue
		}
		if s := w.step(step, later || slices.ContainsFunc(rest, endsTransaction)); s != nil {
			out = append(out, s)
		}
	}
	return out
}

func endsTransaction(s gosrc.Step) bool { return s.Kind == gosrc.Commit || s.Kind == gosrc.Rollback }

// step is nil for one that sends nothing.
func (w *goWriter) step(step gosrc.Step, later bool) sqlast.RoutineStmt {
	switch step.Kind {
	case gosrc.Exec:
		return w.exec(step)
	case gosrc.Begin:
		return w.control(step, "BEGIN", sqlast.Begin)
	case gosrc.Commit:
		return w.control(step, "COMMIT", sqlast.Commit)
	case gosrc.Rollback:
		return w.control(step, "ROLLBACK", sqlast.Rollback)
	case gosrc.Unread:
		return w.opaque(step, notRead(step))
	case gosrc.Choose:
		c := &sqlast.Choose{Span: w.script.Span, Total: step.Total}
		for _, arm := range step.Arms {
			c.Arms = append(c.Arms, w.steps(arm, later))
		}
		return c
	case gosrc.Loop:
		return &sqlast.Loop{Span: w.script.Span, Body: w.steps(step.Body, later), Times: step.Times}
	case gosrc.Leave:
		return w.leave(step)
	}
	return nil
}

// notRead is why a step is not known.
func notRead(step gosrc.Step) string {
	switch call := clip(step.Call.Text()); step.Builder {
	case "":
		return "what " + call + " does with the connection it is given is not read"
	case "AutoMigrate":
		return "what AutoMigrate does depends on the models, and changes as they change: it is not read"
	default:
		return "the SQL that " + call + " makes of its model is not read"
	}
}

func (w *goWriter) leave(step gosrc.Step) sqlast.RoutineStmt {
	l := &sqlast.Leave{Span: w.script.Span}
	switch step.Leave {
	case gosrc.ReturnError:
		l.Kind = sqlast.RaiseException
	case gosrc.Exit:
		l.Kind = sqlast.Exit
	case gosrc.MayExit:
		l.Kind, l.Sometimes = sqlast.Exit, true
	case gosrc.Continue:
		l.Kind = sqlast.Continue
	}
	return l
}

// exec adds the statements of one call, which are one query.
func (w *goWriter) exec(step gosrc.Step) sqlast.RoutineStmt {
	if len(step.SQL) == 1 && step.SQL[0].Hole {
		return w.opaque(step, "the SQL is built while the program runs: "+clip(step.At.Text()))
	}
	frag := step.Fragment()
	if all := frag.Span(0, len(frag.Text)); all.Text() != frag.Text {
		derived := source.Derive(frag)
		frag = source.FileFragment(derived, 0, len(derived.Text))
	}
	res := pgparse.Parse(frag, pgparse.Options{Placeholders: w.opts.Placeholders})
	if len(res.Statements) == 0 {
		return nil
	}
	w.script.Comments = append(w.script.Comments, originals(res.Comments)...)
	for _, stmt := range res.Statements {
		stmt.Comments = originals(stmt.Comments)
	}
	return w.add(step, res.Statements)
}

// originals are comments where they were written.
func originals(comments []sqlast.Comment) []sqlast.Comment {
	for i := range comments {
		comments[i].Span = comments[i].Span.Original()
	}
	return comments
}

// control adds a statement that a method sends.
func (w *goWriter) control(step gosrc.Step, text string, kind sqlast.TransactionKind) sqlast.RoutineStmt {
	at := step.Site // a helper that begins a transaction serves many migrations
	op := &sqlast.Transaction{Node: sqlast.Node{At: at}, Kind: kind}
	return w.add(step, []*sqlast.Statement{{Span: at, Text: text, Ops: []sqlast.Op{op}}})
}

// opaque adds a statement that is not known.
func (w *goWriter) opaque(step gosrc.Step, why string) sqlast.RoutineStmt {
	at := w.here(step, step.At)
	return w.add(step, []*sqlast.Statement{{Span: at, Text: at.Text(),
		Problem: &sqlast.Problem{Kind: sqlast.UnresolvedSQL, Span: at, Message: why}}})
}

// here is a place of a step or, if that is in another file, the call that leads
// there.
func (w *goWriter) here(step gosrc.Step, at source.Span) source.Span {
	if at.File != w.script.File {
		return step.Site
	}
	return at
}

func (w *goWriter) add(step gosrc.Step, stmts []*sqlast.Statement) sqlast.RoutineStmt {
	stmts[0].Comments = append(w.above(step), stmts[0].Comments...)
	tx := w.tx
	if tx == PerStatement && len(stmts) > 1 {
		tx = Implicit
	}
	w.script.Batches = append(w.script.Batches, Batch{Stmts: stmts, Tx: tx})
	return &sqlast.Send{Stmts: stmts}
}

// above takes the Go comments that stand before the end of a call's last line.
func (w *goWriter) above(step gosrc.Step) []sqlast.Comment {
	text, end := w.script.File.Text, step.Site.End
	if i := bytes.IndexByte(text[end:min(end+maxTrailing, len(text))], '\n'); i >= 0 {
		end += i
	}
	var taken []sqlast.Comment
	for len(w.comments) > 0 && w.comments[0].Span.Start < end {
		c := w.comments[0]
		taken = append(taken, sqlast.Comment{Span: c.Span, Text: c.Text, Trailing: c.Span.Start > step.Site.End})
		w.comments = w.comments[1:]
	}
	return taken
}

// maxTrailing is how far behind a call a comment on its line may begin.
const maxTrailing = 200

// clip shortens a piece of Go to what fits in a message.
func clip(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > maxClip {
		return string(r[:maxClip]) + "…"
	}
	return text
}

const maxClip = 60
