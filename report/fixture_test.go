package report

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// Rules that exist only in the fixture.
var (
	indexRule  = &analyzer.Rule{Name: "index-not-concurrent", Severity: analyzer.Error}
	keyRule    = &analyzer.Rule{Name: "foreign-key-not-valid", Severity: analyzer.Warning}
	streamRule = &analyzer.Rule{Name: "missing-down", Severity: analyzer.Info}
)

// at is the span of the first occurrence of text in f.
func at(f *source.File, text string) source.Span {
	i := strings.Index(string(f.Text), text)
	if i < 0 {
		panic(fmt.Sprintf("%s does not contain %q", f.Path, text))
	}
	return f.Span(i, i+len(text))
}

func table(name string) catalog.Key { return catalog.Key{Schema: "public", Name: name} }

// fixture is one finding of each kind: it has what a hostile or merely unusual
// file can hold.
func fixture() *analyzer.Result {
	plain := source.NewFile("db/0002_index.up.sql", []byte(
		"BEGIN;\n\tCREATE INDEX users_email_idx ON users (email); -- 高速 🚀\nCOMMIT;\n"))
	windows := source.NewFile("db/0003_key.up.sql", []byte(
		"SELECT 1; ALTER TABLE orders\r\n\tADD CONSTRAINT orders_user_fk\r\n\tFOREIGN KEY (user_id)\r\n\tREFERENCES users (id);\r\n"))
	wide := source.NewFile("db/0004_wide.up.sql", []byte(
		"COMMENT ON TABLE 注文 IS '🧑‍🚀👍🏽 e\u0301'; DROP TABLE 注文, \"naïve\";\n"))
	hostile := source.NewFile("db/0005_\x1b[31m,100%:\u202e.sql", []byte(
		"::set-output name=token::x\nSELECT 'a\x1b]0;owned\a\u0085\u202e\u2066##[add-mask]b\xff\x00';\n::stop-commands::t"))
	long := source.NewFile("db/0006_long.up.sql", []byte(
		strings.Repeat("INSERT INTO log VALUES ('数', 1); ", 500)+"TRUNCATE log; "+strings.Repeat("SELECT 1; ", 500)))
	tall := source.NewFile("db/0007_tall.up.sql", []byte(
		"CREATE TABLE tall (\n"+strings.Repeat("  c int,\n", 11)+"  last int\n);\nx"))
	empty := source.NewFile("db/0008_empty.up.sql", nil)

	m := func(version string) *migration.Migration { return &migration.Migration{Version: version, Name: "x"} }
	diagnostics := []analyzer.Diagnostic{
		{Rule: streamRule, Severity: analyzer.Info, Message: "migration 7 cannot be undone: it has no down",
			Suggestion: "-- miglint:irreversible reason"},
		{Rule: indexRule, Severity: analyzer.Error, Span: at(plain, "CREATE INDEX users_email_idx ON users (email)"),
			Message:    "building index users_email_idx blocks writes to public.users",
			Suggestion: "CREATE INDEX CONCURRENTLY users_email_idx\n\tON users (email);\n",
			Locks:      []effect.Lock{{Relation: table("users"), Mode: effect.Share, Cause: "CREATE INDEX reads the table"}},
			Until:      "until the transaction ends on line 3",
			Related:    []analyzer.Related{{Span: at(plain, "BEGIN"), Message: "the transaction begins here"}, {Message: "a note about nowhere"}},
			Fixes: []analyzer.Fix{{Message: "build it concurrently", Safety: analyzer.Unsafe,
				Edits:    []source.Edit{{Span: at(plain, " users_email_idx"), New: " CONCURRENTLY users_email_idx"}},
				NewFiles: []analyzer.NewFile{{Path: "db/0009_index.up.sql", Text: "CREATE INDEX;\n"}}}},
			Migration: m("0002")},
		{Rule: keyRule, Severity: analyzer.Warning, Span: at(windows, "ALTER TABLE orders\r\n\tADD CONSTRAINT orders_user_fk\r\n\tFOREIGN KEY (user_id)\r\n\tREFERENCES users (id)"),
			Message: "adding foreign key orders_user_fk reads all of public.orders",
			Locks: []effect.Lock{{Relation: table("orders"), Mode: effect.ShareRowExclusive}, {Relation: table("Users"), Mode: effect.ShareRowExclusive},
				{Relation: table("orders"), Mode: effect.AccessShare}, {Relation: table("orders_pk"), Mode: effect.AccessShare}},
			Until: "until the statement ends", Migration: m("0003"), Down: true},
		{Rule: indexRule, Severity: analyzer.Error, Span: at(wide, "DROP TABLE 注文, \"naïve\""), Message: "dropping 注文 loses its rows",
			Locks:     manyLocks(effect.AccessExclusive, 7),
			Migration: &migration.Migration{Name: "repeatable", Repeatable: true}},
		{Rule: keyRule, Severity: analyzer.Warning, Span: at(hostile, "SELECT 'a\x1b]0;owned\a\u0085\u202e\u2066##[add-mask]b\xff\x00'"),
			Message:    "::error::column \"a\nb\r\x1b[2J\u2028\u202e\xff\" ##[warning]100%",
			Suggestion: "::set-env name=PATH::/tmp\n\u00a0\u3000::add-path::/tmp\r\n\x1b[8mhidden\x1b[0m ##[group]\n\n",
			Locks:      []effect.Lock{{Relation: table("a\n::b\u202e"), Mode: effect.RowExclusive}},
			Until:      "until\x1b the end",
			Related:    []analyzer.Related{{Span: at(hostile, "::stop-commands::t"), Message: "::debug::x"}},
			Migration:  m("0005")},
		{Rule: indexRule, Severity: analyzer.Error, Span: at(long, "TRUNCATE log"), Message: strings.Repeat("emptying log loses its rows, ", 6) + "all of them",
			Migration: m("0006")},
		{Rule: indexRule, Severity: analyzer.Error, Span: long.Span(0, len(long.Text)), Message: "a span of everything", Migration: m("0006")},
		{Rule: streamRule, Severity: analyzer.Info, Span: tall.Span(0, len(tall.Text)-1), Message: "a tall table", Migration: m("0007")},
		{Rule: streamRule, Severity: analyzer.Info, Span: tall.Span(len(tall.Text), len(tall.Text)), Message: "the end of the file", Migration: m("0007")},
		{Rule: streamRule, Severity: analyzer.Info, Span: empty.Span(0, 0), Message: "the file is empty",
			Locks: []effect.Lock{{Relation: table("t"), Mode: effect.ShareUpdateExclusive}}, Migration: m("0008")},
	}
	return &analyzer.Result{Diagnostics: diagnostics, Summary: analyzer.Summary{
		Migrations: 8, Statements: 1021, Errors: 4, Warnings: 2, Infos: 4, Ignored: 1}}
}

func manyLocks(mode effect.Mode, n int) []effect.Lock {
	locks := make([]effect.Lock, n)
	for i := range locks {
		locks[i] = effect.Lock{Relation: table(fmt.Sprintf("t%d", i)), Mode: mode}
	}
	return locks
}
