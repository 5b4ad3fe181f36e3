package migration

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

var (
	// atlasDirective is Atlas's own pattern for a line (reDirective in its
	// sql/migrate/dir.go).
	atlasDirective = regexp.MustCompile(`^([\x20-\x7e]*)atlas:(\w+)(?: +(.+))*`)
	// atlasNear is a comment that looks like one.
	atlasNear = regexp.MustCompile(`^\s*(?:--|#)\s*atlas\s*:\s*(\w+)`)
	// atlasPart is the line before a file of a txtar archive.
	atlasPart = regexp.MustCompile(`(?m)^-- (\S+) --\r?$`)
)

var atlasDirectives = []string{"txmode", "nolint", "delimiter", "checkpoint", "txtar", "import", "sum"}

// atlasLine is a directive in the comments at the top of a file.
type atlasLine struct {
	name, args string
	start, end int
}

type atlasLines []atlasLine

func (ls atlasLines) has(name string) bool {
	return slices.ContainsFunc(ls, func(l atlasLine) bool { return l.name == name })
}

// atlasHeader reads the directives of a file (LocalFile.comments of Atlas's
// sql/migrate/dir.go): they stand in the comment lines it begins with, and count
// only if an empty line follows.
func atlasHeader(text []byte) atlasLines {
	var found atlasLines
	at := 0
	for bytes.HasPrefix(text[at:], []byte("--")) || bytes.HasPrefix(text[at:], []byte("#")) {
		end, next := len(text), len(text)
		if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
			end, next = at+i, at+i+1
		}
		line := bytes.TrimSpace(text[at:end])
		if m := atlasDirective.FindSubmatch(line); m != nil {
			found = append(found, atlasLine{string(m[2]), string(m[3]), at, at + len(line)})
		}
		at = next
	}
	if rest := bytes.TrimLeft(text[at:], " \t"); at < len(text) && !bytes.HasPrefix(rest, []byte("\n")) {
		return nil
	}
	return found
}

// firstDirective is the one in the first line, which is where Atlas looks for the
// delimiter and the sum.
func firstDirective(text []byte, name string) (args string, ok bool) {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	m := atlasDirective.FindSubmatch(line)
	if m == nil || string(m[2]) != name || name == "delimiter" && string(m[1]) != "-- " {
		return "", false
	}
	return string(m[3]), true
}

// atlasPartOf is what a txtar archive holds under a name; without one it is the
// whole file.
func atlasPartOf(text []byte, name string) (start, end int, ok bool) {
	parts := atlasPart.FindAllSubmatchIndex(text, -1)
	for i, p := range parts {
		if string(text[p[2]:p[3]]) != name {
			continue
		}
		end = len(text)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		return min(p[1]+1, end), end, true
	}
	return 0, 0, false
}

func parseAtlas(f *source.File, opts Options) Scripts {
	p := &atlasFile{file: f, opts: opts, header: atlasHeader(f.Text)}
	var both Scripts
	_, archive := firstDirective(f.Text, "txtar")
	if !archive && !p.header.has("txtar") {
		both.Up = p.script(0, len(f.Text))
	} else {
		start, end, ok := atlasPartOf(f.Text, "migration.sql")
		if !ok {
			p.problem(f.Span(0, 0), "this archive has no `-- migration.sql --`, so it migrates nothing", "")
			start, end = len(f.Text), len(f.Text)
		}
		both.Up = p.script(start, end)
		if start, end, ok := atlasPartOf(f.Text, "down.sql"); ok {
			both.Down = p.script(start, end)
		}
	}
	p.lines()
	sortProblems(p.problems)
	both.Problems = append(emptyFile(f), p.problems...)
	return both
}

// atlasFile is a file that is being read.
type atlasFile struct {
	file     *source.File
	opts     Options
	header   atlasLines
	problems []Problem
}

func (p *atlasFile) problem(at source.Span, message, suggestion string) {
	p.problems = append(p.problems, Problem{Rule: "atlas-directive", Span: at, Message: message, Suggestion: suggestion})
}

