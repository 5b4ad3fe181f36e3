package analyzertest

import (
	"strings"
	"testing/fstest"

	"golang.org/x/tools/txtar"
)

// review begins an example of which only some files are under review.
const review = "$ miglint --changed-files "

// Example turns a rule's Bad or Good into a project: SQL alone becomes one
// migration of a plain folder, a txtar archive a folder of its files. A first
// line `$ miglint --changed-files FILE …` says which are under review, and
// `--base FOLDER` at its end in which folder of the archive they are as they were
// before.
func Example(text string) *Case {
	c := &Case{Name: "example", Files: fstest.MapFS{}}
	base := ""
	if changed, ok := strings.CutPrefix(firstLine(text), review); ok {
		c.Options.Review, c.Load.Changed = true, map[string]bool{}
		changed, base, _ = strings.Cut(changed, " --base ")
		for _, name := range strings.Fields(changed) {
			c.Load.Changed[name] = true
		}
		_, text, _ = strings.Cut(text, "\n")
	}
	if !strings.HasPrefix(text, "-- ") || !strings.Contains(firstLine(text), " --") {
		c.Files["0001_example.sql"] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
		return c
	}
	for _, f := range txtar.Parse([]byte(text)).Files {
		c.Files[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	if base != "" {
		c.setBase(base)
	}
	return c
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
