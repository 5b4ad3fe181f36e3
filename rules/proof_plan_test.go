package rules_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/analyzer/analyzertest"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/rules"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// plan is what a framework sends to the server to run the ups of an example.
type plan struct {
	units    []unit
	history  int                   // how many units come before what is judged
	down     *unit                 // of the last one
	findings []analyzer.Diagnostic // of the rule, judged with the set-up as history
}

// unit is one migration.
type unit struct {
	name  string // of its file
	steps []planned
}

// planned is one command.
type planned struct {
	sql  string
	stmt *analyzer.Stmt // nil for the framework's own BEGIN and COMMIT
	// query is set on the BEGIN before a batch that is sent as one query: the
	// statements of the batch.
	query string
}

// queries are what the framework sends for the migration.
func (u *unit) queries() []string {
	var all []string
	batch := false
	for _, s := range u.steps {
		switch {
		case s.query != "":
			all, batch = append(all, s.query), true
		case batch && s.stmt == nil:
			batch = false
		case !batch:
			all = append(all, s.sql)
		}
	}
	return all
}

// sendsBatches reports whether any of them is of several statements.
func (p *plan) sendsBatches() bool {
	for _, u := range p.units {
		for _, s := range u.steps {
			if s.query != "" {
				return true
			}
		}
	}
	return false
}

// text is the command on one line, as the record has it.
func (s *planned) text() string {
	text := strings.Join(strings.Fields(s.sql), " ")
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:300]) + " …"
	}
	if s.stmt == nil && (text == "BEGIN" || text == "COMMIT") {
		text += " -- not in the file"
	}
	return text
}

// newPlan judges an example on a major by one rule, or by none, with the set-up
// as history, and follows what is sent.
func newPlan(t *testing.T, example, setup string, rule *analyzer.Rule, major int) *plan {
	t.Helper()
	return planCase(t, analyzertest.Example(example), setup, rule, major)
}

func planCase(t *testing.T, c *analyzertest.Case, setup string, rule *analyzer.Rule, major int) *plan {
	t.Helper()
	c.Options.Major = major
	c.Options.Schema = parseSetup(t, setup)
	c.Options.Severities = map[string]analyzer.Severity{rule.Name: rule.Severity}
	p := &plan{}
	for _, d := range c.Judge(t, rules.All()...).Diagnostics {
		if d.Rule == rule {
			p.findings = append(p.findings, d)
		}
	}
	load, opts := c.Load, c.Options
	load.Changed, opts.Review = nil, false // everything runs, whatever is under review
	set, err := migration.Load(c.Files, ".", "", load)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	for pass := range analyzer.Annotate(set, opts) {
		switch {
		case pass.Script == nil:
		case pass.Down:
			u := newUnit(pass)
			p.down = &u
		default:
			p.units, p.down = append(p.units, newUnit(pass)), nil
		}
	}
	p.history = len(p.units) - 1
	return p
}

func parseSetup(t *testing.T, sql string) []*sqlast.Statement {
	t.Helper()
	f := source.NewFile("setup.sql", []byte(sql))
	stmts := pgparse.Parse(source.FileFragment(f, 0, len(f.Text)), pgparse.Options{}).Statements
	for _, s := range stmts {
		if s.Problem != nil {
			t.Fatalf("setup.sql: %s: %s", s.Problem.Span, s.Problem.Message)
		}
	}
	return stmts
}

func newUnit(pass *analyzer.Pass) unit {
	u := unit{name: path.Base(pass.Script.File.Path)}
	framed := false
	next := 0
	for _, b := range pass.Script.Batches {
		if len(b.Stmts) == 0 {
			continue
		}
		block := b.Tx == migration.Implicit && len(b.Stmts) > 1
		if block || (b.Tx == migration.PerFile || b.Tx == migration.PerRun) && !framed {
			begin := planned{sql: "BEGIN"}
			if block {
				begin.query = batchText(b.Stmts)
			}
			u.steps = append(u.steps, begin)
		}
		framed = framed || b.Tx == migration.PerFile || b.Tx == migration.PerRun
		for range b.Stmts {
			u.steps = append(u.steps, planned{sql: pass.Stmts[next].Text, stmt: pass.Stmts[next]})
			next++
		}
		if block {
			u.steps = append(u.steps, planned{sql: "COMMIT"})
		}
	}
	if framed {
		u.steps = append(u.steps, planned{sql: "COMMIT"})
	}
	return u
}

