package migration

import (
	"bytes"
	"cmp"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/miglint/miglint/source"
)

// What node-pg-migrate's sqlMigration.ts takes for the start of a part, what comes
// close to it, and a migration written in JavaScript.
var (
	nodePGUp   = regexp.MustCompile(`(?im)^\s*--[\s-]*up\s+migration`)
	nodePGDown = regexp.MustCompile(`(?im)^\s*--[\s-]*down\s+migration`)
	nodePGMark = regexp.MustCompile(`(?im)^\s*--[\s-]*(up|down)\s+migration`)
	nodePGLine = regexp.MustCompile(`(?im)^-- (up|down) migration[ \t\r]*$`)
	nodePGNear = regexp.MustCompile(`(?im)^[ \t]*--[ \t]*(up|down)[ \t:;.-]*(?:migrations?[ \t]*)?$`)
	nodePGJS   = regexp.MustCompile(`\bpgm\s*(\)|:|\.)|\bMigrationBuilder\b`)
)

// nodePGMigrate is github.com/salsita/node-pg-migrate: an up and a down part in
// one SQL file, or in two, each sent as one query, in one transaction around the
// whole run. SQL files share the numbers with those written in JavaScript or
// TypeScript. What has run is remembered by name.
func nodePGMigrate() *Framework {
	fw := &Framework{
		Name:             "node-pg-migrate",
		Title:            "node-pg-migrate",
		Downs:            OptionalDown,
		Files:            "<number>_<name>.sql with a line `-- Up Migration`",
		Mark:             nodePGMark,
		Directive:        "-- Up Migration",
		Late:             "node-pg-migrate refuses to go on, unless it is told not to check the order",
		Edited:           "node-pg-migrate never runs it again",
		LeaveTransaction: "write the migration in JavaScript, with pgm.noTransaction()",
		Runs:             func(name string) bool { return leadingDigits(name) != "" && path.Ext(name) == ".sql" },
		Detect:           detectNodePG,
		Parse:            parseNodePG,
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		loadNodePG(s, d, opts)
		return s, nil
	}
	return fw
}

// detectNodePG trusts a comment such as `-- Up migration: add a column` only where
// package.json speaks for it: people write it under every framework.
func detectNodePG(d *Dir) Evidence {
	hint, mark := "", nodePGLine
	if name, text := d.above("package.json"); bytes.Contains(text, []byte(`"node-pg-migrate"`)) {
		hint, mark = name+" requires node-pg-migrate", nodePGMark
	}
	files := d.sqlFiles()
	if len(files) == 0 {
		return detectNodePGScripts(d).hint(hint)
	}
	numbered := 0
	for _, name := range files {
		if leadingDigits(name) != "" && (hint != "" || golangMigrateName.FindString(name) == "") {
			numbered++
		}
	}
	e := markers(d, mark, "-- Up Migration")
	switch {
	case numbered*2 <= len(files):
		return Evidence{}
	case e.Score == 0 && hint != "":
		e = names(files, func(name string) bool { return leadingDigits(name) != "" }, "<number>_<name>.sql")
	}
	return e.hint(hint)
}

// detectNodePGScripts looks at folders that have no SQL files.
func detectNodePGScripts(d *Dir) Evidence {
	looked := 0
	for _, name := range d.Files {
		if leadingDigits(name) == "" || !isNodeScript(name) {
			continue
		}
		if nodePGJS.Match(d.head(name, headSize)) {
			return Evidence{markerScore, []string{d.display(name) + " is a node-pg-migrate migration written in JavaScript or TypeScript"}}
		}
		if looked++; looked == headFiles {
			break
		}
	}
	return Evidence{}
}

func isNodeScript(name string) bool {
	return slices.Contains([]string{".js", ".ts", ".cjs", ".mjs", ".cts", ".mts"}, path.Ext(name)) && !strings.HasSuffix(name, ".d.ts")
}

// compareNodePG is the order of src/utils/comparators.ts: by number, and by name
// without punctuation for equal ones. 17 digits are a moment, compared as the
// milliseconds that 13 digits are.
func compareNodePG(a, b string) int {
	bare := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsPunct(r) || unicode.IsSpace(r) {
				return -1
			}
			return unicode.ToLower(r)
		}, strings.TrimSuffix(s, path.Ext(s)))
	}
	return cmp.Or(compareNumbers(nodePGNumber(a), nodePGNumber(b)), compareNatural(bare(a), bare(b)), cmp.Compare(a, b))
}

func nodePGNumber(name string) string {
	n := leadingDigits(name)
	if len(n) == 17 {
		if t, err := time.Parse("20060102150405.000", n[:14]+"."+n[14:]); err == nil {
			return strconv.FormatInt(t.UnixMilli(), 10)
		}
	}
	return n
}

