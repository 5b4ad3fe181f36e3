package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

func write(t testing.TB, f *Format, res *analyzer.Result, opts Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, f, res, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// hostileResult has findings whose every text is hostile.
func hostileResult(r *rand.Rand) *analyzer.Result {
	text := func() string { return hostileText(r, 1+r.IntN(60)) }
	res := &analyzer.Result{}
	for range 20 {
		f := source.NewFile(text(), []byte(hostileText(r, r.IntN(3000))))
		span := func() source.Span {
			start := r.IntN(len(f.Text) + 1)
			return f.Span(start, start+r.IntN(len(f.Text)-start+1))
		}
		res.Diagnostics = append(res.Diagnostics, analyzer.Diagnostic{Rule: keyRule, Severity: analyzer.Error, Span: span(),
			Message: text(), Suggestion: text(), Until: text(), Locks: []effect.Lock{{Relation: table(text()), Mode: effect.Share, Cause: text()}},
			Related:   []analyzer.Related{{Span: span(), Message: text()}},
			Fixes:     []analyzer.Fix{{Message: text(), Edits: []source.Edit{{Span: span(), New: text()}}, NewFiles: []analyzer.NewFile{{Path: text(), Text: text()}}}},
			Migration: &migration.Migration{Version: text()}})
	}
	return res
}

// runnerCommand is what GitHub's runner would make of a line of a job's log
// (ActionCommand.TryParseV2 and TryParse in actions/runner), whatever the
// command is called.
func runnerCommand(line string) (command, properties, data string, ok bool) {
	if rest, isV2 := strings.CutPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::"); isV2 {
		if info, data, ok := strings.Cut(rest, "::"); ok {
			command, properties, _ := strings.Cut(info, " ")
			return command, properties, data, true
		}
	}
	if _, rest, isV1 := strings.Cut(line, "##["); isV1 {
		if info, data, ok := strings.Cut(rest, "]"); ok {
			command, properties, _ := strings.Cut(info, " ")
			return command, properties, data, true
		}
	}
	return "", "", "", false
}

// logLines are the lines that a reader of a log may see, whatever it takes for a
// line break.
func logLines(out string) []string {
	return strings.FieldsFunc(out, func(r rune) bool {
		return strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", r)
	})
}

func TestNoCommandsInLogs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	results := []*analyzer.Result{fixture()}
	for range 25 {
		results = append(results, hostileResult(r))
	}
	for _, f := range Formats() {
		t.Run(f.Name, func(t *testing.T) {
			for _, res := range results {
				for _, opts := range []Options{{}, {Width: 40}} {
					out := write(t, f, res, opts)
					commands := 0
					for _, line := range logLines(out) {
						command, _, _, ok := runnerCommand(line)
						if !ok {
							continue
						}
						commands++
						if f != githubFormat || command != "error" && command != "warning" && command != "notice" {
							t.Fatalf("a runner takes this line for the command %q: %q", command, line)
						}
					}
					if f == githubFormat && commands != len(res.Diagnostics) {
						t.Fatalf("%d commands for %d findings", commands, len(res.Diagnostics))
					}
					if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && needsCode(r) }); i >= 0 {
						t.Fatalf("a raw control character at %q", out[i:min(len(out), i+20)])
					}
				}
			}
		})
	}
}

