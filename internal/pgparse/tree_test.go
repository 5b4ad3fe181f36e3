package pgparse

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	pg "github.com/pganalyze/pg_query_go/v5"
	"golang.org/x/tools/txtar"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// TestTreeFromJSON holds the tree that is read from JSON against that from
// protobuf.
func TestTreeFromJSON(t *testing.T) {
	for name, text := range treeTexts(t) {
		t.Run(name, func(t *testing.T) { checkTree(t, text) })
	}
}

func checkTree(t *testing.T, text string) {
	t.Helper()
	want, err := pg.Parse(text)
	if err != nil {
		return
	}
	tree, err := pg.ParseToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	stmts, ok := new(decoder).decode(tree)
	if !ok {
		t.Fatalf("not understood: %s", tree)
	}
	got := &pg.ParseResult{Version: want.Version, Stmts: stmts}
	// Arrays without bounds have those of -1.
	dropNegative(want.ProtoReflect(), mayNegate(text, Lex(text, nil), 0))
	dropNegative(got.ProtoReflect(), false)
	if !proto.Equal(want, got) {
		t.Errorf("(-protobuf +JSON):\n%s", cmp.Diff(protojson.Format(want), protojson.Format(got)))
	}
}

// dropNegative sets the integers to zero that the JSON leaves out: all below
// zero, which only array bounds and the number of an aggregate's direct arguments
// may be unless minus says that there is a sign.
func dropNegative(m protoreflect.Message, minus bool) {
	if agg, ok := m.Interface().(*pg.DefineStmt); ok && len(agg.Args) == 2 && agg.Args[1].GetInteger() != nil {
		agg.Args[1].GetInteger().Ival = max(0, agg.Args[1].GetInteger().Ival)
	}
	if typ, ok := m.Interface().(*pg.TypeName); ok {
		for _, bound := range typ.ArrayBounds {
			bound.GetInteger().Ival = max(0, bound.GetInteger().Ival)
		}
	}
	if n, ok := m.Interface().(*pg.Integer); ok && minus {
		n.Ival = max(0, n.Ival)
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Message() == nil:
		case fd.IsList():
			for i := range v.List().Len() {
				dropNegative(v.List().Get(i).Message(), minus)
			}
		default:
			dropNegative(v.Message(), minus)
		}
		return true
	})
}

