// Package proof reads and writes testdata/proofs: for each rule what it claims,
// and what real servers did with its examples and suggestions.
package proof

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"
)

// Proof is the proof of one rule. Claims and Files are written by hand, Runs by
// the test of package rules.
type Proof struct {
	// Claims are the lines at the top of the archive, such as "scans" or
	// "fails 23502".
	Claims []string
	// Files are the sections that are no runs, such as setup.sql, by name.
	Files map[string]string
	Runs  []Run

	order []string // of Files
}

// Run is what the servers of some majors did with one script.
type Run struct {
	Script string // "bad", "good", "suggestion"
	Majors []int
	Steps  []Step
}

// Step is one statement and what it did, in the lines of testdata/effects; or a
// heading, which begins with "# " and did nothing.
type Step struct {
	Text string // on one line
	Did  []string
}

// Heading makes a step that only says what comes next.
func Heading(text string) Step { return Step{Text: "# " + text} }

// IsHeading reports whether the step is no statement.
func (s *Step) IsHeading() bool { return strings.HasPrefix(s.Text, "# ") }

// Parse reads an archive of testdata/proofs. An error names the section or line
// that is not what README.md there says.
func Parse(data []byte) (*Proof, error) {
	archive := txtar.Parse(data)
	p := &Proof{Files: map[string]string{}}
	for line := range strings.Lines(string(archive.Comment)) {
		if line = strings.TrimSpace(line); line != "" {
			p.Claims = append(p.Claims, line)
		}
	}
	for _, f := range archive.Files {
		script, majors, isRun := strings.Cut(f.Name, " ")
		if !isRun {
			p.Files[f.Name] = string(f.Data)
			p.order = append(p.order, f.Name)
			continue
		}
		run := Run{Script: script}
		for m := range strings.FieldsSeq(majors) {
			major, err := strconv.Atoi(m)
			if err != nil {
				return nil, fmt.Errorf("section %q: %q is no PostgreSQL major; the name of a run is that of a script and majors: \"bad 14 15\"", f.Name, m)
			}
			run.Majors = append(run.Majors, major)
		}
		steps, err := parseSteps(string(f.Data))
		if err != nil {
			return nil, fmt.Errorf("section %q: %w", f.Name, err)
		}
		run.Steps = steps
		p.Runs = append(p.Runs, run)
	}
	return p, nil
}

func parseSteps(text string) ([]Step, error) {
	var steps []Step
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		statement, isStatement := strings.CutPrefix(line, "> ")
		switch {
		case isStatement:
			steps = append(steps, Step{Text: statement})
		case strings.HasPrefix(line, "# "):
			steps = append(steps, Step{Text: line})
		case len(steps) == 0:
			return nil, errors.New("the first line is neither a statement (\"> \") nor a heading (\"# \")")
		default:
			last := &steps[len(steps)-1]
			last.Did = append(last.Did, line)
		}
	}
	return steps, nil
}

// Format writes the archive: what was written by hand as it was, then the runs.
func (p *Proof) Format() []byte {
	archive := &txtar.Archive{}
	for _, claim := range p.Claims {
		archive.Comment = append(archive.Comment, claim+"\n"...)
	}
	for _, name := range p.order {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(p.Files[name])})
	}
	for _, run := range p.Runs {
		var b strings.Builder
		for _, s := range run.Steps {
			if !s.IsHeading() {
				b.WriteString("> ")
			}
			b.WriteString(s.Text + "\n")
			for _, line := range s.Did {
				b.WriteString(line + "\n")
			}
		}
		name := run.Script
		for _, m := range run.Majors {
			name += " " + strconv.Itoa(m)
		}
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: []byte(b.String())})
	}
	return txtar.Format(archive)
}

// Steps returns what a script did on a major; ok is false if it was not run.
func (p *Proof) Steps(script string, major int) (steps []Step, ok bool) {
	for _, run := range p.Runs {
		if run.Script == script && slices.Contains(run.Majors, major) {
			return run.Steps, true
		}
	}
	return nil, false
}

// Scripts returns the scripts that were run, in order.
func (p *Proof) Scripts() []string {
	var names []string
	for _, run := range p.Runs {
		if !slices.Contains(names, run.Script) {
			names = append(names, run.Script)
		}
	}
	return names
}

// Record replaces what is known of a script on a major. Majors that did the same
// share a run.
func (p *Proof) Record(script string, major int, steps []Step) {
	scripts := p.Scripts()
	if !slices.Contains(scripts, script) {
		scripts = append(scripts, script)
	}
	p.Forget(script, major)
	i := slices.IndexFunc(p.Runs, func(r Run) bool { return r.Script == script && slices.EqualFunc(r.Steps, steps, sameStep) })
	if i < 0 {
		i = len(p.Runs)
		p.Runs = append(p.Runs, Run{Script: script, Steps: steps})
	}
	p.Runs[i].Majors = append(p.Runs[i].Majors, major)
	slices.Sort(p.Runs[i].Majors)
	slices.SortStableFunc(p.Runs, func(a, b Run) int {
		return cmp.Or(slices.Index(scripts, a.Script)-slices.Index(scripts, b.Script), a.Majors[0]-b.Majors[0])
	})
}

// Forget drops what is known of a script on a major.
func (p *Proof) Forget(script string, major int) {
	for i, r := range p.Runs {
		if r.Script == script {
			p.Runs[i].Majors = slices.DeleteFunc(r.Majors, func(m int) bool { return m == major })
		}
	}
	p.Runs = slices.DeleteFunc(p.Runs, func(r Run) bool { return len(r.Majors) == 0 })
}

func sameStep(a, b Step) bool { return a.Text == b.Text && slices.Equal(a.Did, b.Did) }
