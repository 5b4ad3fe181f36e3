// Package analyzertest runs rules over fixtures, for miglint's own rules and for
// those that people write themselves.
package analyzertest

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/tools/txtar"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
)

// Case is one project of a fixture: a folder of migrations and the options to
// judge them by.
type Case struct {
	Name      string
	Files     fstest.MapFS
	Framework string
	Load      migration.Options
	Options   analyzer.Options
	wants     map[string][]want // by file name
}

type want struct {
	line     int
	severity string
	pattern  *regexp.Regexp
	text     string
}

// Run runs one rule over every case of a txtar fixture. In the archive, the first
// element of a file's name is the case it belongs to. Expectations are comments:
// `-- want "regexp"` expects a finding of the rule, whose message matches, that
// starts on that line; `want+2` on the second line below, `want error "…"` one
// of that severity, and several quoted patterns as many findings. A file
// want.txt holds patterns, one a line, of findings that point nowhere. Everything
// the rule finds must be expected.
//
// Beside are rules that run too, such as those that ignore comments may name; what
// they find does not count.
//
// The archive's own comment may hold a line of options for a case:
// `case: postgres=18 framework=goose transaction=file down=never
// changed=2.sql base=before deprecated=t.c min-age=14d small-tables=t lock-timeout=role max-lock-timeout=5s`.
func Run(t *testing.T, fixture string, rule *analyzer.Rule, beside ...*analyzer.Rule) {
	t.Helper()
	archive, err := txtar.ParseFile(fixture)
	if err != nil {
		t.Fatalf("read fixture: %v", err)
	}
	for _, c := range Cases(t, archive) {
		t.Run(c.Name, func(t *testing.T) { c.check(t, rule, beside) })
	}
}

// Cases splits an archive into its cases, in order of appearance.
func Cases(t *testing.T, archive *txtar.Archive) []*Case {
	t.Helper()
	var cases []*Case
	byName := map[string]*Case{}
	for _, f := range archive.Files {
		name, file, ok := strings.Cut(f.Name, "/")
		if !ok {
			t.Fatalf("fixture file %s belongs to no case: name it case/%s", f.Name, f.Name)
		}
		c := byName[name]
		if c == nil {
			c = &Case{Name: name, Files: fstest.MapFS{}, wants: map[string][]want{}}
			byName[name] = c
			cases = append(cases, c)
		}
		if file != "want.txt" {
			c.Files[file] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
		}
		c.wants[file] = append(c.wants[file], parseWants(t, file, string(f.Data))...)
	}
	for _, line := range strings.Split(string(archive.Comment), "\n") {
		if name, opts, ok := strings.Cut(line, ": "); ok && byName[name] != nil {
			byName[name].setOptions(t, opts)
		}
	}
	return cases
}

var (
	wantComment = regexp.MustCompile(`(?:--|//|#)\s*want(\+\d+)?(?: (error|warning|info))?((?: "(?:[^"\\]|\\.)*")+)`)
	quoted      = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

func parseWants(t *testing.T, file, text string) []want {
	t.Helper()
	var wants []want
	for i, line := range strings.Split(text, "\n") {
		if file == "want.txt" {
			if line != "" {
				wants = append(wants, want{pattern: regexp.MustCompile(line), text: line})
			}
			continue
		}
		for _, m := range wantComment.FindAllStringSubmatch(line, -1) {
			below, _ := strconv.Atoi(strings.TrimPrefix(m[1], "+")) // "" is 0 lines below
			for _, q := range quoted.FindAllString(m[3], -1) {
				pattern, err := strconv.Unquote(q)
				if err != nil {
					t.Fatalf("%s:%d: bad pattern %s: %v", file, i+1, q, err)
				}
				wants = append(wants, want{line: i + 1 + below, severity: m[2], pattern: regexp.MustCompile(pattern), text: pattern})
			}
		}
	}
	return wants
}

func (c *Case) setOptions(t *testing.T, opts string) {
	t.Helper()
	for _, opt := range strings.Fields(opts) {
		key, value, _ := strings.Cut(opt, "=")
		var err error
		switch key {
		case "postgres":
			c.Options.Major, err = strconv.Atoi(value)
		case "framework":
			c.Load.Framework = value
		case "transaction":
			c.Load.Transaction = value
		case "changed":
			c.Options.Review, c.Load.Changed = true, map[string]bool{}
			for _, file := range strings.Split(value, ",") {
				c.Load.Changed[file] = true
			}
		case "base":
			c.setBase(value)
		case "down":
			c.Options.NoDowns = value == "never"
		case "deprecated":
			c.Options.Deprecated = strings.Split(value, ",")
		case "small-tables":
			c.Options.SmallTables = strings.Split(value, ",")
		case "lock-timeout":
			c.Options.LockTimeoutByRole = value == "role"
		case "max-lock-timeout":
			c.Options.MaxLockTimeout, err = time.ParseDuration(value)
		case "min-age":
			days, convErr := strconv.Atoi(strings.TrimSuffix(value, "d"))
			c.Options.MinAge, err = time.Duration(days)*24*time.Hour, convErr
		default:
			err = fmt.Errorf("unknown option %q", key)
		}
		if err != nil {
			t.Fatalf("case %s: option %s: %v", c.Name, opt, err)
		}
	}
}

// setBase takes the files below a folder for what the files of the case were
// before the change.
func (c *Case) setBase(folder string) {
	c.Load.Base = map[string][]byte{}
	for name, f := range c.Files {
		if changed, ok := strings.CutPrefix(name, folder+"/"); ok {
			c.Load.Base[changed] = f.Data
			delete(c.Files, name)
		}
	}
}

// Judge loads the case's files and runs the rules over them.
func (c *Case) Judge(t *testing.T, rules ...*analyzer.Rule) *analyzer.Result {
	t.Helper()
	set, err := migration.Load(fs.FS(c.Files), ".", "", c.Load)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	res := analyzer.Run(set, rules, c.Options)
	for _, crash := range res.Panics {
		t.Errorf("rule %s panicked: %v\n%s", crash.Rule.Name, crash.Value, crash.Stack)
	}
	return res
}

// check holds the rule's findings against the expectations. An opt-in rule is
// switched on.
func (c *Case) check(t *testing.T, rule *analyzer.Rule, beside []*analyzer.Rule) {
	t.Helper()
	rules := beside
	if !slices.Contains(rules, rule) {
		rules = append(slices.Clone(rules), rule)
	}
	if rule.OptIn {
		c.Options.Severities = map[string]analyzer.Severity{rule.Name: rule.Severity}
	}
	pending := map[string][]want{}
	for file, wants := range c.wants {
		pending[file] = slices.Clone(wants)
	}
	for _, d := range c.Judge(t, rules...).Diagnostics {
		if d.Rule != rule {
			continue
		}
		file, line := "want.txt", 0
		if !d.Span.IsZero() {
			file, line = path.Clean(d.Span.File.Path), d.Span.StartPos().Line
		}
		i := slices.IndexFunc(pending[file], func(w want) bool {
			return w.line == line && (w.severity == "" || w.severity == d.Severity.String()) && w.pattern.MatchString(d.Message)
		})
		if i < 0 {
			t.Errorf("%s:%d: unexpected %s: %s", file, line, d.Severity, d.Message)
			continue
		}
		pending[file] = slices.Delete(pending[file], i, i+1)
	}
	for file, wants := range pending {
		for _, w := range wants {
			t.Errorf("%s:%d: no finding matches %q", file, w.line, w.text)
		}
	}
}
