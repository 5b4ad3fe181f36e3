package bench

import (
	"io"
	"os"
	"testing"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/report"
	"github.com/miglint/miglint/rules"
	"github.com/miglint/miglint/source"
)

// benchFiles is how many files each benchmark goes over per iteration.
const benchFiles = 1000

// texts returns the up files, and sets the benchmark's bytes per iteration to
// their size.
func texts(b *testing.B) []*source.File {
	b.Helper()
	var files []*source.File
	var size int64
	for m := range Migrations(1) {
		if len(files) == benchFiles {
			break
		}
		f := m.Files(Plain)[0]
		files = append(files, source.NewFile(f.Name, []byte(f.Text)))
		size += int64(len(f.Text))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	return files
}

// load writes the files in a layout to a folder and loads them.
func load(b *testing.B, layout Layout) *migration.Set {
	b.Helper()
	dir := b.TempDir()
	size, err := Write(dir, layout, benchFiles, 1)
	if err != nil {
		b.Fatal(err)
	}
	set, err := migration.Load(os.DirFS(dir), ".", "", migration.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	return set
}

func BenchmarkLex(b *testing.B) {
	files := texts(b)
	var tokens []pgparse.Token
	for b.Loop() {
		for _, f := range files {
			tokens = pgparse.Lex(string(f.Text), tokens[:0])
		}
	}
}

func BenchmarkParse(b *testing.B) {
	files := texts(b)
	for b.Loop() {
		for _, f := range files {
			pgparse.Parse(source.FileFragment(f, 0, len(f.Text)), pgparse.Options{})
		}
	}
}

// BenchmarkLoad reads a folder and works out the order of its migrations.
func BenchmarkLoad(b *testing.B) {
	for _, layout := range Layouts {
		b.Run(string(layout), func(b *testing.B) {
			dir := b.TempDir()
			size, err := Write(dir, layout, benchFiles, 1)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := migration.Load(os.DirFS(dir), ".", "", migration.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkScripts parses the files of a folder, on all processors.
func BenchmarkScripts(b *testing.B) {
	for _, layout := range Layouts {
		b.Run(string(layout), func(b *testing.B) {
			stream := load(b, layout).Streams[0]
			for b.Loop() {
				for range stream.Scripts() {
				}
			}
		})
	}
}

// BenchmarkReplay applies statements that are parsed already.
func BenchmarkReplay(b *testing.B) {
	stream := load(b, Plain).Streams[0]
	history := make([]migration.Scripts, len(stream.Migrations))
	for i, scripts := range stream.Scripts() {
		history[i] = scripts
	}
	for b.Loop() {
		cat := catalog.New()
		for i, scripts := range history {
			for _, stmt := range scripts.Up.Statements() {
				cat.Apply(stmt, catalog.Origin{Migration: i, Version: stream.Migrations[i].Version})
			}
		}
	}
}

// BenchmarkAnnotate parses, replays, and works out the effects of each
// statement. It costs what it takes longer than BenchmarkScripts.
func BenchmarkAnnotate(b *testing.B) {
	for _, layout := range Layouts {
		b.Run(string(layout), func(b *testing.B) {
			set := load(b, layout)
			for b.Loop() {
				for range analyzer.Annotate(set, analyzer.Options{}) {
				}
			}
		})
	}
}

// BenchmarkRun parses, annotates and runs the rules, which cost what it takes
// longer with all rules than with none.
func BenchmarkRun(b *testing.B) {
	for _, bb := range []struct {
		name  string
		rules []*analyzer.Rule
	}{{"no rules", nil}, {"all rules", rules.All()}} {
		b.Run(bb.name, func(b *testing.B) {
			set := load(b, Plain)
			for b.Loop() {
				analyzer.Run(set, bb.rules, analyzer.Options{})
			}
		})
	}
}

func BenchmarkReport(b *testing.B) {
	for _, f := range report.Formats() {
		b.Run(f.Name, func(b *testing.B) {
			res := analyzer.Run(load(b, Plain), rules.All(), analyzer.Options{})
			for b.Loop() {
				if err := report.Write(io.Discard, f, res, report.Options{Width: 100}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
