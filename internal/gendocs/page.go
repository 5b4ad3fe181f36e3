package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/analyzer/analyzertest"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/report"
	"github.com/miglint/miglint/source"
)

// pages are the files of docs/rules by name. proofs is testdata/proofs.
func pages(rules []*analyzer.Rule, proofs fs.FS) (map[string]string, error) {
	files := map[string]string{"README.md": index(rules)}
	for _, r := range rules {
		text, err := page(r, rules, proofs)
		if err != nil {
			return nil, fmt.Errorf("the page of %s: %w", r.Name, err)
		}
		files[r.Name+".md"] = text
	}
	return files, nil
}

const generated = "<!-- Written by `go run ./internal/gendocs` from the rules' own Go files and testdata/proofs. -->\n\n"

// index lists the rules by what they protect.
func index(rules []*analyzer.Rule) string {
	var b strings.Builder
	b.WriteString(generated + "# Rules\n\n" +
		"`miglint explain RULE` shows the same pages. An **error** is an outage, lost data or a certain failure; a **warning** is a\n" +
		"risk that depends on size or traffic; an **info** is worth knowing. Opt-in rules are off until the configuration or\n" +
		"`--rules` names them.\n")
	byConcern := map[analyzer.Concern][]*analyzer.Rule{}
	for _, r := range rules {
		byConcern[r.Concern] = append(byConcern[r.Concern], r)
	}
	for _, c := range slices.Sorted(maps.Keys(byConcern)) {
		fmt.Fprintf(&b, "\n## %s\n\n| rule | severity | |\n|---|---|---|\n", strings.ToUpper(c.String()[:1])+c.String()[1:])
		for _, r := range byConcern[c] {
			severity := r.Severity.String()
			if r.OptIn {
				severity += ", opt-in"
			}
			fmt.Fprintf(&b, "| [%s](%s.md) | %s | %s |\n", r.Name, r.Name, severity, strings.ReplaceAll(r.Summary, "|", `\|`))
		}
	}
	return b.String()
}

// page is what there is to say about one rule.
func page(r *analyzer.Rule, all []*analyzer.Rule, proofs fs.FS) (string, error) {
	p, err := readProof(proofs, r)
	if err != nil {
		return "", err
	}
	setup := schemaBefore(p)
	found, err := badReport(r, all, setup)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s# %s\n\n**%s**\n\n%s\n", generated, r.Name, r.Summary, facts(r))
	section := func(heading, text string) { fmt.Fprintf(&b, "\n## %s\n\n%s\n", heading, strings.TrimRight(text, "\n")) }
	section("Why", r.Why)
	section("What to write instead", r.Instead)
	if r.Except == "" {
		section("When to ignore it", "Never.")
	} else {
		section("When to ignore it", r.Except)
	}
	if setup != "" {
		section("Before", "The schema that the examples find:\n\n"+fenced("sql", setup))
	}
	section("Bad", fenced("sql", r.Bad))
	fmt.Fprintf(&b, "\n%s\n", fenced("text", "$ "+command(r)+"\n"+found))
	section("Good", fenced("sql", r.Good))
	if p != nil {
		section("Measured", measured(p))
	}
	return b.String(), nil
}

// facts is the line of metadata.
func facts(r *analyzer.Rule) string {
	facts := []string{"Severity: " + r.Severity.String(), "concern: " + r.Concern.String()}
	if r.OptIn {
		facts = append(facts, "opt-in")
	}
	switch {
	case r.MinPG > 0 && r.MaxPG > 0:
		facts = append(facts, fmt.Sprintf("PostgreSQL %d to %d", r.MinPG, r.MaxPG))
	case r.MinPG > 0:
		facts = append(facts, fmt.Sprintf("PostgreSQL %d and later", r.MinPG))
	case r.MaxPG > 0:
		facts = append(facts, fmt.Sprintf("PostgreSQL up to %d", r.MaxPG))
	}
	facts = append(facts, "since miglint "+r.Since)
	line := strings.Join(facts, " · ")
	if len(r.Aliases) > 0 {
		line += "\n\nIn other linters: `" + strings.Join(r.Aliases, "`, `") + "`"
	}
	return line
}

// command is what was run on the bad example. The rules about ignore comments
// need the others beside them.
func command(r *analyzer.Rule) string {
	switch {
	case slices.Contains(analyzer.IgnoreRules(), r):
		return "miglint"
	case r.MinPG > analyzer.DefaultMajor:
		return fmt.Sprintf("miglint --rules %s --postgres %d", r.Name, r.MinPG)
	}
	return "miglint --rules " + r.Name
}

// badReport is the text report about the bad example, with the set-up as the schema
// that is there.
func badReport(r *analyzer.Rule, all []*analyzer.Rule, setup string) (string, error) {
	c := analyzertest.Example(r.Bad)
	set, err := migration.Load(c.Files, ".", "", c.Load)
	if err != nil {
		return "", err
	}
	opts := c.Options
	opts.Major = max(opts.Major, r.MinPG)
	f := source.NewFile("setup.sql", []byte(setup))
	opts.Schema = pgparse.Parse(source.FileFragment(f, 0, len(f.Text)), pgparse.Options{}).Statements
	opts.Severities = map[string]analyzer.Severity{}
	for _, other := range all {
		if other != r && !slices.Contains(analyzer.IgnoreRules(), r) {
			opts.Severities[other.Name] = analyzer.Off
		}
	}
	if r.OptIn {
		opts.Severities[r.Name] = r.Severity
	}
	res := analyzer.Run(set, all, opts)
	if !slices.ContainsFunc(res.Diagnostics, func(d analyzer.Diagnostic) bool { return d.Rule == r }) {
		return "", fmt.Errorf("the rule does not fire on its bad example")
	}
	var b bytes.Buffer
	err = report.Write(&b, report.Formats()[0], res, report.Options{})
	return b.String(), err
}

// maxLine is where a line of an example is cut: some are bad by being long.
const maxLine = 160

// fenced is a block of code.
func fenced(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if runes := []rune(line); len(runes) > maxLine {
			line = string(runes[:maxLine]) + " …"
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return fence + language + "\n" + b.String() + fence
}
