package pgparse

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// newerSQL are the forms that the parser does not know, one test each. Those up to
// 18 were run on PostgreSQL 18.4, which finds no syntax error in any of them.
var newerSQL = []struct {
	name, sql string
	// want are the rewrites, by kind, and the bytes they stand for.
	want []wantRewrite
}{
	{"17 set expression", "ALTER TABLE t ALTER COLUMN c SET EXPRESSION AS (a * 2)",
		[]wantRewrite{{setExpression, "SET EXPRESSION AS (a * 2)", ""}}},
	{"17 two actions with set expression", "ALTER TABLE t ALTER c SET EXPRESSION AS (a), ADD COLUMN d int",
		[]wantRewrite{{setExpression, "SET EXPRESSION AS (a)", ""}}},
	{"17 set statistics default", "ALTER TABLE t ALTER c SET STATISTICS DEFAULT",
		[]wantRewrite{{statisticsDefault, "SET STATISTICS DEFAULT", ""}}},
	{"17 set statistics default of an object", "ALTER STATISTICS s SET STATISTICS DEFAULT",
		[]wantRewrite{{statisticsDefault, "SET STATISTICS DEFAULT", ""}}},
	{"17 set access method default", "ALTER TABLE t SET ACCESS METHOD DEFAULT",
		[]wantRewrite{{accessMethodDefault, "SET ACCESS METHOD DEFAULT", ""}}},
	{"17 merge returning", "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE RETURNING merge_action(), t.*",
		[]wantRewrite{{ignored, "RETURNING merge_action(), t.*", ""}}},
	{"17 merge returning in WITH", "WITH m AS (MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE RETURNING t.a) SELECT * FROM m",
		[]wantRewrite{{ignored, "RETURNING t.a", ""}}},
	{"17 merge by source", "MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE AND t.a > 1 THEN DELETE WHEN NOT MATCHED BY TARGET THEN INSERT (a) VALUES (u.a)",
		[]wantRewrite{{ignored, "NOT", ""}, {ignored, "BY SOURCE", ""}, {ignored, "BY TARGET", ""}}},
	{"17 json_table", "SELECT * FROM j, JSON_TABLE(j.c, '$[*]' AS p PASSING 1 AS x COLUMNS (id FOR ORDINALITY, a int PATH '$.a' DEFAULT 1 ON EMPTY, NESTED PATH '$.b[*]' COLUMNS (b text))) AS jt",
		[]wantRewrite{{ignored, ", '$[*]' AS p PASSING 1 AS x COLUMNS (id FOR ORDINALITY, a int PATH '$.a' DEFAULT 1 ON EMPTY, NESTED PATH '$.b[*]' COLUMNS (b text))", ""}}},
	{"17 json_query", "SELECT JSON_QUERY(c, '$.a' WITH CONDITIONAL WRAPPER OMIT QUOTES NULL ON EMPTY) FROM j",
		[]wantRewrite{{ignored, "WITH CONDITIONAL WRAPPER OMIT QUOTES NULL ON EMPTY", ""}}},
	{"17 json_value", "CREATE VIEW v AS SELECT JSON_VALUE(c, '$.a' RETURNING int DEFAULT -1 ON ERROR) AS a FROM j",
		[]wantRewrite{{ignored, "RETURNING int DEFAULT -1 ON ERROR", ""}}},
	{"17 json_exists", "SELECT 1 FROM j WHERE JSON_EXISTS(c, '$ ? (@ > $x)' PASSING 1 AS x TRUE ON ERROR)",
		[]wantRewrite{{ignored, "PASSING 1 AS x TRUE ON ERROR", ""}}},
	{"17 json_value with format", "SELECT JSON_VALUE(c FORMAT JSON, '$.a' RETURNING int) FROM j",
		[]wantRewrite{{ignored, "FORMAT JSON", ""}, {ignored, "RETURNING int", ""}}},
	{"17 json_serialize", "SELECT JSON_SERIALIZE(c RETURNING bytea FORMAT JSON) FROM j",
		[]wantRewrite{{ignored, "RETURNING bytea FORMAT JSON", ""}}},
	{"17 json constructor", "SELECT JSON('{}' WITH UNIQUE KEYS)",
		[]wantRewrite{{ignored, "WITH UNIQUE KEYS", ""}}},
	{"17 at local", "SELECT ts AT LOCAL FROM t",
		[]wantRewrite{{ignored, "AT LOCAL", ""}}},
	{"17 operator flags", "ALTER OPERATOR === (int, int) SET (HASHES, MERGES)",
		[]wantRewrite{{ignored, "HASHES", ""}, {ignored, "MERGES", ""}}},
	{"17 cluster options without a table", "CLUSTER (VERBOSE)",
		[]wantRewrite{{ignored, "(VERBOSE)", ""}}},
	{"17 domain not null", "ALTER DOMAIN d ADD CONSTRAINT n NOT NULL",
		[]wantRewrite{{notNullDomain, "NOT NULL", ""}}},
	{"17 domain not null without a name", "ALTER DOMAIN d ADD NOT NULL",
		[]wantRewrite{{notNullDomain, "NOT NULL", ""}}},

	{"18 not null constraint", "ALTER TABLE t ADD CONSTRAINT n NOT NULL c",
		[]wantRewrite{{notNullTable, "NOT NULL c", "c"}}},
	{"18 not null constraint not valid", "ALTER TABLE t ADD CONSTRAINT n NOT NULL \"Odd\" NOT VALID",
		[]wantRewrite{{notNullTable, `NOT NULL "Odd"`, `"Odd"`}}},
	{"18 not null constraint without a name", "ALTER TABLE t ADD NOT NULL c NO INHERIT NOT VALID",
		[]wantRewrite{{notNullTable, "NOT NULL c", "c"}}},
	{"18 not null constraint of a new table", "CREATE TABLE t (a int, b int, NOT NULL a, CONSTRAINT nb NOT NULL b NO INHERIT)",
		[]wantRewrite{{notNullTable, "NOT NULL a", "a"}, {notNullTable, "NOT NULL b", "b"}}},
	{"18 not null no inherit of a column", "CREATE TABLE t (a int CONSTRAINT n NOT NULL NO INHERIT DEFAULT 1)",
		[]wantRewrite{{notNullNoInherit, "NO INHERIT", ""}}},
	{"18 check not enforced", "CREATE TABLE t (a int CHECK (a > 0) NOT ENFORCED, CHECK (a < 9) ENFORCED)",
		[]wantRewrite{{notEnforced, "NOT ENFORCED", ""}, {enforced, "ENFORCED", ""}}},
	{"18 foreign key not enforced", "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (a) NOT ENFORCED",
		[]wantRewrite{{notEnforced, "NOT ENFORCED", ""}}},
	{"18 foreign key enforced", "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES s.u ON DELETE CASCADE ENFORCED, ADD FOREIGN KEY (b) REFERENCES s.u ENFORCED",
		[]wantRewrite{{enforced, "ENFORCED", ""}, {enforced, "ENFORCED", ""}}},
	{"18 alter constraint not enforced", "ALTER TABLE t ALTER CONSTRAINT f NOT ENFORCED",
		[]wantRewrite{{notEnforced, "NOT ENFORCED", ""}}},
	{"18 alter constraint enforced", "ALTER TABLE t ALTER CONSTRAINT f ENFORCED",
		[]wantRewrite{{enforced, "ENFORCED", ""}}},
	{"18 alter constraint no inherit", "ALTER TABLE t ALTER CONSTRAINT n NO INHERIT",
		[]wantRewrite{{constraintNoInherit, "NO INHERIT", ""}}},
	{"18 alter constraint inherit", "ALTER TABLE t ALTER CONSTRAINT n INHERIT",
		[]wantRewrite{{constraintInherit, "INHERIT", ""}}},
	{"18 virtual column", "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL NOT NULL, c int)",
		[]wantRewrite{{virtualColumn, "GENERATED ALWAYS AS (a * 2) VIRTUAL", ""}}},
	{"18 virtual column without the word", "ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS (a * 2)",
		[]wantRewrite{{virtualColumn, "GENERATED ALWAYS AS (a * 2)", ""}}},
	{"18 virtual beside stored", "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a) STORED, c int GENERATED ALWAYS AS (a))",
		[]wantRewrite{{virtualColumn, "GENERATED ALWAYS AS (a)", ""}}},
	{"18 without overlaps", "ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY (id, valid WITHOUT OVERLAPS)",
		[]wantRewrite{{withoutOverlaps, "WITHOUT OVERLAPS", ""}}},
	{"18 period", "ALTER TABLE t ADD FOREIGN KEY (id, PERIOD valid) REFERENCES u (id, PERIOD valid)",
		[]wantRewrite{{period, "PERIOD", ""}, {period, "PERIOD", ""}}},
	{"18 returning with", "UPDATE t SET a = 1 RETURNING WITH (OLD AS o, NEW AS n) o.a, n.a",
		[]wantRewrite{{ignored, "WITH (OLD AS o, NEW AS n)", ""}}},
	{"18 vacuum only", "VACUUM (ANALYZE) ONLY t, ONLY u",
		[]wantRewrite{{ignored, "ONLY", ""}, {ignored, "ONLY", ""}}},
	{"18 analyze only", "ANALYZE VERBOSE ONLY t",
		[]wantRewrite{{ignored, "ONLY", ""}}},
	{"18 vacuum descendants", "VACUUM t *",
		[]wantRewrite{{ignored, "*", ""}}},
	{"18 large objects", "ALTER DEFAULT PRIVILEGES FOR ROLE r GRANT SELECT, UPDATE ON LARGE OBJECTS TO s",
		[]wantRewrite{{ignored, "LARGE OBJECTS", ""}}},

	{"19 split partition", "ALTER TABLE t SPLIT PARTITION s.p INTO (PARTITION p1 FOR VALUES IN (1), PARTITION p2 DEFAULT)",
		[]wantRewrite{{splitPartition, "SPLIT PARTITION s.p INTO (PARTITION p1 FOR VALUES IN (1), PARTITION p2 DEFAULT)", "s.p"}}},
	{"19 merge partitions", "ALTER TABLE t MERGE PARTITIONS (p1, p2) INTO p",
		[]wantRewrite{{mergePartitions, "MERGE PARTITIONS (p1, p2) INTO p", "p"}}},
	{"19 repack", "REPACK s.t",
		[]wantRewrite{{repack, "REPACK s.t", ""}}},
	{"19 repack everything", "REPACK",
		[]wantRewrite{{repack, "REPACK", ""}}},
	{"19 repack concurrently by an index", "REPACK (CONCURRENTLY, VERBOSE) t USING INDEX i",
		[]wantRewrite{{repack, "REPACK (CONCURRENTLY, VERBOSE) t USING INDEX i", "i"}}},
	{"19 repack by the clustered index", "REPACK t USING INDEX",
		[]wantRewrite{{repack, "REPACK t USING INDEX", ""}}},
	{"19 group by all", "CREATE VIEW v AS SELECT a, count(*) FROM t GROUP BY ALL HAVING count(*) > 1",
		[]wantRewrite{{ignored, "ALL", ""}}},
	{"19 ignore nulls", "SELECT lag(a) IGNORE NULLS OVER (ORDER BY b), lead(a) RESPECT NULLS OVER w FROM t WINDOW w AS (ORDER BY b)",
		[]wantRewrite{{ignored, "IGNORE NULLS", ""}, {ignored, "RESPECT NULLS", ""}}},
	{"19 on conflict do select", "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO SELECT FOR UPDATE RETURNING a",
		[]wantRewrite{{ignored, "ON CONFLICT (a) DO SELECT FOR UPDATE", ""}}},
	{"19 for portion of", "UPDATE t FOR PORTION OF valid FROM '2026-01-01' TO '2027-01-01' SET a = 1 WHERE id = 2",
		[]wantRewrite{{ignored, "FOR PORTION OF valid FROM '2026-01-01' TO '2027-01-01'", ""}}},
	{"19 checkpoint options", "CHECKPOINT (MODE FAST)",
		[]wantRewrite{{ignored, "(MODE FAST)", ""}}},
	{"19 wait for", "WAIT FOR LSN '0/306EE20' WITH (TIMEOUT '1s', NO_THROW)",
		[]wantRewrite{{otherCommand, "WAIT FOR LSN '0/306EE20' WITH (TIMEOUT '1s', NO_THROW)", ""}}},
	{"19 publication of sequences", "CREATE PUBLICATION p FOR ALL SEQUENCES",
		[]wantRewrite{{allSequences, "ALL SEQUENCES", ""}}},
	{"19 publication of tables and sequences", "CREATE PUBLICATION p FOR ALL TABLES, ALL SEQUENCES",
		[]wantRewrite{{ignored, ", ALL SEQUENCES", ""}}},
	{"19 publication except", "CREATE PUBLICATION p FOR ALL TABLES EXCEPT (TABLE t, u) WITH (publish = 'insert')",
		[]wantRewrite{{ignored, "EXCEPT (TABLE t, u)", ""}}},
	{"19 refresh sequences", "ALTER SUBSCRIPTION s REFRESH SEQUENCES",
		[]wantRewrite{{ignored, "REFRESH SEQUENCES", ""}}},
	{"19 connection of a foreign-data wrapper", "CREATE FOREIGN DATA WRAPPER w HANDLER h CONNECTION s.c",
		[]wantRewrite{{ignored, "CONNECTION s.c", ""}}},
	{"19 parameter to null", "SET search_path TO NULL",
		[]wantRewrite{{ignored, "NULL", ""}}},

	{"several at once", "CREATE TABLE t (id int, b int GENERATED ALWAYS AS (id) VIRTUAL CHECK (b > 0) NOT ENFORCED, CONSTRAINT n NOT NULL b, v tstzrange, UNIQUE (id, v WITHOUT OVERLAPS))",
		[]wantRewrite{
			{virtualColumn, "GENERATED ALWAYS AS (id) VIRTUAL", ""}, {notEnforced, "NOT ENFORCED", ""},
			{notNullTable, "NOT NULL b", "b"}, {withoutOverlaps, "WITHOUT OVERLAPS", ""},
		}},
	{"words on several lines", "ALTER TABLE t\n  ADD CONSTRAINT n -- why\n  NOT\n  NULL /* c */ c\n  NOT VALID",
		[]wantRewrite{{notNullTable, "NOT\n  NULL /* c */ c", "c"}}},
}

