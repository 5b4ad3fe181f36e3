package proof

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const archive = `scans
good differs: it is another table
-- setup.sql --
CREATE TABLE t (a int);
-- bad 14 15 --
# 0001_a.sql
> ALTER TABLE t ALTER COLUMN a SET NOT NULL
lock public.t AccessExclusiveLock
scan public.t
-- good 14 --
> SELECT 1
`

func TestFormatIsWhatWasParsed(t *testing.T) {
	p, err := Parse([]byte(archive))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(archive, string(p.Format())); diff != "" {
		t.Errorf("(-parsed +formatted):\n%s", diff)
	}
	if len(p.Claims) != 2 || p.Files["setup.sql"] == "" {
		t.Errorf("claims %q, files %q", p.Claims, p.Files)
	}
}

func TestRecord(t *testing.T) {
	tests := []struct {
		name  string
		major int
		did   string
		want  string // of bad: the majors, and what they did
	}{
		{"the same", 16, "scan public.t", "14 15 16: scan public.t"},
		{"something else", 16, "rewrite public.t", "14 15: scan public.t\n16: rewrite public.t"},
		{"something else now", 14, "rewrite public.t", "14: rewrite public.t\n15: scan public.t"},
		{"the same again", 15, "scan public.t", "14 15: scan public.t"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Parse([]byte("scans\n-- bad 14 15 --\n> ALTER\nscan public.t\n-- good 14 --\n> SELECT 1\n"))
			if err != nil {
				t.Fatal(err)
			}
			p.Record("bad", tt.major, []Step{{Text: "ALTER", Did: []string{tt.did}}})
			var lines []string
			for _, r := range p.Runs {
				if r.Script == "bad" {
					lines = append(lines, strings.Trim(fmt.Sprint(r.Majors), "[]")+": "+r.Steps[0].Did[0])
				}
			}
			if diff := cmp.Diff(tt.want, strings.Join(lines, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if last := p.Runs[len(p.Runs)-1]; last.Script != "good" {
				t.Errorf("the last run is %s", last.Script)
			}
		})
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"-- bad new --\n> SELECT 1\n": `"new" is no PostgreSQL major`,
		"-- bad 14 --\nlock t\n":      "the first line is neither a statement",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