func loadNodePG(s *Stream, d *Dir, opts Options) {
	var files, scripts []string
	downs := map[string]string{} // of two-file migrations, by the name of the up
	for _, name := range d.Files {
		up := strings.TrimSuffix(name, ".down.sql") + ".up.sql"
		switch {
		case strings.HasSuffix(name, ".down.sql") && leadingDigits(name) != "" && d.has(up):
			downs[up] = name
		case s.Framework.Runs(name):
			files = append(files, name)
		case leadingDigits(name) != "" && isNodeScript(name):
			scripts = append(scripts, name)
			s.ignore(d, name, "migrations in JavaScript and TypeScript are not read")
		case isSQL(name) && !strings.HasPrefix(name, "."):
			s.mistake(d, name, "its name does not begin with a number and end in .sql", opts)
		default:
			s.ignore(d, name, "not named <number>_<name>.sql")
		}
	}
	slices.SortFunc(files, compareNodePG)
	s.Migrations = d.load(files, func(i int, f *source.File) Scripts {
		if strings.HasSuffix(files[i], ".up.sql") {
			return nodePGPart(f, opts)
		}
		return parseNodePG(f, opts)
	})
	for i, m := range s.Migrations {
		m.Version, m.Name = splitName(leadingDigits(files[i]), strings.TrimSuffix(files[i], ".up.sql"))
		m.Name = strings.TrimSuffix(m.Name, ".sql")
		m.Time = versionTime(m.Version)
		if down, ok := downs[files[i]]; ok {
			m.addNodePGDown(d.read(down), opts)
		}
	}
	for _, name := range scripts {
		if i, _ := slices.BinarySearchFunc(files, name, compareNodePG); i < len(s.Migrations) {
			s.Migrations[i].AfterUnread = true
		}
	}
	s.judge(opts)
}

// nodePGPart is a file that is one direction as a whole.
func nodePGPart(f *source.File, opts Options) Scripts {
	up, problems := runner{title: "node-pg-migrate", literal: true}.entire(f, opts, PerRun)
	return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
}

// addNodePGDown gives a migration the down that is in a file of its own.
func (m *Migration) addNodePGDown(in input, opts Options) {
	m.Files = append(m.Files, in.file)
	up := m.parse
	m.parse = func() Scripts {
		both := up()
		if !in.text {
			both.Down, both.Problems = unread(in.file), append(both.Problems, in.problems...)
			return both
		}
		down, problems := runner{title: "node-pg-migrate", literal: true}.entire(in.file, opts, PerRun)
		both.Down, both.Problems = down, append(both.Problems, problems...)
		return both
	}
}

// parseNodePG reads a file with both parts. Only the first line of each kind
// counts. Without one for the up, the up is the whole file.
func parseNodePG(f *source.File, opts Options) Scripts {
	up, down := nodePGUp.FindIndex(f.Text), nodePGDown.FindIndex(f.Text)
	both := Scripts{Problems: append(emptyFile(f), nodePGProblems(f, up, down)...)}
	part := func(start, other []int) *Script {
		sec := section{end: len(f.Text)}
		if start != nil {
			sec.start = start[0]
			if other != nil && other[0] > start[0] {
				sec.end = other[0]
			}
		}
		sec.pieces = []piece{{sec.start, sec.end, PerRun, true}}
		s, problems := runner{title: "node-pg-migrate", literal: true}.script(f, opts, sec)
		both.Problems = append(both.Problems, problems...)
		return s
	}
	both.Up = part(up, down)
	if down != nil {
		both.Down = part(down, up)
	}
	sortProblems(both.Problems)
	return both
}

func nodePGProblems(f *source.File, up, down []int) []Problem {
	var problems []Problem
	report := func(at source.Span, message, suggestion string) {
		problems = append(problems, Problem{Rule: "node-pg-migrate-directive", Span: at, Message: message, Suggestion: suggestion})
	}
	at := func(match []int) source.Span {
		start := match[0]
		for f.Text[start] != '-' {
			start++
		}
		return f.Span(start, match[1])
	}
	if up == nil && down != nil {
		report(at(down), "there is no `-- Up Migration` line, so node-pg-migrate runs the whole file as the up, with the down at its end", "")
	}
	if up != nil {
		first := up[0]
		if down != nil {
			first = min(first, down[0])
		}
		if lost := firstText(f, first); !lost.IsZero() {
			report(lost, "node-pg-migrate skips everything before the first `-- Up Migration` or `-- Down Migration`", "")
		}
	}
	for _, kind := range []struct {
		mark  *regexp.Regexp
		first []int
		word  string
	}{{nodePGUp, up, "Up"}, {nodePGDown, down, "Down"}} {
		if kind.first == nil {
			continue
		}
		if again := kind.mark.FindIndex(f.Text[kind.first[1]:]); again != nil {
			report(at([]int{kind.first[1] + again[0], kind.first[1] + again[1]}),
				"node-pg-migrate sees only the first `-- "+kind.word+" Migration`: what follows stays in the part that it stands in", "")
		}
	}
	for _, m := range nodePGNear.FindAllSubmatchIndex(f.Text, -1) {
		word := "Up"
		if f.Text[m[2]]|0x20 == 'd' {
			word = "Down"
		}
		if near := (line{start: m[0], text: string(f.Text[m[0]:m[1]])}).span(f); !nodePGUp.MatchString(near.Text()) && !nodePGDown.MatchString(near.Text()) {
			report(near, "node-pg-migrate takes this for a comment: a part begins with `-- "+word+" Migration`", "-- "+word+" Migration")
		}
	}
	return problems
}

// firstText is the first line before end that is neither blank nor a comment.
func firstText(f *source.File, end int) source.Span {
	for l := range lines(f) {
		if l.start >= end {
			break
		}
		if t := strings.TrimSpace(l.text); t != "" && !strings.HasPrefix(t, "--") {
			return l.span(f)
		}
	}
	return source.Span{}
}
