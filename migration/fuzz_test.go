package migration_test

import (
	"testing"

	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// FuzzParse: whatever a file holds, every framework reads it, and what it makes
// of it points into the file, in order.
func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose Down\n-- +goose Up\n",
		"-- +goose ENVSUB ON\n-- +goose Up\nGRANT SELECT ON t TO $A;\n$$;\n",
		"-- migrate:down\n--migrate:up transaction:false\nSELECT 1;\n-- migrate:up\n",
		"-- +migrate Down\nx;\n-- +migrate Up notransaction\n-- +migrate StatementEnd\n",
		"-- atlas:delimiter \\n-- end\n\nSELECT (';\n-- end\n$x$ -- end\n-- atlas:txmode none\r\n",
		"-- atlas:txtar\n-- atlas:txmode all\n\n-- migration.sql --\n-- atlas:delimiter //\nSELECT 1 // SELECT 2;;//\n-- down.sql --\n-- atlas :sum\n",
		"---- tern: disable-tx ----\n{{ template \"a.sql\" . }}\nSELECT 1;\n---- create above / drop below -------- create above / drop below ----\n-- tern: disable-tx",
		"-- no-transaction\n--bun:split\n--bun:x\n-- bun:split\nSELECT 1;\n--gopg:split\r\n--gopg:\n--NO-TRANSACTION",
		"\ufeffCREATE /* ; */ INDEX CONCURRENTLY $$;\r\n\\copy t\n\x00\xff",
	} {
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, multi bool) {
		file := source.NewFile("f.sql", []byte(text))
		for _, fw := range migration.Frameworks() {
			m := migration.LoadFile(file, migration.Options{Framework: fw.Name, MultiStatement: multi}).Streams[0].Migrations[0].Scripts()
			inside := func(what string, s source.Span) {
				if s.Start < 0 || s.Start > s.End || s.End > len(s.File.Text) {
					t.Errorf("%s: %s from %d to %d in %d bytes", fw.Name, what, s.Start, s.End, len(s.File.Text))
				}
			}
			for _, p := range m.Problems {
				inside(p.Rule, p.Span)
				if !p.Related.IsZero() {
					inside(p.Rule, p.Related)
				}
			}
			for _, script := range []*migration.Script{m.Up, m.Down} {
				if script == nil {
					continue
				}
				inside("script", script.Span)
				last := 0
				for _, s := range script.Statements() {
					inside("statement", s.Span)
					if s.Span.Start < last {
						t.Errorf("%s: statement at %d after one at %d", fw.Name, s.Span.Start, last)
					}
					last = s.Span.Start
				}
			}
		}
	})
}
