package migration_test

import (
	"fmt"
	"math/big"
	"math/rand"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/miglint/miglint/migration"
)

// TestOrder holds each framework's order of generated names against the
// comparison that its documentation or source states, written here on its own
// terms: big integers, split lists, string comparison.
func TestOrder(t *testing.T) {
	tests := []struct {
		framework string
		name      func(r *rand.Rand) string
		text      string
		before    func(a, b string) bool // the framework runs a before b; false for equals
	}{
		{"golang-migrate", func(r *rand.Rand) string { return number(r) + "_" + word(r) + ".up.sql" }, "SELECT 1;",
			func(a, b string) bool { return integer(a).Cmp(integer(b)) < 0 }},
		{"goose", func(r *rand.Rand) string { return "1" + number(r) + "_" + word(r) + ".sql" }, "-- +goose Up\nSELECT 1;\n",
			func(a, b string) bool { return integer(a).Cmp(integer(b)) < 0 }},
		{"dbmate", func(r *rand.Rand) string { return number(r) + word(r) + ".sql" }, "-- migrate:up\n-- migrate:down\n",
			func(a, b string) bool { return a < b }},
		{"sql-migrate", func(r *rand.Rand) string { return number(r)[r.Intn(2):] + word(r) + ".sql" }, "-- +migrate Up\nSELECT 1;\n", beforeSQLMigrate},
		{"flyway", flywayName, "SELECT 1;", beforeFlyway},
		{"bun", func(r *rand.Rand) string { return number(r) + "_a.up.sql" }, "SELECT 1;\n--bun:split\n",
			func(a, b string) bool { return leading.FindString(a) < leading.FindString(b) }},
		{"go-pg", func(r *rand.Rand) string { return number(r) + "_" + word(r) + ".up.sql" }, "SELECT 1;\n--gopg:split\n",
			func(a, b string) bool { return integer(a).Cmp(integer(b)) < 0 }},
		{"sqlx", func(r *rand.Rand) string { return number(r) + "_" + word(r) + ".sql" }, "SELECT 1;\n",
			func(a, b string) bool { return integer(a).Cmp(integer(b)) < 0 }},
		{"tern", func(r *rand.Rand) string { return fmt.Sprint(r.Intn(3000)) + "_a.sql" }, "SELECT 1;\n",
			func(a, b string) bool { return integer(a).Cmp(integer(b)) < 0 }},
		{"atlas", func(r *rand.Rand) string { return number(r) + "_" + word(r) + ".sql" }, "SELECT 1;\n",
			func(a, b string) bool { return a < b }},
		{"plain", func(r *rand.Rand) string { return word(r) + number(r) + word(r) + ".sql" }, "SELECT 1;", beforePlain},
	}
	for _, tt := range tests {
		t.Run(tt.framework, func(t *testing.T) {
			r := rand.New(rand.NewSource(7))
			for range 50 {
				files := map[string]string{}
				for range 2 + r.Intn(30) {
					files[tt.name(r)] = tt.text
				}
				s := load(t, files, migration.Options{Framework: tt.framework}).Streams[0]
				var got []string
				for _, m := range s.Migrations {
					got = append(got, m.Files[0].Path)
				}
				if len(got) != len(files) {
					t.Fatalf("%d of %d files run; not %v", len(got), len(files), s.Ignored)
				}
				for i := range got {
					for j := range i {
						if tt.before(got[i], got[j]) {
							t.Fatalf("%s stands behind %s", got[i], got[j])
						}
					}
				}
			}
		})
	}
}

// number is a short number with or without leading zeros, or a timestamp.
func number(r *rand.Rand) string {
	switch r.Intn(4) {
	case 0:
		return fmt.Sprintf("%03d", r.Intn(50))
	case 1:
		return fmt.Sprintf("20240%d01120000", 1+r.Intn(9))
	}
	return fmt.Sprint(r.Intn(120))
}

func word(r *rand.Rand) string {
	return []string{"a", "b-c", "B", "z_1", "", "é"}[r.Intn(6)]
}

var leading = regexp.MustCompile(`^\d*`)

func integer(name string) *big.Int {
	n := new(big.Int)
	n.SetString(leading.FindString(name), 10)
	return n
}

func beforeSQLMigrate(a, b string) bool {
	numbered := func(s string) bool { return leading.FindString(s) != "" }
	if numbered(a) && numbered(b) {
		if c := integer(a).Cmp(integer(b)); c != 0 {
			return c < 0
		}
	} else if numbered(a) != numbered(b) {
		return numbered(a)
	}
	return a < b
}

func flywayName(r *rand.Rand) string {
	if r.Intn(5) == 0 {
		return "R__" + word(r) + ".sql"
	}
	parts := []string{number(r)}
	for range r.Intn(3) {
		parts = append(parts, number(r))
	}
	return "V" + strings.Join(parts, []string{".", "_"}[r.Intn(2)]) + "__" + word(r) + ".sql"
}

func beforeFlyway(a, b string) bool {
	if a[0] != b[0] {
		return a[0] == 'V'
	}
	x, xd, _ := strings.Cut(strings.TrimSuffix(a[1:], ".sql"), "__")
	y, yd, _ := strings.Cut(strings.TrimSuffix(b[1:], ".sql"), "__")
	if a[0] == 'R' {
		return strings.ReplaceAll(xd, "_", " ") < strings.ReplaceAll(yd, "_", " ")
	}
	return slices.CompareFunc(versionParts(x), versionParts(y), (*big.Int).Cmp) < 0
}

// versionParts are the numbers of a version without the zeros at its end.
func versionParts(version string) []*big.Int {
	var parts []*big.Int
	for _, p := range strings.FieldsFunc(version, func(c rune) bool { return c == '.' || c == '_' }) {
		parts = append(parts, integer(p))
	}
	for len(parts) > 0 && parts[len(parts)-1].Sign() == 0 {
		parts = parts[:len(parts)-1]
	}
	return parts
}

var chunk = regexp.MustCompile(`\d+|\D`)

func beforePlain(a, b string) bool {
	x, y := chunk.FindAllString(a, -1), chunk.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		nx, ny := leading.FindString(x[i]) != "", leading.FindString(y[i]) != ""
		if nx && ny {
			if c := integer(x[i]).Cmp(integer(y[i])); c != 0 {
				return c < 0
			}
		} else if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	return false // equal but for leading zeros, or one starts the other
}
