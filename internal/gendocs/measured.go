package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/internal/proof"
)

// readProof reads what was measured for a rule; nil if nothing was.
func readProof(proofs fs.FS, r *analyzer.Rule) (*proof.Proof, error) {
	data, err := fs.ReadFile(proofs, r.Name+".txtar")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return proof.Parse(data)
}

// explanation is the reason that a claim of the proof gives: "good differs".
func explanation(p *proof.Proof, head string) string {
	for _, c := range p.Claims {
		if reason, ok := strings.CutPrefix(c, head+": "); ok {
			return reason
		}
	}
	return ""
}

// scripts are those that were run, with their titles.
var scripts = []struct{ name, title string }{
	{"bad", "Bad"},
	{"bad-beside-another", "Bad, beside another session"},
	{"suggestion", "What is suggested"},
	{"suggestion-beside-another", "What is suggested, beside another session"},
	{"good", "Good"},
	{"good-beside-another", "Good, beside another session"},
}

// measured is the section about what servers did.
func measured(p *proof.Proof) string {
	if why := explanation(p, "nothing"); why != "" {
		return "The rule says nothing about what the server does: " + why + ".\n"
	}
	var b strings.Builder
	b.WriteString("What PostgreSQL did with each statement, on tables with rows: the locks that it took on what was there before, and what\n" +
		"it copied, read from end to end, built and lost. All scripts end in the same schema, unless it says why not.\n")
	for _, extra := range []struct{ file, about string }{
		{"watch.sql", "`with …` is what this returned just before a statement:"},
		{"role.sql", "The scripts were run after:"},
		{"rows.sql", "The last migration was run after:"},
	} {
		if sql := p.Files[extra.file]; sql != "" {
			fmt.Fprintf(&b, "\n%s\n\n%s\n", extra.about, fenced("sql", sql))
		}
	}
	for _, s := range scripts {
		for _, run := range p.Runs {
			if run.Script == s.name {
				fmt.Fprintf(&b, "\n**%s**, PostgreSQL %s\n\n%s\n", s.title, majorList(run.Majors), fenced("text", transcript(run.Steps)))
			}
		}
		if why := explanation(p, s.name+" differs"); why != "" {
			fmt.Fprintf(&b, "\nIt leaves another schema: %s.\n", why)
		}
		if why := explanation(p, s.name+" too"); why != "" {
			fmt.Fprintf(&b, "\nIt does what Bad does: %s.\n", why)
		}
	}
	return b.String()
}

// majorList is "14 to 18", "14, 15 and 17".
func majorList(majors []int) string {
	n := len(majors)
	if n > 2 && majors[n-1]-majors[0] == n-1 {
		return fmt.Sprintf("%d to %d", majors[0], majors[n-1])
	}
	words := make([]string, n)
	for i, m := range majors {
		words[i] = fmt.Sprint(m)
	}
	if n < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
}

// transcript is what was sent and what it did. What differs in the schema is left
// to the explanation.
func transcript(steps []proof.Step) string {
	var b strings.Builder
	for _, s := range steps {
		if s.IsHeading() {
			if !strings.HasPrefix(s.Text, "# it leaves another schema") {
				b.WriteString(s.Text + "\n")
				writeLines(&b, "  ", s.Did)
			}
			continue
		}
		b.WriteString(s.Text + "\n")
		writeLines(&b, "  → ", s.Did)
	}
	return b.String()
}

func writeLines(b *strings.Builder, indent string, did []string) {
	for _, line := range did {
		b.WriteString(indent + inWords(line) + "\n")
	}
}

// inWords is a line of a record for people.
func inWords(line string) string {
	verb, rest, _ := strings.Cut(line, " ")
	on, more, _ := strings.Cut(rest, " ")
	switch verb {
	case "lock":
		return "locks " + on + " in " + mode(more)
	case "rewrite":
		return "copies " + on
	case "scan":
		return "reads every row of " + on
	case "build":
		index, concurrently := strings.CutSuffix(more, " concurrently")
		return "builds " + index + " on " + on + map[bool]string{true: ", concurrently"}[concurrently]
	case "lose":
		name, data := strings.CutSuffix(rest, " data")
		return "loses " + name + map[bool]string{true: " and what is in it"}[data]
	case "fail":
		return "fails: " + more + " (" + on + ")"
	}
	return line
}

// mode is a lock mode as the manual spells it.
func mode(name string) string {
	for m := effect.AccessShare; m <= effect.AccessExclusive; m++ {
		if m.String() == name {
			return m.SQL()
		}
	}
	return name
}

// schemaBefore is what the example finds, as far as miglint may know it.
func schemaBefore(p *proof.Proof) string {
	if p == nil || explanation(p, "unseen") != "" {
		return ""
	}
	return p.Files["setup.sql"]
}
