package analyzer

import (
	"cmp"
	"iter"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// Run replays every stream and judges its migrations by the rules. Rules that
// are off, opt-in without being asked for, or about another PostgreSQL major are
// left out. The result does not depend on how many processors there are.
func Run(set *migration.Set, rules []*Rule, opts Options) *Result {
	r := newRunner(rules, &opts)
	res := &Result{}
	for _, stream := range set.Streams {
		r.stream(stream, res)
	}
	slices.SortStableFunc(res.Diagnostics, compareDiagnostics)
	for _, d := range res.Diagnostics {
		switch d.Severity {
		case Error:
			res.Summary.Errors++
		case Warning:
			res.Summary.Warnings++
		default:
			res.Summary.Infos++
		}
	}
	return res
}

type runner struct {
	opts   *Options
	all    []*Rule
	rules  []*Rule // those that are on
	isOn   map[*Rule]bool
	byName map[string][]*Rule // by name and alias
	small  map[string]bool
}

func newRunner(rules []*Rule, opts *Options) *runner {
	r := &runner{opts: opts, all: rules, rules: enabled(rules, opts), small: smallTables(opts.SmallTables),
		isOn: map[*Rule]bool{}, byName: map[string][]*Rule{}}
	for _, rule := range r.rules {
		r.isOn[rule] = true
	}
	for _, rule := range rules {
		r.byName[rule.Name] = append(r.byName[rule.Name], rule)
		for _, alias := range rule.Aliases {
			r.byName[alias] = append(r.byName[alias], rule)
		}
	}
	return r
}

// enabled returns the rules that apply.
func enabled(rules []*Rule, opts *Options) []*Rule {
	var on []*Rule
	major := opts.PostgresMajor()
	for _, r := range rules {
		severity, named := opts.Severities[r.Name]
		switch {
		case severity == Off || r.OptIn && !named:
		case r.MinPG != 0 && major < r.MinPG || r.MaxPG != 0 && major > r.MaxPG:
		default:
			on = append(on, r)
		}
	}
	return on
}

// judgement is what the rules said of one migration.
type judgement struct {
	diagnostics []Diagnostic
	panics      []RulePanic
	ignores     []*ignores
	statements  int
	ignored     int
}

// Annotate yields every script of every judged migration, annotated as rules see
// it, in order: the up of a migration, then its down.
func Annotate(set *migration.Set, opts Options) iter.Seq[*Pass] {
	r := newRunner(nil, &opts)
	return func(yield func(*Pass) bool) {
		for _, s := range set.Streams {
			a, deps := r.begin(), &Deprecations{marks: &sync.Map{}}
			for i, scripts := range s.Scripts() {
				up, down := r.annotate(a, s, i, scripts, deps)
				if s.Migrations[i].Judged && (!yield(up) || down != nil && !yield(down)) {
					return
				}
			}
		}
	}
}

// begin returns an annotator whose catalog holds the starting schema.
func (r *runner) begin() *annotator {
	a := &annotator{cat: catalog.NewFor(r.opts.PostgresMajor()), opts: r.opts, small: r.small}
	for _, stmt := range r.opts.Schema {
		a.cat.Apply(stmt, catalog.Origin{Migration: catalog.StartingSchema})
	}
	return a
}

// annotated is a migration that is ready for the rules.
type annotated struct{ up, down *Pass }

// lot is how many statements the rules are handed at a time: to hand over a small
// migration costs as much as to judge it.
const lot = 64

// stream annotates the stream in order and hands each finished migration to the
// rules, which run beside the replay: catalogs are persistent, so nothing they
// read changes. At most a few migrations are in flight, and nothing keeps the
// statements of those that are done, which bounds memory.
func (r *runner) stream(s *migration.Stream, res *Result) {
	a, deps := r.begin(), &Deprecations{marks: &sync.Map{}}
	judged := make([]judgement, len(s.Migrations))
	outlines := make([]Outline, len(s.Migrations))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	var ready []annotated
	statements := 0
	hand := func() {
		some := ready
		ready, statements = nil, 0
		g.Go(func() error {
			for _, a := range some {
				judged[a.up.Index] = r.judge(a.up, a.down)
			}
			return nil
		})
	}
	for i, scripts := range s.Scripts() {
		up, down := r.annotate(a, s, i, scripts, deps)
		outlines[i] = Outline{Up: outline(scripts.Up, up.Directives)}
		if down != nil {
			outlines[i].Down = outline(scripts.Down, down.Directives)
		}
		if s.Migrations[i].Judged {
			ready = append(ready, annotated{up, down})
			statements += 1 + len(up.Stmts)
		}
		if statements >= lot {
			hand()
		}
	}
	hand()
	_ = g.Wait() // the functions above return no error
	found := 0
	for i := range judged {
		found += len(judged[i].diagnostics)
	}
	res.Diagnostics = slices.Grow(res.Diagnostics, found)
	byFile := map[*source.File][]*ignores{}
	for i, m := range s.Migrations {
		if !m.Judged {
			continue
		}
		res.Summary.Migrations++
		res.Summary.Statements += judged[i].statements
		res.Summary.Ignored += judged[i].ignored
		res.Diagnostics = append(res.Diagnostics, judged[i].diagnostics...)
		res.Panics = append(res.Panics, judged[i].panics...)
		for _, igs := range judged[i].ignores {
			byFile[igs.file] = append(byFile[igs.file], igs)
		}
	}
	p := StreamPass{Options: r.opts, Stream: s, Outlines: outlines, Final: a.cat}
	for _, d := range r.judgeStream(p, res) {
		if silenced(byFile[d.Span.File], d) {
			res.Summary.Ignored++
		} else {
			res.Diagnostics = append(res.Diagnostics, d)
		}
	}
	for _, j := range judged {
		for _, igs := range j.ignores {
			res.Diagnostics = append(res.Diagnostics, r.unused(igs)...)
		}
	}
}

// annotate replays migration i and returns the passes to judge its two scripts.
// The down is replayed on a copy: history goes on from the up.
func (r *runner) annotate(a *annotator, s *migration.Stream, i int, scripts migration.Scripts, deps *Deprecations) (up, down *Pass) {
	m := s.Migrations[i]
	if m.AfterUnread {
		a.cat.Hide()
	}
	origin := catalog.Origin{Migration: i, Version: m.Version}
	pass := func(script *migration.Script, isDown bool) *Pass {
		p := &Pass{Options: r.opts, Stream: s, Migration: m, Index: i, Scripts: scripts, Down: isDown, Script: script}
		origin.Down = isDown
		a.script(p, origin, m.Judged)
		p.Directives = Directives(script)
		return p
	}
	starts := a.start(s, scripts)
	up = pass(scripts.Up, false)
	for _, d := range up.Directives {
		if d.Verb == "deprecate" {
			deps.add(d, origin)
		}
	}
	seen := &Deprecations{marks: deps.marks, seen: deps.seen}
	up.Deprecations = seen
	if m.Judged {
		up.After = a.cat.Snapshot()
	}
	if scripts.Down == nil {
		return up, nil
	}
	if !m.Judged {
		return up, &Pass{Directives: Directives(scripts.Down)}
	}
	forward := a.cat
	a.cat = forward.Snapshot()
	down = pass(scripts.Down, true)
	down.After, down.Starts, down.Deprecations = a.cat, starts, seen
	a.cat = forward
	return up, down
}

// maxStarts bounds the migrations that one down may stand for.
const maxStarts = 16

// start notes the schema before a migration and returns those that its down may
// lead back to.
func (a *annotator) start(s *migration.Stream, scripts migration.Scripts) []*catalog.Catalog {
	if s.Framework.Downs == migration.NoDowns {
		return nil
	}
	a.starts = append(a.starts, a.cat.Snapshot())
	if len(a.starts) > maxStarts {
		a.starts = slices.Clone(a.starts[1:])
	}
	starts := a.starts
	if scripts.Down.HasStatements() {
		a.starts = nil
	}
	return starts
}

func (r *runner) judge(up, down *Pass) judgement {
	var j judgement
	for _, p := range []*Pass{up, down} {
		if p == nil {
			continue
		}
		j.statements += len(p.Stmts)
		igs, own := r.ignores(p)
		found := r.run(p, &j)
		if igs != nil {
			n := len(found)
			found = slices.DeleteFunc(found, igs.silence)
			j.ignored += n - len(found)
			j.ignores = append(j.ignores, igs)
		}
		j.diagnostics = append(append(j.diagnostics, found...), own...)
	}
	return j
}

// run runs every rule over one script.
func (r *runner) run(p *Pass, j *judgement) []Diagnostic {
	var found []Diagnostic
	foreign, built := elsewhere(p), assembled(p)
	seen := once{}
	p.report = func(d Diagnostic) {
		d.Rule, d.Migration, d.Down = p.Rule, p.Migration, p.Down
		d.Severity = r.severity(p.Rule, d.Severity, p.Down)
		if p.Down && p.Rule.Concern == Locking {
			d.Suggestion = "" // worth knowing, hardly worth a rewrite
		}
		d.atOriginals()
		if len(p.Routines) > 0 {
			asWritten(built, &d)
			atCall(p, foreign, &d)
		}
		if (len(p.Routines) > 0 || p.Script != nil && p.Script.Program != nil) && !seen.first(&d) {
			return
		}
		d.stmt = nil // nothing keeps the statements of a migration that is judged
		found = append(found, d)
	}
	for next := 0; next < len(r.rules); {
		next = r.runFrom(next, p, j)
	}
	return found
}

// runFrom runs the rules from one on, and returns where to go on: after the last,
// or after one that has panicked.
func (r *runner) runFrom(first int, p *Pass, j *judgement) (next int) {
	defer func() {
		if v := recover(); v != nil {
			j.panics = append(j.panics, RulePanic{Rule: p.Rule, Span: scriptSpan(p.Script), Value: v, Stack: debug.Stack()})
			next++
		}
	}()
	for next = first; next < len(r.rules); next++ {
		rule := r.rules[next]
		if rule.Run == nil || p.Down && silentInDown(rule.Concern) {
			continue
		}
		p.Rule = rule
		rule.Run(p)
	}
	return next
}

// judgeStream runs the rules about streams.
func (r *runner) judgeStream(pass StreamPass, res *Result) []Diagnostic {
	var found []Diagnostic
	for _, rule := range r.rules {
		if rule.RunStream == nil {
			continue
		}
		p := pass
		p.Rule = rule
		p.report = func(d Diagnostic) {
			d.Rule, d.Severity = rule, r.severity(rule, d.Severity, false)
			d.atOriginals()
			found = append(found, d)
		}
		if crash := protect(rule, source.Span{}, func() { rule.RunStream(&p) }); crash != nil {
			res.Panics = append(res.Panics, *crash)
		}
	}
	return found
}

// severity decides between the configuration, the finding and the rule, and
// caps what is only informational in a down.
func (r *runner) severity(rule *Rule, found Severity, down bool) Severity {
	s := found
	if s == 0 {
		s = rule.Severity
	}
	if set, ok := r.opts.Severities[rule.Name]; ok {
		s = set
	}
	if down && rule.Concern == Locking {
		return min(s, Info)
	}
	return s
}

func silentInDown(c Concern) bool {
	return c == Losing || c == Breaking
}

func scriptSpan(s *migration.Script) source.Span {
	if s == nil {
		return source.Span{}
	}
	return s.Span
}

// protect runs a rule; a panic in it becomes a RulePanic, so that the others'
// findings are still reported.
func protect(rule *Rule, where source.Span, run func()) (crash *RulePanic) {
	defer func() {
		if v := recover(); v != nil {
			crash = &RulePanic{Rule: rule, Span: where, Value: v, Stack: debug.Stack()}
		}
	}()
	run()
	return nil
}

// compareDiagnostics orders findings by file, place and rule; findings that
// point nowhere come first.
func compareDiagnostics(a, b Diagnostic) int {
	return cmp.Or(
		cmp.Compare(path(a.Span), path(b.Span)),
		cmp.Compare(a.Span.Start, b.Span.Start),
		cmp.Compare(a.Span.End, b.Span.End),
		cmp.Compare(a.Rule.Name, b.Rule.Name),
	)
}

func path(s source.Span) string {
	if s.File == nil {
		return ""
	}
	return s.File.Path
}
