package analyzer

import (
	"cmp"
	"iter"
	"runtime"
	"runtime/debug"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// Run replays every stream and judges its migrations by the rules. Rules that
// are off, opt-in without being asked for, or about another PostgreSQL major are
// left out. The result does not depend on how many processors there are.
func Run(set *migration.Set, rules []*Rule, opts Options) *Result {
	r := &runner{opts: &opts, all: rules, rules: enabled(rules, &opts), small: smallTables(opts.SmallTables)}
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
	opts       *Options
	all, rules []*Rule
	small      map[string]bool
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
	statements  int
	ignored     int
}

// Annotate yields every script of every judged migration, annotated as rules see
// it, in order: the up of a migration, then its down.
func Annotate(set *migration.Set, opts Options) iter.Seq[*Pass] {
	r := &runner{opts: &opts, small: smallTables(opts.SmallTables)}
	return func(yield func(*Pass) bool) {
		for _, s := range set.Streams {
			a, deps := r.begin(), &Deprecations{}
			for i, m := range s.Migrations {
				up, down := r.annotate(a, s, i, deps)
				if m.Judged && (!yield(up) || down != nil && !yield(down)) {
					return
				}
			}
		}
	}
}

// begin returns an annotator whose catalog holds the starting schema.
func (r *runner) begin() *annotator {
	a := &annotator{cat: catalog.New(), opts: r.opts, small: r.small}
	for _, stmt := range r.opts.Schema {
		a.cat.Apply(stmt, catalog.Origin{Migration: catalog.StartingSchema})
	}
	return a
}

// stream annotates the stream in order and hands each finished migration to the
// rules, which run beside the replay: catalogs are persistent, so nothing they
// read changes. At most a few migrations are in flight, which bounds memory.
func (r *runner) stream(s *migration.Stream, res *Result) {
	a, deps := r.begin(), &Deprecations{}
	hasDowns := hasDowns(s)
	judged := make([]judgement, len(s.Migrations))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, m := range s.Migrations {
		up, down := r.annotate(a, s, i, deps)
		if !m.Judged {
			r.release(m)
			continue
		}
		g.Go(func() error {
			judged[i] = r.judge(hasDowns, up, down)
			r.release(m)
			return nil
		})
	}
	_ = g.Wait() // the functions above return no error
	for i, m := range s.Migrations {
		if !m.Judged {
			continue
		}
		res.Summary.Migrations++
		res.Summary.Statements += judged[i].statements
		res.Summary.Ignored += judged[i].ignored
		res.Diagnostics = append(res.Diagnostics, judged[i].diagnostics...)
		res.Panics = append(res.Panics, judged[i].panics...)
	}
	r.judgeStream(s, hasDowns, a.cat, res)
}

func hasDowns(s *migration.Stream) bool {
	for _, m := range s.Migrations {
		if len(m.Down.Statements()) > 0 {
			return true
		}
	}
	return false
}

// release drops the statements of a migration that is done with.
func (r *runner) release(m *migration.Migration) {
	if !r.opts.Consume {
		return
	}
	for _, s := range []*migration.Script{m.Up, m.Down} {
		if s != nil {
			s.Batches, s.Comments = nil, nil
		}
	}
}

// annotate replays migration i and returns the passes to judge its two scripts.
// The down is replayed on a copy: history goes on from the up.
func (r *runner) annotate(a *annotator, s *migration.Stream, i int, deps *Deprecations) (up, down *Pass) {
	m := s.Migrations[i]
	origin := catalog.Origin{Migration: i, Version: m.Version}
	pass := func(script *migration.Script, isDown bool) *Pass {
		p := &Pass{Options: r.opts, Stream: s, Migration: m, Index: i, Down: isDown, Script: script}
		origin.Down = isDown
		p.Stmts = a.script(script, origin, m.Judged)
		p.Directives = Directives(script)
		return p
	}
	up = pass(m.Up, false)
	for _, d := range up.Directives {
		if d.Verb == "deprecate" {
			deps.add(d, origin)
		}
	}
	seen := &Deprecations{marks: slices.Clip(deps.marks)}
	up.Deprecations = seen
	if !m.Judged {
		return up, nil
	}
	up.After = a.cat.Snapshot()
	if m.Down == nil {
		return up, nil
	}
	forward := a.cat
	a.cat = forward.Snapshot()
	down = pass(m.Down, true)
	down.After, down.Deprecations = a.cat, seen
	a.cat = forward
	return up, down
}

func (r *runner) judge(hasDowns bool, up, down *Pass) judgement {
	var j judgement
	for _, p := range []*Pass{up, down} {
		if p == nil {
			continue
		}
		p.HasDowns = hasDowns
		j.statements += len(p.Stmts)
		found := r.run(p, &j)
		found, ignored := r.applyIgnores(p, found)
		j.diagnostics = append(j.diagnostics, found...)
		j.ignored += ignored
	}
	return j
}

// run runs every rule over one script.
func (r *runner) run(p *Pass, j *judgement) []Diagnostic {
	var found []Diagnostic
	for _, rule := range r.rules {
		if rule.Run == nil || p.Down && silentInDown(rule.Concern) {
			continue
		}
		rp := *p
		rp.Rule = rule
		rp.report = func(d Diagnostic) {
			d.Rule, d.Migration, d.Down = rule, p.Migration, p.Down
			d.Severity = r.severity(rule, d.Severity, p.Down)
			if p.Down && rule.Concern == Locking {
				d.Suggestion = "" // worth knowing, hardly worth a rewrite
			}
			found = append(found, d)
		}
		if crash := protect(rule, scriptSpan(p.Script), func() { rule.Run(&rp) }); crash != nil {
			j.panics = append(j.panics, *crash)
		}
	}
	return found
}

func (r *runner) judgeStream(s *migration.Stream, hasDowns bool, final *catalog.Catalog, res *Result) {
	for _, rule := range r.rules {
		if rule.RunStream == nil {
			continue
		}
		p := &StreamPass{Rule: rule, Options: r.opts, Stream: s, HasDowns: hasDowns, Final: final}
		p.report = func(d Diagnostic) {
			d.Rule, d.Severity = rule, r.severity(rule, d.Severity, false)
			res.Diagnostics = append(res.Diagnostics, d)
		}
		if crash := protect(rule, source.Span{}, func() { rule.RunStream(p) }); crash != nil {
			res.Panics = append(res.Panics, *crash)
		}
	}
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
	return c == Losing || c == Breaking || c == Reversing
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
