// Package bench measures miglint on made-up but realistic migrations: on its
// own with go test -bench, and against Squawk with vs-squawk.sh.
package bench

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Layout is how migrations are spread over files.
type Layout string

// The layouts. All hold the same SQL.
const (
	Plain         Layout = "plain"          // 000001_name.sql, no way back
	GolangMigrate Layout = "golang-migrate" // 000001_name.up.sql and .down.sql
	Goose         Layout = "goose"          // 000001_name.sql with both sections
)

// Layouts lists them in the order they are offered to users.
var Layouts = []Layout{Plain, GolangMigrate, Goose}

// Migration is one generated version. Up and Down are its statements in the
// order they run.
type Migration struct {
	Number   int
	Name     string
	Up, Down []string
	// OutsideTx is set when it cannot run in a transaction; it is a single
	// statement then, which is what golang-migrate needs for that.
	OutsideTx bool
}

// Migrations yields an endless history that applies to an empty PostgreSQL 14
// to 18. The same seed gives the same history, so the first n of it do not
// depend on how many are taken.
func Migrations(seed uint64) iter.Seq[Migration] {
	return func(yield func(Migration) bool) {
		g := newGenerator(seed)
		for n := 1; yield(g.migration(n)); n++ {
		}
	}
}

// Write puts files in the layout into dir, which it makes if needed, until it
// has written n of them, and returns how many bytes they hold. An odd n ends in
// an up file without its down in the golang-migrate layout.
func Write(dir string, layout Layout, n int, seed uint64) (size int64, err error) {
	if !slices.Contains(Layouts, layout) {
		return 0, fmt.Errorf("generate migrations: unknown layout %q, expected one of %v", layout, Layouts)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, fmt.Errorf("generate migrations: %w", err)
	}
	written := 0
	for m := range Migrations(seed) {
		for _, f := range m.Files(layout) {
			if written == n {
				return size, nil
			}
			if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Text), 0o644); err != nil {
				return size, fmt.Errorf("generate migrations: %w", err)
			}
			written++
			size += int64(len(f.Text))
		}
	}
	return size, nil
}

// File is one generated file.
type File struct{ Name, Text string }

// Files returns the migration as the files of a layout.
func (m Migration) Files(layout Layout) []File {
	base := fmt.Sprintf("%06d_%s", m.Number, m.Name)
	switch layout {
	case GolangMigrate:
		return []File{
			{base + ".up.sql", join(m.Up)},
			{base + ".down.sql", join(m.Down)},
		}
	case Goose:
		var b strings.Builder
		if m.OutsideTx {
			b.WriteString("-- +goose NO TRANSACTION\n")
		}
		b.WriteString("-- +goose Up\n" + join(gooseStatements(m.Up)))
		b.WriteString("\n-- +goose Down\n" + join(gooseStatements(m.Down)))
		return []File{{base + ".sql", b.String()}}
	default:
		return []File{{base + ".sql", join(m.Up)}}
	}
}

// gooseStatements fences statements that hold semicolons of their own, because
// goose splits at every line that ends in one.
func gooseStatements(stmts []string) []string {
	out := make([]string, len(stmts))
	for i, s := range stmts {
		if strings.Contains(s, "$$") {
			s = "-- +goose StatementBegin\n" + s + "\n-- +goose StatementEnd"
		}
		out[i] = s
	}
	return out
}

func join(stmts []string) string { return strings.Join(stmts, "\n\n") + "\n" }
