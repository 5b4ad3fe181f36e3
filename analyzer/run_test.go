package analyzer_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

// selects is a rule that finds every SELECT.
func selects(name string, concern analyzer.Concern) *analyzer.Rule {
	return &analyzer.Rule{Name: name, Aliases: []string{"old-" + name}, Severity: analyzer.Error, Concern: concern, Run: func(p *analyzer.Pass) {
		for op := range p.Ops() {
			if _, ok := op.Op.(*sqlast.Select); ok {
				p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: "a SELECT"})
			}
		}
	}}
}

func load(t *testing.T, files map[string]string) *migration.Set {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	set, err := migration.Load(fsys, ".", "", migration.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func found(res *analyzer.Result) []string {
	var out []string
	for _, d := range res.Diagnostics {
		out = append(out, d.Span.StartPos().String()+" "+d.Severity.String()+" "+d.Rule.Name+": "+d.Message)
	}
	return out
}

func TestIgnoreComments(t *testing.T) {
	tests := []struct {
		name, sql string
		want      []string
		ignored   int
	}{
		{"before the statement", "-- miglint:ignore noisy it is fine\nSELECT 1;", nil, 1},
		{"behind the statement", "SELECT 1; -- miglint:ignore noisy it is fine", nil, 1},
		{"a colon before the reason", "-- miglint:ignore noisy: it is fine\nSELECT 1;", nil, 1},
		{"block comment", "/* miglint:ignore noisy it is fine */ SELECT 1;", nil, 1},
		{"by an alias", "-- miglint:ignore old-noisy it is fine\nSELECT 1;", nil, 1},
		{"only its own statement", "-- miglint:ignore noisy it is fine\nSELECT 1;\nSELECT 2;", []string{"3:1 error noisy: a SELECT"}, 1},
		{"the whole file", "SELECT 1;\nSELECT 2;\n-- miglint:ignore-file noisy it is fine\n", nil, 2},
		{"without a reason it is not honoured", "-- miglint:ignore noisy\nSELECT 1;", []string{
			"1:1 error invalid-directive: miglint:ignore noisy gives no reason, so it is not honoured: add why it is safe here",
			"2:1 error noisy: a SELECT"}, 0},
		{"unknown rule", "-- miglint:ignore noisi it is fine\nSELECT 1;", []string{
			`1:1 error invalid-directive: miglint:ignore names unknown rule "noisi"; did you mean "noisy"?`,
			"2:1 error noisy: a SELECT"}, 0},
		{"unused", "-- miglint:ignore noisy it is fine\nCREATE TABLE t(i int);", []string{
			`1:1 warning unused-ignore: nothing here for rule "noisy" to report: the ignore is not needed`}, 0},
		{"on no statement", "SELECT 1; -- miglint:ignore noisy it is fine\n-- miglint:ignore noisy why\n", []string{
			"2:1 error invalid-directive: miglint:ignore stands on no statement; write it on the line before or behind one, or use miglint:ignore-file"}, 1},
		{"unknown verb", "-- miglint:ignroe noisy it is fine\nCREATE TABLE t(i int);", []string{
			"1:1 error invalid-directive: unknown directive miglint:ignroe; miglint knows ignore, ignore-file, irreversible and deprecate"}, 0},
		{"squawk's comment", "-- squawk-ignore old-noisy\nSELECT 1;", nil, 1},
		{"squawk's comment for a rule that is not ours", "-- squawk-ignore prefer-text-field\nCREATE TABLE t(i int);", nil, 0},
		{"squawk's whole file", "-- squawk-ignore-file\nSELECT 1;", nil, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rules := append([]*analyzer.Rule{selects("noisy", analyzer.Locking)}, analyzer.IgnoreRules()...)
			res := analyzer.Run(load(t, map[string]string{"1.sql": tt.sql}), rules, analyzer.Options{})
			if diff := cmp.Diff(tt.want, found(res)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if res.Summary.Ignored != tt.ignored {
				t.Errorf("ignored %d findings, want %d", res.Summary.Ignored, tt.ignored)
			}
		})
	}
}

func TestSeverityIsDecidedByConfigurationFindingRuleAndDirection(t *testing.T) {
	files := map[string]string{"1_x.up.sql": "CREATE TABLE t(i int);", "1_x.down.sql": "SELECT 1;"}
	tests := []struct {
		name    string
		concern analyzer.Concern
		set     analyzer.Severity
		want    []string
	}{
		{"locks are informational in a down", analyzer.Locking, 0, []string{"1:1 info r: a SELECT"}},
		{"a failure stays an error in a down", analyzer.Failing, 0, []string{"1:1 error r: a SELECT"}},
		{"losing data is what downs do", analyzer.Losing, 0, nil},
		{"the configuration wins", analyzer.Failing, analyzer.Warning, []string{"1:1 warning r: a SELECT"}},
		{"off", analyzer.Failing, analyzer.Off, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			opts := analyzer.Options{}
			if tt.set != 0 {
				opts.Severities = map[string]analyzer.Severity{"r": tt.set}
			}
			res := analyzer.Run(load(t, files), []*analyzer.Rule{selects("r", tt.concern)}, opts)
			if diff := cmp.Diff(tt.want, found(res)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestPanicInARuleHidesNothingElse(t *testing.T) {
	broken := &analyzer.Rule{Name: "broken", Run: func(*analyzer.Pass) { panic("oops") }}
	res := analyzer.Run(load(t, map[string]string{"1.sql": "SELECT 1;"}),
		[]*analyzer.Rule{broken, selects("noisy", analyzer.Locking)}, analyzer.Options{})
	if len(res.Panics) != 1 || res.Panics[0].Rule != broken || res.Panics[0].Span.File.Path != "1.sql" {
		t.Errorf("panics = %+v, want one of rule broken in 1.sql", res.Panics)
	}
	if diff := cmp.Diff([]string{"1:1 error noisy: a SELECT"}, found(res)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRulesForOtherMajorsAreLeftOut(t *testing.T) {
	r := selects("newer", analyzer.Locking)
	r.MinPG = 17
	for major, want := range map[int]int{0: 0, 16: 0, 17: 1, 18: 1} {
		res := analyzer.Run(load(t, map[string]string{"1.sql": "SELECT 1;"}), []*analyzer.Rule{r}, analyzer.Options{Major: major})
		if len(res.Diagnostics) != want {
			t.Errorf("major %d: %d findings, want %d", major, len(res.Diagnostics), want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]time.Duration{"5": 5 * time.Millisecond, "5s": 5 * time.Second, " 2 min ": 2 * time.Minute,
		"1.5s": 1500 * time.Millisecond, "0": 0, "1d": 24 * time.Hour, "100us": 100 * time.Microsecond} {
		if got, ok := analyzer.ParseDuration(in); !ok || got != want {
			t.Errorf("ParseDuration(%q) = %v, %v, want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "fast", "5 parsecs", "s"} {
		if got, ok := analyzer.ParseDuration(in); ok {
			t.Errorf("ParseDuration(%q) = %v, want an error", in, got)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"drop-table", "drop-column-not-deprecated", "truncate"}
	for in, want := range map[string]string{"drop-tabel": "drop-table", "trucnate": "truncate", "turncate": "truncate", "vacuum": "", "": ""} {
		if got := analyzer.Nearest(in, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
	long := strings.Repeat("x", 10_000)
	if got := analyzer.Nearest(long, names); got != "" {
		t.Errorf("Nearest of a long name = %q, want none", got)
	}
}