// sent is a plan of queries that are not what the statements of the file say,
// because the framework cuts them elsewhere: paragraphs.
func (p *plan) sent(t *testing.T, example, queries string) {
	t.Helper()
	u := unit{name: p.units[0].name}
	for q := range strings.SplitSeq(strings.TrimSpace(queries), "\n\n") {
		if !strings.Contains(example, q) {
			t.Errorf("sends.sql: the example does not have %q", q)
		}
		u.steps = append(u.steps, planned{sql: q})
	}
	p.units = []unit{u}
}

func batchText(stmts []*sqlast.Statement) string {
	texts := make([]string, len(stmts))
	for i, s := range stmts {
		texts[i] = s.Text
	}
	return strings.Join(texts, ";\n")
}

// at returns the findings that begin in the statement.
func (p *plan) at(s *planned) []analyzer.Diagnostic {
	if s.stmt == nil {
		return nil
	}
	var found []analyzer.Diagnostic
	for _, d := range p.findings {
		if !d.Down && !d.Span.IsZero() && d.Span.File.Path == s.stmt.Span.File.Path && s.stmt.Span.Start <= d.Span.Start && d.Span.Start < s.stmt.Span.End {
			found = append(found, d)
		}
	}
	return found
}

// Where a suggestion goes.
const (
	inPlace = "in place" // of the statement it is printed for
	related = "related"  // of that and those that the finding names beside it
	behind  = "behind"   // after that statement
	before  = "before"   // that statement
	atEnd   = "at end"   // of the migration
	earlier = "earlier"  // in a migration of its own before this one
	last    = "last"     // in a migration of its own after all others
	nowhere = "nowhere"  // it is no SQL to run
)

// elsewhere is a comment in a suggestion after which the SQL is not part of the
// migration, or of its transaction, any more.
var elsewhere = regexp.MustCompile(`\b(later|outside|own|then|after)\b`)

// suggested is the example with what the findings suggest in the place of what
// they are about, as migrations of a plain folder, each statement on its own
// unless transactions are written out. It is "" if nothing is suggested.
func (p *plan) suggested(place string) string {
	var w suggestionWriter
	for _, u := range p.units {
		var body, after, first strings.Builder
		alone := p.leavesTransaction(&u)
		for i := range u.steps {
			s := &u.steps[i]
			if s.stmt == nil && alone {
				continue // it is told to leave the framework's transaction
			}
			statement := strings.TrimRight(s.sql, "; \n") + ";\n"
			here, later := p.suggestion(s)
			switch {
			case here+later == "" && (place != related || !p.isRelated(s)):
				body.WriteString(statement)
			case place == inPlace:
				body.WriteString(p.otherActions(s) + here)
				after.WriteString(later)
			case place == before:
				body.WriteString(here + statement)
				after.WriteString(later)
			case place == behind:
				body.WriteString(statement + here)
				after.WriteString(later)
			case place == atEnd:
				body.WriteString(statement)
				after.WriteString(here + later)
			case place == earlier:
				body.WriteString(statement)
				first.WriteString(here + later)
			case place == last:
				body.WriteString(statement)
				w.rest += here + later
			default:
				body.WriteString(here)
				after.WriteString(later)
			}
			w.any = w.any || here+later != ""
		}
		for _, part := range []string{first.String(), body.String(), after.String()} {
			w.file(u.name, part)
		}
	}
	if !w.any {
		return ""
	}
	w.file("last.sql", w.rest)
	return w.b.String()
}

// completed is the example as migrations of golang-migrate, with what is suggested
// at the end of the last one's down.
func (p *plan) completed() string {
	var b strings.Builder
	suggestion := ""
	for _, d := range p.findings {
		if d.Down {
			suggestion += d.Suggestion + "\n"
		}
	}
	if p.down == nil || suggestion == "" {
		return ""
	}
	write := func(u *unit, number int, direction string) {
		fmt.Fprintf(&b, "-- %06d_migration.%s.sql --\n", number, direction)
		for i := range u.steps {
			b.WriteString(strings.TrimRight(u.steps[i].sql, "; \n") + ";\n")
		}
	}
	for i := range p.units {
		write(&p.units[i], i+1, "up")
	}
	write(p.down, len(p.units), "down")
	return b.String() + suggestion
}

// leavesTransaction reports whether a suggestion in the migration says how its
// file leaves the framework's transaction.
func (p *plan) leavesTransaction(u *unit) bool {
	for i := range u.steps {
		if here, later := p.suggestion(&u.steps[i]); strings.Contains(here+later, "-- put `") {
			return true
		}
	}
	return false
}