// script reads the part of the file between start and end.
func (p *atlasFile) script(start, end int) *Script {
	text := p.file.Text[start:end]
	header := p.header
	for _, l := range atlasHeader(text) {
		if start > 0 {
			header = append(header[:len(header):len(header)], atlasLine{l.name, l.args, l.start + start, l.end + start})
		}
	}
	tx := p.txMode(header)
	sec := section{start: start, end: end}
	if delim, ok := firstDirective(text, "delimiter"); ok {
		if strings.TrimSpace(delim) == "" {
			p.problem(p.file.Span(start, start), "Atlas refuses the file: its delimiter is empty", "")
		}
		delim = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t").Replace(delim)
		sec.pieces, sec.cuts = atlasPieces(text, start, strings.TrimRight(delim, "\r"), tx)
	} else {
		sec.pieces = []piece{{start, end, tx, true}}
	}
	script, problems := runner{title: "Atlas"}.script(p.file, p.opts, sec)
	p.problems = append(p.problems, problems...)
	script.NoTransaction = tx == PerStatement
	if len(sec.cuts) == 0 {
		script.Batches = oneByOne(script.Batches)
	}
	return script
}

// oneByOne gives every statement a round trip of its own.
func oneByOne(bs []Batch) []Batch {
	var split []Batch
	for _, b := range bs {
		for i := range b.Stmts {
			split = append(split, Batch{b.Stmts[i : i+1 : i+1], b.Tx})
		}
	}
	return split
}

// txMode is the shape that the directives of a file ask for (txmodeFor in Atlas's
// cmdapi/migrate.go).
func (p *atlasFile) txMode(header atlasLines) TxShape {
	mode := PerFile
	seen := false
	for _, l := range header {
		if l.name != "txmode" {
			continue
		}
		at := p.file.Span(l.start, l.end)
		switch {
		case seen:
			p.problem(at, "Atlas refuses a file with two txmode directives", "")
		case l.args == "none":
			mode = PerStatement
		case l.args == "all":
			p.problem(at, "Atlas refuses `txmode all` in a file: it is for --tx-mode; write `file`", "-- atlas:txmode file")
		case l.args != "file":
			p.problem(at, fmt.Sprintf("Atlas refuses the txmode %q; it knows none and file", l.args), "")
		}
		seen = true
	}
	return mode
}

// lines reports the comments that look like directives and are none.
func (p *atlasFile) lines() {
	counts := map[int]bool{}
	for _, l := range p.header {
		counts[l.start] = true
	}
	if start, _, ok := atlasPartOf(p.file.Text, "migration.sql"); ok && start < len(p.file.Text) {
		for _, l := range atlasHeader(p.file.Text[start:]) {
			counts[l.start+start] = true
		}
	}
	for l := range lines(p.file) {
		m := atlasNear.FindStringSubmatch(l.text)
		if m == nil {
			continue
		}
		at, name := l.span(p.file), m[1]
		known := slices.Contains(atlasDirectives, name)
		exact := atlasDirective.MatchString(l.text)
		switch {
		case known && !exact:
			p.problem(at, "Atlas takes this for a comment: a directive has no blanks around its colon", "")
		case !known:
			if near := closest(name, atlasDirectives...); near != "" {
				p.problem(at, fmt.Sprintf("Atlas knows no directive %q and skips it; it looks like %s", name, near), strings.Replace(at.Text(), name, near, 1))
			}
		case name == "nolint":
		case name == "delimiter" || name == "sum":
			if l.start > 0 && !p.startsPart(l.start) {
				p.problem(at, fmt.Sprintf("Atlas skips this: it reads %s in the first line only", name), "")
			}
		case !counts[l.start]:
			p.problem(at, p.uncounted(l), "")
		}
	}
}

// startsPart reports whether a part of an archive begins at the offset.
func (p *atlasFile) startsPart(offset int) bool {
	start, _, ok := atlasPartOf(p.file.Text, "migration.sql")
	return ok && start == offset
}

// uncounted says why a directive has no effect.
func (p *atlasFile) uncounted(l line) string {
	if bytes.Contains(p.file.Text[:l.next], []byte("\r\n")) {
		return "Atlas skips this: it does not see the empty line after it, because the lines of the file end in CRLF"
	}
	return "Atlas skips this: it reads its directives in the comment lines that a file begins with, and only if an empty line follows them"
}
