package migration

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"regexp"
	"strings"

	"github.com/miglint/miglint/source"
)

// ternAction is a template action that brings in another file.
var ternAction = regexp.MustCompile(`\{\{-?\s*(template|install_snapshot)\s+"([^"\n]*)"[^{}\n]*\}\}`)

// Limits of what templates may bring in: files that include each other would
// otherwise never end.
const (
	ternDepth = 8
	ternBytes = 1 << 20
)

// ternFolder is what the files of a folder share.
type ternFolder struct {
	values map[string]string // of [data] in tern.conf
	shared map[string]string // the *.sql below the folder, by relative path; nil: not read
}

// read reads the files that templates may name: those below the folder, and no
// others (LoadMigrations in tern's migrate/migrate.go).
func (t *ternFolder) read(d *Dir) {
	t.shared = map[string]string{}
	var names []string
	for _, name := range d.tree().Files {
		if strings.Contains(name, "/") && path.Ext(name) == ".sql" {
			names = append(names, name)
		}
	}
	for i, in := range d.readAll(names) {
		if in.text {
			t.shared[names[i]] = string(in.file.Text)
		}
	}
}

// ternData are the values of the section [data] of tern.conf.
func ternData(d *Dir) map[string]string {
	_, text := d.above("tern.conf")
	values := map[string]string{}
	section := ""
	for raw := range bytes.Lines(text) {
		line := strings.TrimSpace(string(raw))
		if strings.HasPrefix(line, "[") {
			section = strings.Trim(line, "[] ")
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if ok && section == "data" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, ";") {
			values[strings.TrimSpace(name)] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return values
}

func (t *ternFolder) parse(f *source.File, opts Options) Scripts {
	if len(t.values) > 0 {
		values := maps.Clone(t.values)
		maps.Copy(values, opts.Placeholders)
		opts.Placeholders = values
	}
	p := &ternFile{folder: t, file: f}
	p.includes()
	p.lines()
	up, down := len(f.Text), -1
	if i := bytes.Index(f.Text, []byte(ternSeparator)); i >= 0 {
		up, down = i, i+len(ternSeparator)
	}
	both := Scripts{Up: p.script(0, up, opts)}
	if down >= 0 && len(bytes.TrimSpace(f.Text[down:])) > 0 {
		both.Down = p.script(down, len(f.Text), opts)
	}
	if len(f.Text) > 0 && !p.doesSomething(0, up) {
		p.problem(f.Span(0, 0), "tern refuses to start: there is nothing but comments above the separator", "")
	}
	sortProblems(p.problems)
	both.Problems = append(emptyFile(f), p.problems...)
	return both
}

// ternFile is a file that is being read.
type ternFile struct {
	folder   *ternFolder
	file     *source.File
	cuts     []source.Cut
	problems []Problem
}

func (p *ternFile) problem(at source.Span, message, suggestion string) {
	p.problems = append(p.problems, Problem{Rule: "tern-directive", Span: at, Message: message, Suggestion: suggestion})
}

func (p *ternFile) script(start, end int, opts Options) *Script {
	sec := section{start: start, end: end, cuts: p.cuts}
	noTx := ternNoTx.MatchString(strings.TrimSpace(sec.fragment(p.file).Text))
	tx := PerFile
	if noTx {
		tx = PerStatement
	}
	sec.pieces = []piece{{start, end, tx, true}}
	script, problems := runner{title: "tern"}.script(p.file, opts, sec)
	p.problems = append(p.problems, problems...)
	script.NoTransaction = noTx
	return script
}

// doesSomething is tern's own test for an up: a line that is neither blank nor a
// comment.
func (p *ternFile) doesSomething(start, end int) bool {
	for line := range strings.Lines(section{start: start, end: end, cuts: p.cuts}.fragment(p.file).Text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "--") {
			return true
		}
	}
	return false
}

// includes makes cuts of the actions that bring in other files.
func (p *ternFile) includes() {
	if p.folder.shared == nil {
		return
	}
	budget := ternBytes
	for _, at := range ternAction.FindAllSubmatchIndex(p.file.Text, -1) {
		kind, name := string(p.file.Text[at[2]:at[3]]), string(p.file.Text[at[4]:at[5]])
		text, wrong := p.folder.include(kind, name, "", ternDepth, &budget)
		if wrong != "" {
			p.problem(p.file.Span(at[0], at[1]), "tern refuses to start: "+wrong, "")
			text = ""
		}
		p.cuts = append(p.cuts, source.Cut{Start: at[0], End: at[1], New: text})
	}
}

// include is the text of a template with those that it includes itself; wrong says
// why there is none. A snapshot
// is the install.sql of a folder below snapshots/, whose templates are named from
// that folder on (LoadCodePackage in tern's migrate/code.go).
func (t *ternFolder) include(kind, name, base string, depth int, budget *int) (text, wrong string) {
	if kind == "install_snapshot" {
		base, name = "snapshots/"+name+"/", "install.sql"
	}
	text, ok := t.shared[base+name]
	if !ok {
		return "", fmt.Sprintf("there is no template %q, which must be the path of a .sql file below the folder", base+name)
	}
	if depth == 0 || len(text) > *budget {
		return "", fmt.Sprintf("what template %q includes is too deep or too long to be read", base+name)
	}
	*budget -= len(text)
	text = ternAction.ReplaceAllStringFunc(text, func(action string) string {
		m := ternAction.FindStringSubmatch(action)
		inner, none := t.include(m[1], m[2], base, depth-1, budget)
		if wrong == "" {
			wrong = none
		}
		return inner
	})
	return text, wrong
}

// lines reports what looks like a directive and is none.
func (p *ternFile) lines() {
	separators := 0
	for l := range lines(p.file) {
		at := l.span(p.file)
		switch {
		case strings.Contains(l.text, ternSeparator):
			if separators++; separators == 2 {
				p.problem(at, "tern takes a second separator for a comment of the down", "")
			}
		case ternNearSplit.MatchString(l.text):
			p.problem(at, "tern takes this for a comment, so that the down is part of the up: the separator is exactly `"+ternSeparator+"`", ternSeparator)
		case l.text == ternDisableTx:
			if l.next > l.end+1 && len(bytes.TrimSpace(p.file.Text[l.next:])) > 0 {
				p.problem(at, "tern does not see this line, because it ends in CRLF: the migration runs in a transaction", "")
			}
		case ternNearNoTx.MatchString(l.text):
			p.problem(at, "tern takes this for a comment and runs the migration in a transaction: the directive is a line of exactly `"+ternDisableTx+"`", ternDisableTx)
		}
	}
}
