package migration_test

import (
	"fmt"
	"math/big"
	"math/rand"
	"path"
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
		{"atlas", func(r *rand.Rand) string { return number(r) + "_" + word(r) + ".sql" }, "-- atlas:nolint\n\nSELECT 1;",
			func(a, b string) bool { return a < b }},
		{"sqlx", func(r *rand.Rand) string { return number(r) + "_" + word(r) + ".sql" }, "SELECT 1;",
			func(a, b string) bool { return integer(a).Cmp(integer(b)) < 0 }},
		{"bun", func(r *rand.Rand) string { return number(r) + "_" + lowerWord(r) + ".up.sql" }, "SELECT 1;",
			func(a, b string) bool { return leading.FindString(a) < leading.FindString(b) }},
		{"go-pg", func(r *rand.Rand) string { return number(r) + "_" + word(r) + ".tx.up.sql" }, "SELECT 1;",
			func(a, b string) bool { return integer(a).Cmp(integer(b)) < 0 }},
		{"diesel", func(r *rand.Rand) string { return dieselVersion(r) + "_" + word(r) + "/up.sql" }, "SELECT 1;",
			func(a, b string) bool {
				x, _, _ := strings.Cut(a, "_")
				y, _, _ := strings.Cut(b, "_")
				return strings.ReplaceAll(x, "-", "") < strings.ReplaceAll(y, "-", "")
			}},
		{"refinery", func(r *rand.Rand) string {
			return "VU"[r.Intn(2):][:1] + fmt.Sprintf("%0*d", 1+r.Intn(4), r.Intn(3000)) + "__" + lowerName(r) + ".sql"
		}, "SELECT 1;",
			func(a, b string) bool { return integer(a[1:]).Cmp(integer(b[1:])) < 0 }},
		{"prisma", func(r *rand.Rand) string { return number(r) + "_" + asciiWord(r) + "/migration.sql" }, "SELECT 1;",
			func(a, b string) bool { return beforeLocale(path.Dir(a), path.Dir(b)) }},
		{"supabase", func(r *rand.Rand) string { return number(r) + "_" + word(r) + ".sql" }, "SELECT 1;",
			func(a, b string) bool { return leading.FindString(a) < leading.FindString(b) }},
		{"popx", func(r *rand.Rand) string { return number(r) + "_a.up.sql" }, "SELECT 1;", // one file runs of a version
			func(a, b string) bool { return leading.FindString(a) < leading.FindString(b) }},
		{"node-pg-migrate", func(r *rand.Rand) string { return number(r) + "_" + word(r) + ".sql" }, "SELECT 1;",
			func(a, b string) bool { return integer(a).Cmp(integer(b)) < 0 }},
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

// TestSameVersion: a version that two files have is a mistake only where the
// version is the key, and not where the name of the file or folder is.
func TestSameVersion(t *testing.T) {
	tests := []struct {
		framework string
		a, b      string
		text      string
		legal     bool
	}{
		{"golang-migrate", "1_a.up.sql", "1_b.up.sql", "SELECT 1;", false},
		{"golang-migrate", "1_a.up.sql", "01_a.up.sql", "SELECT 1;", false},
		{"goose", "1_a.sql", "01_b.sql", "-- +goose Up\nSELECT 1;\n", false},
		{"dbmate", "1_a.sql", "1_b.sql", "-- migrate:up\n-- migrate:down\n", false},
		{"dbmate", "1_a.sql", "01_b.sql", "-- migrate:up\n-- migrate:down\n", true},
		{"sql-migrate", "1_a.sql", "1_b.sql", "-- +migrate Up\nSELECT 1;\n", true},
		{"flyway", "V1__a.sql", "V1.0__b.sql", "SELECT 1;", false},
		{"sqlx", "1_a.sql", "01_b.sql", "SELECT 1;", false},
		{"bun", "1_a.up.sql", "1_b.up.sql", "SELECT 1;", false},
		{"bun", "1_a.up.sql", "01_b.up.sql", "SELECT 1;", true},
		{"go-pg", "1_a.up.sql", "01_b.up.sql", "SELECT 1;", false},
		{"diesel", "1_a/up.sql", "1_b/up.sql", "SELECT 1;", false},
		{"refinery", "V1__a.sql", "V01__b.sql", "SELECT 1;", false},
		{"prisma", "1_a/migration.sql", "1_b/migration.sql", "SELECT 1;", true},
		{"supabase", "1_a.sql", "1_b.sql", "SELECT 1;", false},
		{"popx", "1_a.up.sql", "1_b.up.sql", "SELECT 1;", false},
		{"node-pg-migrate", "1_a.sql", "1_b.sql", "SELECT 1;", true},
		{"atlas", "1_a.sql", "1_b.sql", "-- atlas:nolint\n\nSELECT 1;", false},
	}
	for _, tt := range tests {
		t.Run(tt.framework+" "+tt.a+" "+tt.b, func(t *testing.T) {
			s := load(t, map[string]string{tt.a: tt.text, tt.b: tt.text}, migration.Options{Framework: tt.framework}).Streams[0]
			reported := slices.ContainsFunc(s.Problems, isDuplicate) ||
				slices.ContainsFunc(s.Migrations, func(m *migration.Migration) bool { return slices.ContainsFunc(m.Problems, isDuplicate) })
			if reported == tt.legal {
				t.Errorf("reported: %t, want %t", reported, !tt.legal)
			}
		})
	}
}

func isDuplicate(p migration.Problem) bool { return p.Rule == "duplicate-version" }

// TestDownAboveUp: where directives say which is which, their order does not.
func TestDownAboveUp(t *testing.T) {
	tests := []struct{ framework, name, text string }{
		{"sql-migrate", "1_a.sql", "-- +migrate Down\nSELECT 'down';\n-- +migrate Up\nSELECT 'up';\n"},
		{"node-pg-migrate", "1_a.sql", "-- Down Migration\nSELECT 'down';\n-- Up Migration\nSELECT 'up';\n"},
		{"liquibase", "changelog.sql", "--liquibase formatted sql\n--changeset a:b\n--rollback SELECT 'down';\nSELECT 'up';\n"},
	}
	for _, tt := range tests {
		t.Run(tt.framework, func(t *testing.T) {
			s := load(t, map[string]string{tt.name: tt.text}, migration.Options{Framework: tt.framework}).Streams[0]
			scripts := s.Migrations[0].Scripts()
			for want, script := range map[string]*migration.Script{"SELECT 'up'": scripts.Up, "SELECT 'down'": scripts.Down} {
				if stmts := script.Statements(); len(stmts) != 1 || stmts[0].Text != want {
					t.Errorf("%d statements, want only %s", len(stmts), want)
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

// dieselVersion is one of the two schemes of Diesel's folders.
func dieselVersion(r *rand.Rand) string {
	if r.Intn(2) == 0 {
		return number(r)
	}
	return fmt.Sprintf("2024-0%d-01-120000%s", 1+r.Intn(9), []string{"", "-0001", "-0010"}[r.Intn(3)])
}

func lowerWord(r *rand.Rand) string { return []string{"a", "b-c", "z_1"}[r.Intn(3)] }

func lowerName(r *rand.Rand) string { return []string{"a", "b_c", "z1"}[r.Intn(3)] }

func word(r *rand.Rand) string {
	return []string{"a", "b-c", "B", "z_1", "", "é"}[r.Intn(6)]
}

var leading = regexp.MustCompile(`^\d*`)

func integer(name string) *big.Int {
	n := new(big.Int)
	n.SetString(leading.FindString(name), 10)
	return n
}

func asciiWord(r *rand.Rand) string {
	return []string{"a", "b-c", "B", "z_1", "bC", "_", "A"}[r.Intn(7)]
}

// beforeLocale is JavaScript's localeCompare: first the characters in this order,
// whatever their case; for equal ones a small letter goes before a capital.
func beforeLocale(a, b string) bool {
	const alphabet = "_-0123456789abcdefghijklmnopqrstuvwxyz"
	ranks := func(s string) []int {
		var out []int
		for _, c := range strings.ToLower(s) {
			out = append(out, strings.IndexRune(alphabet, c))
		}
		return out
	}
	if c := slices.Compare(ranks(a), ranks(b)); c != 0 {
		return c < 0
	}
	return a > b
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
