package report

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

const benchFindings = 10_000

// manyFiles has one finding in each of 10,000 small files.
func manyFiles() *analyzer.Result {
	res := &analyzer.Result{}
	for i := range benchFindings {
		f := source.NewFile(fmt.Sprintf("db/%05d_add.up.sql", i), []byte("ALTER TABLE users\n    ADD COLUMN email text NOT NULL;\n"))
		res.Diagnostics = append(res.Diagnostics, finding(f, 22, 52))
	}
	return res
}

// oneLine has 10,000 findings in one line of 10 MB, each of which points to the
// line's two ends as well.
func oneLine() *analyzer.Result {
	const size = 1000
	stmt := "TRUNCATE 表; " + strings.Repeat("-", size-len("TRUNCATE 表; ")-1) + " "
	f := source.NewFile("db/1_long.up.sql", []byte(strings.Repeat(stmt, benchFindings)))
	res := &analyzer.Result{}
	for i := range benchFindings {
		d := finding(f, i*size, i*size+12)
		d.Related = []analyzer.Related{{Span: f.Span(0, 12), Message: "first"}, {Span: f.Span(i*size, len(f.Text)), Message: "rest"}}
		res.Diagnostics = append(res.Diagnostics, d)
	}
	return res
}

// accents has 10,000 findings in one line of a letter with 5 million accents.
func accents() *analyzer.Result {
	f := source.NewFile("db/1_accents.up.sql", []byte("e"+strings.Repeat("\u0301", 5_000_000)))
	res := &analyzer.Result{}
	for i := range benchFindings {
		res.Diagnostics = append(res.Diagnostics, finding(f, 1+i*1000, len(f.Text)))
	}
	return res
}

func finding(f *source.File, start, end int) analyzer.Diagnostic {
	return analyzer.Diagnostic{Rule: indexRule, Severity: analyzer.Error, Span: f.Span(start, end),
		Message:    "adding required column email to public.users fails when the table holds rows",
		Suggestion: "ALTER TABLE users ADD COLUMN email text;\n", Until: "until the statement ends",
		Locks:     []effect.Lock{{Relation: table("users"), Mode: effect.AccessExclusive, Cause: "ADD COLUMN"}},
		Migration: &migration.Migration{Version: "1"}}
}

func BenchmarkWrite(b *testing.B) {
	inputs := []struct {
		name string
		res  *analyzer.Result
	}{{"files", manyFiles()}, {"line", oneLine()}, {"accents", accents()}}
	for _, f := range Formats() {
		for _, in := range inputs {
			b.Run(f.Name+"/"+in.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := Write(io.Discard, f, in.res, Options{Width: 100, Color: true}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