func TestGitHubProperties(t *testing.T) {
	unescape := strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%")
	long := source.NewFile("a,b:c%2C=d.sql", []byte("SELECT\n 1;\n"))
	tests := []struct {
		name string
		span source.Span
		want map[string]string
	}{
		{"one line", long.Span(0, 6), map[string]string{"line": "1", "endLine": "1", "col": "1", "endColumn": "7"}},
		{"several lines have no columns", long.Span(0, 9), map[string]string{"line": "1", "endLine": "2"}},
		{"a line break at the end is not a line", long.Span(8, 11), map[string]string{"line": "2", "endLine": "2", "col": "2", "endColumn": "4"}},
		{"the end of the file", long.Span(11, 11), map[string]string{"line": "3", "endLine": "3", "col": "1", "endColumn": "1"}},
		{"nowhere", source.Span{}, map[string]string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.want["title"] = keyRule.Name
			if !tt.span.IsZero() {
				tt.want["file"] = long.Path
			}
			out := write(t, githubFormat, &analyzer.Result{Diagnostics: []analyzer.Diagnostic{
				{Rule: keyRule, Severity: analyzer.Warning, Span: tt.span, Message: "m"}}}, Options{})
			command, properties, _, _ := runnerCommand(strings.Split(out, "\n")[0])
			if command != "warning" {
				t.Errorf("command is %q", command)
			}
			got := map[string]string{}
			for _, p := range strings.Split(properties, ",") {
				name, value, _ := strings.Cut(p, "=")
				got[name] = unescape.Replace(value)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestJSONIsValidForAnyBytes(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 50 {
		res := hostileResult(r)
		out := write(t, jsonFormat, res, Options{Version: "1\xff"})
		if !utf8.ValidString(out) || !json.Valid([]byte(out)) {
			t.Fatalf("not valid JSON: %s", out)
		}
		var got struct {
			Version     string
			Diagnostics []struct {
				Message, File, Suggestion string
				Start, End                struct{ Line, Column, Offset int }
			}
		}
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		if got.Version != "1\ufffd" {
			t.Errorf("version is %q", got.Version)
		}
		for i, d := range res.Diagnostics {
			g := got.Diagnostics[i]
			for _, s := range [][2]string{{d.Message, g.Message}, {d.Span.File.Path, g.File}, {d.Suggestion, g.Suggestion}} {
				if want := string([]rune(s[0])); s[1] != want {
					t.Fatalf("read back %q, want %q", s[1], want)
				}
			}
			if source.Position(g.Start) != d.Span.StartPos() || source.Position(g.End) != d.Span.EndPos() {
				t.Fatalf("read back %+v to %+v, want %+v to %+v", g.Start, g.End, d.Span.StartPos(), d.Span.EndPos())
			}
		}
	}
}

// TestJSONSchema holds the keys and their order: programs rely on them.
func TestJSONSchema(t *testing.T) {
	f := source.NewFile("a.sql", []byte("x"))
	res := &analyzer.Result{Diagnostics: []analyzer.Diagnostic{{Rule: keyRule, Severity: analyzer.Warning, Message: "<m>"},
		{Rule: keyRule, Severity: analyzer.Error, Span: f.Span(0, 1), Down: true, Migration: &migration.Migration{Version: "7", Name: "n"},
			Related: []analyzer.Related{{Span: f.Span(0, 0), Message: "r"}},
			Locks:   []effect.Lock{{Relation: table("T"), Mode: effect.Share, Cause: "c"}},
			Fixes:   []analyzer.Fix{{}, {Safety: analyzer.Safe, Message: "f", Edits: []source.Edit{{Span: f.Span(0, 1), New: "y"}}}}}}}
	const place = `"file":"a.sql","start":{"line":1,"column":1,"offset":0},"end":{"line":1,"column":2,"offset":1}`
	const docs = `"docs":"https://github.com/miglint/miglint/blob/main/docs/rules/foreign-key-not-valid.md"`
	want := `{"version":"v","tool":"miglint","summary":{"migrations":0,"statements":0,"errors":0,"warnings":0,"infos":0,"ignored":0},"diagnostics":[
{"rule":"foreign-key-not-valid","severity":"warning","message":"<m>","file":null,"start":null,"end":null,"migration":null,"locks":[],"suggestion":"","related":[],"fixes":[],` + docs + `},
{"rule":"foreign-key-not-valid","severity":"error","message":"",` + place + `,"migration":{"id":"7","direction":"down"},` +
		`"locks":[{"relation":"public.\"T\"","mode":"ShareLock","cause":"c"}],"suggestion":"",` +
		`"related":[{"message":"r","file":"a.sql","start":{"line":1,"column":1,"offset":0},"end":{"line":1,"column":1,"offset":0}}],` +
		`"fixes":[{"message":"","safety":"manual","edits":[],"new_files":[]},{"message":"f","safety":"safe","edits":[{` + place + `,"new":"y"}],"new_files":[]}],` + docs + `}
]}
`
	if diff := cmp.Diff(want, write(t, jsonFormat, res, Options{Version: "v"})); diff != "" {
		t.Error(diff)
	}
}

func TestColorIsTheCallersBusiness(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	if out := write(t, textFormat, fixture(), Options{Color: true}); !strings.Contains(out, "\x1b[31;1merror") {
		t.Error("no colour although it was asked for")
	}
	if out := write(t, textFormat, fixture(), Options{}); strings.Contains(out, "\x1b") {
		t.Error("colour although it was not asked for")
	}
}

func TestTextFitsTheTerminal(t *testing.T) {
	for _, line := range strings.Split(write(t, textFormat, fixture(), Options{Width: 60}), "\n") {
		suggested := strings.HasPrefix(line, "    ") && !strings.Contains(line, "|") // copied, so never wrapped
		if displayWidth(line) > 60 && !suggested && strings.Contains(strings.TrimSpace(line), " ") && !strings.Contains(line, "miglint explain") &&
			!strings.HasPrefix(line, "Found") {
			t.Errorf("%d columns: %s", displayWidth(line), line)
		}
	}
}

func TestWritePanics(t *testing.T) {
	f := source.NewFile("a\x1b.sql", []byte("\n\nSELECT 1;"))
	res := &analyzer.Result{Panics: []analyzer.RulePanic{
		{Rule: keyRule, Span: f.Span(2, 11), Value: "index out of range\n\x1b[2J", Stack: []byte("goroutine 1:\n\tmain.go:1\n")},
		{Rule: keyRule, Value: errors.New("again"), Stack: []byte("goroutine 2:\n")},
	}}
	want := `miglint: internal error: rule foreign-key-not-valid crashed on a␛.sql:3: index out of range␊␛[2J
    goroutine 1:
        main.go:1
miglint: internal error: rule foreign-key-not-valid crashed judging the migrations as a whole: again
miglint: this is a defect of miglint, not of your migrations; what the other rules found is reported.
miglint: please report it, with the lines above: https://github.com/miglint/miglint/issues/new
`
	var b bytes.Buffer
	if err := WritePanics(&b, res); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	b.Reset()
	if err := WritePanics(&b, &analyzer.Result{}); err != nil || b.Len() > 0 {
		t.Errorf("wrote %q, %v without a panic", b.String(), err)
	}
}

type brokenPipe struct{}

var errPipe = errors.New("broken pipe")

func (brokenPipe) Write([]byte) (int, error) { return 0, errPipe }

func TestWriteErrors(t *testing.T) {
	for _, f := range Formats() {
		if err := Write(brokenPipe{}, f, fixture(), Options{}); !errors.Is(err, errPipe) || !strings.Contains(err.Error(), f.Name) {
			t.Errorf("%s: error is %v", f.Name, err)
		}
	}
}
