package cli

import (
	"errors"
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/config"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/report"
)

// lint checks the migrations at the paths. This is the whole program: load, run,
// write.
func (a *app) lint(f *lintFlags, args []string) error {
	p, err := a.project(&f.sourceFlags, args, f.changedFiles)
	if err != nil {
		return err
	}
	defer p.close()
	opts, err := p.options()
	if err != nil {
		return err
	}
	opts.Review = f.changedFiles
	rules, err := a.choose(f, &opts)
	if err != nil {
		return err
	}

	if f.base != "" {
		if !f.changedFiles {
			return errors.New("--base is about changed files: give their names with --changed-files")
		}
		if p.base, err = p.readBase(f.base); err != nil {
			return err
		}
	}
	set, err := p.load(f.changedFiles) // files → migrations → statements
	if err != nil {
		return err
	}
	res := analyzer.Run(set, rules, opts) // replay + effects + rules → diagnostics
	p.keepAskedFor(res, f.changedFiles)
	if err := report.Write(a.stdout, f.report(), res, a.reportOptions(f)); err != nil { // diagnostics → bytes
		return err
	}

	a.tellSkipped(set)
	return a.conclude(res, f.threshold(p.cfg))
}

// choose applies --rules and --exclude.
func (a *app) choose(f *lintFlags, opts *analyzer.Options) ([]*analyzer.Rule, error) {
	only, err := a.named("--rules", f.rules)
	if err != nil {
		return nil, err
	}
	excluded, err := a.named("--exclude", f.exclude)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(a.rules)
	for i, r := range all {
		switch {
		case slices.Contains(excluded, r), len(only) > 0 && !slices.Contains(only, r) && !unreadable(r):
			opts.Severities[r.Name] = analyzer.Off
		case slices.Contains(only, r) && opts.Severities[r.Name] == analyzer.Off:
			delete(opts.Severities, r.Name)
		}
		if r.OptIn && slices.Contains(only, r) {
			on := *r
			on.OptIn = false
			all[i] = &on
		}
	}
	return all, nil
}

// unreadable reports whether a rule says that something could not be judged. Such
// findings do not go away by choosing rules: silence is not safety.
func unreadable(r *analyzer.Rule) bool {
	return slices.Contains([]string{"syntax-error", "too-complex", "unresolved-sql", "unreadable-file"}, r.Name)
}

// named returns the rules that the names given for a flag stand for.
func (a *app) named(flag string, names []string) ([]*analyzer.Rule, error) {
	var found []*analyzer.Rule
	for _, name := range names {
		rules := config.Resolve(a.rules, name)
		if len(rules) == 0 {
			return nil, errors.New(flag + ": " + config.UnknownRule(name, a.rules))
		}
		found = append(found, rules...)
	}
	return found, nil
}

func (f *lintFlags) report() *report.Format {
	i := slices.IndexFunc(report.Formats(), func(r *report.Format) bool { return r.Name == f.format.value })
	return report.Formats()[i] // the flag takes no other name
}

func (a *app) reportOptions(f *lintFlags) report.Options {
	return report.Options{
		Color:   colored(f.color.value, a.terminal, a.env),
		Width:   terminalWidth(a.terminal),
		Version: Version(),
	}
}

func (f *lintFlags) threshold(c *config.Config) analyzer.Severity {
	if f.failOn.value != "" {
		return config.ParseFailOn(f.failOn.value)
	}
	return c.FailOn
}

// keepAskedFor drops what was found elsewhere when only files were asked about:
// in the other half of a migration, or about the folder as a whole.
func (p *project) keepAskedFor(res *analyzer.Result, changedFiles bool) {
	isFolder := func(t *target) bool { return !t.file }
	if !changedFiles && (len(p.args) == 0 || slices.ContainsFunc(p.args, isFolder)) {
		return
	}
	asked := make(map[string]bool, len(p.args))
	for _, t := range p.args {
		asked[t.display] = true
	}
	res.Diagnostics = slices.DeleteFunc(res.Diagnostics, func(d analyzer.Diagnostic) bool {
		return d.Span.IsZero() || !asked[d.Span.File.Path]
	})
	res.Summary.Errors, res.Summary.Warnings, res.Summary.Infos = 0, 0, 0
	for _, d := range res.Diagnostics {
		switch d.Severity {
		case analyzer.Error:
			res.Summary.Errors++
		case analyzer.Warning:
			res.Summary.Warnings++
		default:
			res.Summary.Infos++
		}
	}
}

// tellSkipped notes on standard error what could not be read for what it is, such
// as a pipe or a link in a circle.
func (a *app) tellSkipped(set *migration.Set) {
	tell := func(files []migration.Ignored) {
		for _, f := range files {
			if f.Odd {
				fmt.Fprintf(a.stderr, "miglint: note: skipped %s: %s\n", printable(f.Path), printable(f.Why))
			}
		}
	}
	tell(set.Ignored)
	for _, s := range set.Streams {
		tell(s.Ignored)
	}
}

// conclude sets the exit code, after telling of rules that crashed.
func (a *app) conclude(res *analyzer.Result, failOn analyzer.Severity) error {
	for _, d := range res.Diagnostics {
		if failOn != analyzer.Off && d.Severity >= failOn {
			a.code = exitFindings
		}
	}
	if len(res.Panics) > 0 {
		a.code = exitInternal
	}
	return report.WritePanics(a.stderr, res)
}
