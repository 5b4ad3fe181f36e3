package pgparse

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// sameAsPostgres are bodies that libpg_query's copy of PL/pgSQL's own parser
// reads. It knows neither the types of cursors and records nor, unlike the last
// minor releases, semicolons inside of CREATE RULE and CREATE FUNCTION.
var sameAsPostgres = []string{
	"BEGIN END", "\n\nDECLARE\n x int := 1;\n y CONSTANT text NOT NULL DEFAULT 'a;b';\nBEGIN\n x := x + 1; x = 2;\n\nEND;",
	"<<o>>\nDECLARE r record; a int[];\nBEGIN\n<<l>>\nLOOP EXIT l WHEN r IS NULL; CONTINUE; END LOOP l;\na[1] := 2; o.a := '{}';\nEND o",
	"DECLARE x int;\nBEGIN\nIF x THEN\nNULL; ELSIF x > 2 THEN PERFORM f(x);\nELSEIF (SELECT CASE WHEN true THEN true END) THEN\n RAISE; ELSE\nRETURN; END IF; END",
	"DECLARE x int;\nBEGIN CASE x\nWHEN 1, 2 THEN NULL;\nWHEN 3 THEN x := 1; ELSE ASSERT x = 1, 'no'; END CASE;\nCASE WHEN x = 1 THEN NULL; END CASE; END",
	"DECLARE t text; r record; i int;\nBEGIN\nFOR i IN REVERSE 10..1 BY 2 LOOP NULL; END LOOP;\nFOR r IN SELECT 1 LOOP\nNULL; END LOOP; FOR r IN EXECUTE 'SELECT ' || $1 USING 1, 2\nLOOP NULL; END LOOP; FOREACH t SLICE 0 IN ARRAY ARRAY['a'] LOOP\nNULL; END LOOP; WHILE i < 3 LOOP i := i + 1; END LOOP; END",
	"DECLARE x int; r record;\nBEGIN\nSELECT 1 INTO STRICT x; SELECT a, b\nINTO x, x FROM t; INSERT INTO t VALUES (1)\nRETURNING a INTO x; UPDATE t SET a = 1 RETURNING * INTO r;\nWITH w AS (INSERT INTO t SELECT 1 RETURNING b) SELECT b INTO x FROM w;\nDELETE FROM t; CREATE TABLE z AS SELECT 1; MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE; END",
	"DECLARE x int; m text;\nBEGIN\nEXECUTE 'SELECT 1'\nINTO x USING 1; EXECUTE format('%s', 'a;b') USING 1, 2 INTO STRICT x; CALL p(1);\nDO $i$ BEGIN; END $i$; GET DIAGNOSTICS x = ROW_COUNT;\nGET STACKED DIAGNOSTICS m := MESSAGE_TEXT; COMMIT; ROLLBACK AND CHAIN; COMMIT AND NO CHAIN;\nEND",
	"BEGIN\nBEGIN PERFORM 1;\nEXCEPTION WHEN unique_violation OR SQLSTATE '22012' THEN\nRAISE NOTICE 'a % b', 1; WHEN others THEN RAISE EXCEPTION USING message = 'x', errcode = '22012';\nRAISE division_by_zero; RAISE SQLSTATE '22012'; RAISE 'plain'; END; END",
	"DECLARE exit int; query text; open int;\nBEGIN exit := 1; query = 'x'; open := 2; PERFORM 'a;'; RETURN; END",
	"BEGIN\nSELECT ';' /* ; */, -- ;\n 2; ALTER TABLE t ADD c text DEFAULT $x$;$x$; END",
	"#variable_conflict use_column\nDECLARE\nBEGIN IF f(ARRAY[(1)]) THEN NULL; END IF; ANALYZE t; LOCK TABLE t; SET x = 1; TRUNCATE t; REINDEX TABLE t; VALUES (1); WITH a AS (SELECT 1) SELECT 2; END",
}

// PL/pgSQL's own parser says of each statement what it is and on which line, and
// what SQL it runs.
func TestRoutineSameAsPostgres(t *testing.T) {
	for i, body := range sameAsPostgres {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			tree, err := pg_query.ParsePlPgSqlToJSON("CREATE FUNCTION f(int) RETURNS void LANGUAGE plpgsql AS " + sqlast.QuoteLiteral(body))
			if err != nil {
				t.Fatal(err)
			}
			var functions any
			if err := json.Unmarshal([]byte(tree), &functions); err != nil {
				t.Fatal(err)
			}
			want := plStatements(functions, nil)
			got := readStatements(t, body)
			slices.Sort(want)
			slices.Sort(got)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("%s\n%s", body, d)
			}
		})
	}
}

// plStatements lists the statements in a tree of libpg_query. One without a line
// is its parser's own addition.
func plStatements(tree any, all []string) []string {
	switch v := tree.(type) {
	case []any:
		for _, x := range v {
			all = plStatements(x, all)
		}
	case map[string]any:
		for name, x := range v {
			all = plStatements(x, all)
			kind, ok := strings.CutPrefix(name, "PLpgSQL_stmt_")
			if !ok {
				continue
			}
			stmt := x.(map[string]any)
			if line, ok := stmt["lineno"]; ok {
				all = append(all, fmt.Sprintf("%v %s", line, kind))
			}
			if kind == "execsql" {
				expr := stmt["sqlstmt"].(map[string]any)["PLpgSQL_expr"].(map[string]any)
				all = append(all, oneLine(expr["query"].(string)))
			}
		}
	}
	return all
}

func readStatements(t *testing.T, body string) []string {
	t.Helper()
	file := source.NewFile("x.sql", []byte(body))
	left := mostBuilt(len(body))
	p := newInner(source.FileFragment(file, 0, len(body)), nesting{depth: 1, left: &left})
	defer p.scratch.release()
	p.mask()
	var all []string
	static := map[int]bool{}
	r := newPLReader(p, func(kind string, offset int) {
		all = append(all, fmt.Sprintf("%d %s", file.Position(offset).Line, kind))
		static[offset] = kind == "execsql"
	})
	r.routine()
	r.parseSQL()
	for _, s := range r.sqls {
		if start := r.toks[s.at.lo].Start; s.kind == staticSQL && static[start] {
			all = append(all, oneLine(r.text[start:r.toks[s.at.hi-1].End]))
		}
		if s.kind == brokenSQL {
			t.Errorf("%s: %s", body, s.problem.Message)
		}
	}
	return all
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