type wantRewrite struct {
	Kind       rewriteKind
	Text, Name string
}

func TestNewerGrammar(t *testing.T) {
	for _, tt := range newerSQL {
		t.Run(tt.name, func(t *testing.T) {
			text, rewrites := rewriteNewer(tt.sql, withoutComments(Lex(tt.sql, nil)))
			var got []wantRewrite
			for _, r := range rewrites {
				got = append(got, wantRewrite{r.kind, tt.sql[r.start:r.end], tt.sql[r.name.Start:r.name.End]})
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("rewrites: %s", d)
			}
			if len(text) != len(tt.sql) {
				t.Errorf("the length changed: %q", text)
			}
			if a := parseText(text, 0); a.message != "" {
				t.Errorf("%s\nin %q", a.message, text)
			}
			// Among statements that need no rewriting, and without hiding an error.
			file := source.NewFile("x.sql", []byte("SELECT 1;\n"+tt.sql+";\nSELECT 2; SELECT FROM FROM;"))
			res := Parse(source.FileFragment(file, 0, len(file.Text)), Options{})
			var problems []bool
			for _, s := range res.Statements {
				problems = append(problems, s.Problem != nil)
			}
			if d := cmp.Diff([]bool{false, false, false, true}, problems); d != "" {
				t.Errorf("problems: %s", d)
			}
			if len(res.Statements) == 4 && res.Statements[1].Text != tt.sql {
				t.Errorf("text: %q", res.Statements[1].Text)
			}
		})
	}
}

