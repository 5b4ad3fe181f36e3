package effect_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
	"github.com/miglint/miglint/verify"
)

// TestMeasured holds Of against what real servers did, as it is recorded in
// testdata/effects.
func TestMeasured(t *testing.T) {
	for _, c := range cases(t) {
		t.Run(c.name, func(t *testing.T) {
			if len(c.want) == 0 {
				t.Fatal("nothing was recorded")
			}
			c.compare(t, c.want)
		})
	}
}

// compare holds the prediction against measurements by major.
func (c *recorded) compare(t *testing.T, measured map[int][]string) {
	t.Helper()
	last := ""
	for _, major := range slices.Sorted(maps.Keys(measured)) {
		diff := verify.Diff(measured[major], c.predict(t, major, measured[major]))
		if diff == last || diff == "" {
			continue
		}
		if last = diff; c.unpredicted != "" {
			return
		}
		t.Errorf("PostgreSQL %d: %s%s", major, c.statement, diff)
	}
	if c.unpredicted != "" {
		t.Errorf("now predicted: remove %s/unpredicted", c.name)
	}
}

func parse(t *testing.T, sql string) []*sqlast.Statement {
	t.Helper()
	f := source.NewFile("case.sql", []byte(sql))
	res := pgparse.Parse(source.FileFragment(f, 0, len(f.Text)), pgparse.Options{})
	for _, s := range res.Statements {
		if s.Problem != nil {
			t.Fatalf("%s: %s", s.Problem.Message, s.Text)
		}
	}
	return res.Statements
}