// otherActions are those of a statement that findings are not about: each is
// about one action, and suggests nothing for the others.
func (p *plan) otherActions(s *planned) string {
	if len(s.stmt.Ops) < 2 {
		return ""
	}
	text := s.stmt.Text
	cut := 0
	for k := len(s.stmt.Ops) - 1; k >= 0; k-- {
		at := s.stmt.Ops[k].Pos()
		for _, d := range p.at(s) {
			if d.Span.Start != at.Start && !strings.Contains(d.Suggestion, at.Text()) || cut == k+1 {
				continue
			}
			cut = k + 1
			from, to := at.Start-s.stmt.Span.Start, at.End-s.stmt.Span.Start
			if before := strings.TrimRight(text[:from], " \n\t"); strings.HasSuffix(before, ",") {
				from = len(before) - 1
			} else if after := strings.TrimLeft(text[to:], " \n\t"); strings.HasPrefix(after, ",") {
				to = len(text) - len(after) + 1
			} else {
				return "" // nothing is left
			}
			text = text[:from] + text[to:]
		}
	}
	if cut == 0 {
		return ""
	}
	return strings.TrimRight(text, "; \n") + ";\n"
}

// suggestionWriter writes the migrations of a plain folder.
type suggestionWriter struct {
	b     strings.Builder
	files int
	any   bool   // something was suggested
	rest  string // what comes after everything
}

// file adds a migration, unless it has no statements.
func (w *suggestionWriter) file(name, text string) {
	if strings.TrimSpace(strings.NewReplacer("BEGIN;", "", "COMMIT;", "").Replace(text)) == "" {
		return
	}
	w.files++
	name = strings.TrimLeft(strings.ReplaceAll(name, ".up.sql", ".sql"), "0123456789_")
	fmt.Fprintf(&w.b, "-- %04d_%s --\n%s", w.files, name, text)
}

// suggestion is what the findings of a statement suggest: what stands in its
// place, and what comes later.
func (p *plan) suggestion(s *planned) (here, later string) {
	var seen []string
	for _, d := range p.at(s) {
		if d.Suggestion == "" || slices.Contains(seen, d.Suggestion) {
			continue
		}
		seen = append(seen, d.Suggestion)
		now, then := splitSuggestion(d.Suggestion)
		if comment, _, _ := strings.Cut(now, "\n"); strings.Contains(comment, "in one transaction") && s.stmt.Tx == nil {
			now = "BEGIN;\n" + now + "COMMIT;\n"
		}
		here, later = here+now, later+then
	}
	return here, later
}

// makes reports whether a migration that is judged creates the table.
func (p *plan) makes(table string) bool {
	for _, u := range p.units[p.history:] {
		for _, s := range u.steps {
			if s.stmt == nil {
				continue
			}
			for _, op := range s.stmt.Ops {
				if create, ok := op.(*sqlast.CreateTable); ok && s.stmt.Before.Resolve(create.Name).String() == table {
					return true
				}
			}
		}
	}
	return false
}

// isRelated reports whether a finding names the statement beside its own.
func (p *plan) isRelated(s *planned) bool {
	for _, d := range p.findings {
		for _, r := range d.Related {
			if s.stmt != nil && r.Span.File.Path == s.stmt.Span.File.Path && s.stmt.Span.Start <= r.Span.Start && r.Span.Start < s.stmt.Span.End {
				return true
			}
		}
	}
	return false
}

// splitSuggestion parts what stands in the place of the statement from what is
// said to come elsewhere.
func splitSuggestion(text string) (here, later string) {
	rest := text + "\n"
	offset := 0
	for line := range strings.Lines(rest) {
		if comment, ok := strings.CutPrefix(strings.TrimSpace(line), "--"); ok && elsewhere.MatchString(comment) {
			return rest[:offset], rest[offset:]
		}
		offset += len(line)
	}
	return rest, ""
}

var (
	statementInRanges = regexp.MustCompile(`(?s)((?:UPDATE|DELETE FROM) (\S+) [^;]*?)(\S+) BETWEEN \$1 AND \$2([^;]*;)`)
	ownValue          = regexp.MustCompile(`= \$3\b`)
)

// runnable fills in what is left to the reader. What is to be repeated with
// ranges of a key runs twice: up to the middle, and all the rest. A value of the
// reader's own is '1'.
func runnable(suggestion string) string {
	return statementInRanges.ReplaceAllString(ownValue.ReplaceAllString(suggestion, "= '1'"),
		"$1$3 <= (SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY $3) FROM $2)$4\n$1$3 IS NOT NULL$4")
}

// suggestionCase turns what suggested returns into a project.
func suggestionCase(text string) *analyzertest.Case {
	c := analyzertest.Example(runnable(text))
	c.Load.Framework = "plain"
	if strings.Contains(text, ".up.sql --") {
		c.Load.Framework = "golang-migrate"
	}
	return c
}