func withoutComments(toks []Token) []Token {
	return slices.DeleteFunc(toks, func(t Token) bool { return t.Kind == LineComment || t.Kind == BlockComment })
}

func TestNewerGrammarErrors(t *testing.T) {
	tests := map[string]struct {
		sql, near, message string
	}{
		"error after the new words": {
			"ALTER TABLE t ADD CONSTRAINT n NOT NULL c NOT VALID, ADD COLUMN COLUMN", "COLUMN", `syntax error at or near "COLUMN"`},
		"error before the new words": {
			"ALTER TABLE t ADDD x int, ADD CONSTRAINT n NOT NULL c", "ADDD", `syntax error at or near "ADDD"`},
		"new words in a wrong place": {
			"SELECT a FROM t WHERE b NOT ENFORCED", "NOT", `syntax error at or near "NOT"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file := source.NewFile("x.sql", []byte(tt.sql))
			res := Parse(source.FileFragment(file, 0, len(file.Text)), Options{})
			if len(res.Statements) != 1 || res.Statements[0].Problem == nil {
				t.Fatalf("no problem: %+v", res.Statements)
			}
			p := res.Statements[0].Problem
			if p.Kind != sqlast.SyntaxError || p.Span.Text() != tt.near || p.Message != tt.message {
				t.Errorf("%v at %s %q: %s", p.Kind, p.Span, p.Span.Text(), p.Message)
			}
		})
	}
}