// treeTexts are SQL from all over the project, and what strings, lists and
// numbers may hold.
func treeTexts(t *testing.T) map[string]string {
	texts := map[string]string{
		"nothing":        "-- nothing\n",
		"escapes":        "SELECT 'a\"b\\c/d<e>f\t\n\r\b\f\x01\x7f', E'\\u00e9', 'é 😀', $$\\$$, \"q\"\"\\u\"",
		"long escapes":   "SELECT '" + strings.Repeat(`\"`, 1000) + "'",
		"numbers":        "SELECT 0, 1, 2147483647, 2147483648, 1.5e10, 0x1F, 1_000, -1, - 2.5, b'01', x'1F'",
		"constants":      "SELECT NULL, true, false, '', ARRAY[]::int[], ARRAY[[1],[2]]",
		"array types":    "CREATE TABLE t (a int[], b text[3][], c numeric(10, 2)[], d interval day to second(3))",
		"lists of lists": "INSERT INTO t (a, b) VALUES (1, DEFAULT), (2, (SELECT max(x) FROM y))",
		"empty elements": "SELECT DISTINCT a, count(*) FILTER (WHERE b) OVER (PARTITION BY c) FROM t GROUP BY ROLLUP (a, b), ()",
		"fetch":          "MOVE BACKWARD 5 IN c; FETCH ALL FROM c; FETCH ABSOLUTE 3 c",
		"settings":       "SET a = 1, 'b', c; SET LOCAL x TO DEFAULT; SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY; RESET ALL",
		"sequence":       "CREATE SEQUENCE s AS int INCREMENT BY 5 MINVALUE 0 NO MAXVALUE CACHE 9999999999 CYCLE OWNED BY a.b",
		"sequence back":  "CREATE SEQUENCE s INCREMENT BY -1 MINVALUE -100 START -1",
		"function":       "CREATE FUNCTION f(a int DEFAULT 1, OUT b text[], VARIADIC c anyarray) RETURNS SETOF t LANGUAGE sql IMMUTABLE COST 10 SET search_path = a, b AS $f$ SELECT '\"' $f$",
		"atomic body":    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
		"grant":          "GRANT SELECT (a), UPDATE ON ALL TABLES IN SCHEMA s TO PUBLIC, CURRENT_USER, x WITH GRANT OPTION; REVOKE ALL ON t FROM y CASCADE",
		"merge":          "MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND u.b THEN UPDATE SET c = 1 WHEN NOT MATCHED THEN INSERT VALUES (1) WHEN MATCHED THEN DELETE",
		"partition":      "CREATE TABLE p PARTITION OF t FOR VALUES FROM (MINVALUE, 1) TO ('x', MAXVALUE); CREATE TABLE q PARTITION OF t FOR VALUES WITH (MODULUS 4, REMAINDER 0)",
		"conflict":       "INSERT INTO t AS x VALUES (1) ON CONFLICT (lower(a) COLLATE \"C\" text_ops) WHERE b DO UPDATE SET (c, d) = (SELECT 1, 2) RETURNING *, x.a",
		"recursive":      "WITH RECURSIVE r (n) AS MATERIALIZED (SELECT 1 UNION ALL SELECT n + 1 FROM r) SEARCH DEPTH FIRST BY n SET o CYCLE n SET c USING p SELECT * FROM r FOR UPDATE OF r SKIP LOCKED",
		"json":           "SELECT JSON_OBJECT('a': 1), x IS JSON OBJECT WITH UNIQUE KEYS, XMLELEMENT(NAME a, XMLATTRIBUTES(1 AS b))",
		"publication":    "CREATE PUBLICATION p FOR TABLE t (a, b) WHERE (a > 1), TABLES IN SCHEMA s WITH (publish = 'insert')",
		"trigger":        "CREATE CONSTRAINT TRIGGER g AFTER UPDATE OF a, b ON t FROM u DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION f('x', 1)",
		"policy":         "CREATE POLICY p ON t AS RESTRICTIVE FOR ALL TO PUBLIC USING (a = current_setting('x')) WITH CHECK (true)",
		"copy":           "COPY (SELECT 1) TO PROGRAM 'x' WITH (FORMAT csv, HEADER, FORCE_QUOTE (a, b))",
	}
	for _, folder := range []string{"../../testdata", "../../examples"} {
		err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(name)
			switch filepath.Ext(name) {
			case ".sql":
				texts[name] = string(text)
			case ".txtar":
				for _, f := range txtar.Parse(text).Files {
					texts[name+"/"+f.Name] = string(f.Data)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return texts
}

func TestMayNegate(t *testing.T) {
	for text, want := range map[string]bool{
		"SELECT 1":                    false,
		"SELECT -1":                   true,
		"SELECT 2*-1":                 true,
		"SELECT a->'b', '-', -- -\n1": false,
		"SELECT - 1":                  true,
		"SELECT -(+(-1))":             true,
		"SELECT a - 1":                true, // as DEFAULT - 1
		"SELECT f() - 1, 2 - 1, c[1] - 1, now() - interval '1 day', a - b": false,
		"SELECT a @- 1": false,
	} {
		if got := mayNegate(text, Lex(text, nil), 0); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// What libpg_query would never write is refused, not misread.
func TestDecodeTreeRefuses(t *testing.T) {
	for _, tree := range []string{
		"", "{", "{}x", `{"version":}`, `{"version":1`, `{"new":1}`, `{"stmts":[{]}`, `{"stmts":[{}{}]}`, `{"stmts":[{},]}`,
		`{"stmts":[{"stmt":{"NewStmt":{}}}]}`, `{"stmts":[{"stmt":{"String":{"sval":"a}}}]}`,
		`{"stmts":[{"stmt":{"String":{"sval":"\u12"}}}]}`, `{"stmts":[{"stmt":{"String":{"sval":"\x"}}}]}`,
		`{"stmts":[{"stmt":{"BoolExpr":{"boolop":"NEW"}}}]}`, `{"stmts":[{"stmt":{"Boolean":{"boolval":yes}}}]}`,
	} {
		if _, ok := new(decoder).decode(tree); ok {
			t.Errorf("%s: taken for a tree", tree)
		}
	}
}
