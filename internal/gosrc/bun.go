package gosrc

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// bunQueries are the methods that begin one of bun's queries.
var bunQueries = map[string]func(*bunQuery){
	"NewCreateTable":   (*bunQuery).createTable,
	"NewDropTable":     func(q *bunQuery) { q.drop("TABLE") },
	"NewTruncateTable": (*bunQuery).truncate,
	"NewAddColumn":     (*bunQuery).addColumn,
	"NewDropColumn":    (*bunQuery).dropColumn,
	"NewCreateIndex":   (*bunQuery).createIndex,
	"NewDropIndex":     func(q *bunQuery) { q.drop("INDEX") },
	"NewInsert":        (*bunQuery).insert,
	"NewUpdate":        (*bunQuery).update,
	"NewDelete":        (*bunQuery).delete,
	"NewSelect":        (*bunQuery).selects,
}

// bunEnds are the methods that send a query.
var bunEnds = []string{"Exec", "Scan", "ScanAndCount", "Count", "Exists", "Rows"}

// bunQuery is a chain of calls that makes one of bun's queries, on its way to
// SQL.
type bunQuery struct {
	p    *Package
	s    *scope
	at   source.Span // the whole chain
	sql  Text
	args map[string][][]ast.Expr // of each method, call by call
	// lost is set when the SQL cannot be told: the model is not in the package.
	lost bool
}

// bunChain reads a chain of bun's builder that ends in e, and reports whether it
// is one.
func (w *walker) bunChain(e *ast.CallExpr, s *scope) bool {
	end, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
	if !ok || !slices.Contains(bunEnds, end.Sel.Name) {
		return false
	}
	q := &bunQuery{p: w.p, s: s, at: s.file.span(e), args: map[string][][]ast.Expr{}}
	for x := end.X; ; {
		call, ok := ast.Unparen(x).(*ast.CallExpr)
		if !ok {
			return false
		}
		sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
		if !ok {
			return false
		}
		if build := bunQueries[sel.Sel.Name]; build != nil && len(call.Args) == 0 {
			conn := connOf(w.p.exprType(sel.X, s, 0))
			w.expr(sel.X, s)
			build(q)
			step := Step{Kind: Exec, SQL: q.sql, At: q.at, Call: q.at, Conn: conn}
			if q.lost && sel.Sel.Name == "NewSelect" {
				return true // it changes nothing, whatever it reads
			}
			if q.lost {
				step.Kind, step.SQL, step.Builder = Unread, nil, sel.Sel.Name
			}
			w.add(step)
			return true
		}
		q.args[sel.Sel.Name] = append([][]ast.Expr{call.Args}, q.args[sel.Sel.Name]...)
		x = sel.X
	}
}

func (q *bunQuery) has(method string) bool { return len(q.args[method]) > 0 }

func (q *bunQuery) raw(format string, args ...any) {
	q.sql = append(q.sql, folded(fmt.Sprintf(format, args...), q.at)...)
}

// option writes words if a method was called.
func (q *bunQuery) option(method, words string) {
	if q.has(method) {
		q.raw("%s", words)
	}
}

// quoteName quotes each part of a name, as bun's AppendIdent does.
func quoteName(name string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		parts[i] = `"` + strings.ReplaceAll(p, `"`, `""`) + `"`
	}
	return strings.Join(parts, ".")
}

// model is the model of the query; ok is false if there is none that can be read.
func (q *bunQuery) model() (bunModel, bool) {
	if !q.has("Model") || len(q.args["Model"][0]) != 1 {
		return bunModel{}, false
	}
	return q.p.bunModelOf(q.args["Model"][0][0], q.s)
}

// table writes the table's name: ModelTableExpr or TableExpr, Table, or the
// model's.
func (q *bunQuery) table(withAlias bool) {
	for _, method := range []string{"ModelTableExpr", "TableExpr"} {
		if q.has(method) {
			q.formatted(q.args[method][0])
			return
		}
	}
	if q.has("Table") {
		q.names("Table")
		return
	}
	m, ok := q.model()
	if !ok {
		q.lost = true
		return
	}
	q.raw("%s", quoteName(m.table))
	if withAlias && m.alias != "" {
		q.raw(" AS %s", quoteName(m.alias))
	}
}

// names writes the arguments of a method as identifiers.
func (q *bunQuery) names(method string) {
	n := 0
	for _, args := range q.args[method] {
		for _, arg := range args {
			if n++; n > 1 {
				q.raw(", ")
			}
			q.sql = append(q.sql, quoted(false, q.p.eval(arg, q.s, 0), q.s.file.span(arg))...)
		}
	}
}

// columns writes what Column and ColumnExpr were given.
func (q *bunQuery) columns() {
	q.names("Column")
	for i, args := range q.args["ColumnExpr"] {
		if i > 0 || q.has("Column") {
			q.raw(", ")
		}
		q.formatted(args)
	}
}

func (q *bunQuery) createTable() {
	m, ok := q.model()
	if q.lost = !ok || q.has("WithForeignKeys"); q.lost {
		return
	}
	q.raw("CREATE ")
	q.option("Temp", "TEMP ")
	q.raw("TABLE ")
	q.option("IfNotExists", "IF NOT EXISTS ")
	q.table(false)
	q.raw(" (")
	for i, f := range m.fields {
		if i > 0 {
			q.raw(", ")
		}
		q.sql = append(q.sql, folded(f.definition(), f.at)...)
	}
	for i, args := range q.args["ColumnExpr"] {
		if i > 0 || len(m.fields) > 0 {
			q.raw(", ")
		}
		q.formatted(args)
	}
	q.raw("%s", m.keys())
	for _, args := range q.args["ForeignKey"] {
		q.raw(", FOREIGN KEY ")
		q.formatted(args)
	}
	q.raw(")")
	for method, words := range map[string]string{"PartitionBy": " PARTITION BY ", "TableSpace": " TABLESPACE "} {
		if q.has(method) {
			q.raw("%s", words)
			q.formatted(q.args[method][0])
		}
	}
}

// definition is the column as CREATE TABLE has it.
func (f bunField) definition() string {
	sql := quoteName(f.name) + " " + f.sqlType
	if f.notNull {
		sql += " NOT NULL"
	}
	if f.identity {
		sql += " GENERATED BY DEFAULT AS IDENTITY"
	}
	if f.sqlDefault != "" {
		sql += " DEFAULT " + f.sqlDefault
	}
	return sql
}

// keys are the primary key and the unique constraints, in the order of their
// names.
func (m bunModel) keys() string {
	var b strings.Builder
	var pk []string
	unique := map[string][]string{}
	for _, f := range m.fields {
		if f.isPK {
			pk = append(pk, quoteName(f.name))
		}
		for _, name := range f.unique {
			unique[name] = append(unique[name], quoteName(f.name))
		}
	}
	if len(pk) > 0 {
		fmt.Fprintf(&b, ", PRIMARY KEY (%s)", strings.Join(pk, ", "))
	}
	for _, column := range unique[""] {
		fmt.Fprintf(&b, ", UNIQUE (%s)", column)
	}
	var names []string
	for name := range unique {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(&b, ", CONSTRAINT %s UNIQUE (%s)", quoteName(name), strings.Join(unique[name], ", "))
	}
	return b.String()
}

// drop is DROP TABLE and DROP INDEX.
func (q *bunQuery) drop(kind string) {
	q.raw("DROP %s ", kind)
	q.option("Concurrently", "CONCURRENTLY ")
	q.option("IfExists", "IF EXISTS ")
	if kind == "INDEX" {
		q.names("Index")
	} else {
		q.table(false)
	}
	q.option("Cascade", " CASCADE")
	q.option("Restrict", " RESTRICT")
}

func (q *bunQuery) truncate() {
	q.raw("TRUNCATE TABLE ")
	q.table(false)
	if q.has("ContinueIdentity") {
		q.raw(" CONTINUE IDENTITY")
	} else {
		q.raw(" RESTART IDENTITY")
	}
	q.option("Cascade", " CASCADE")
}

func (q *bunQuery) addColumn() {
	q.raw("ALTER TABLE ")
	q.table(false)
	q.raw(" ADD ")
	q.option("IfNotExists", "IF NOT EXISTS ")
	q.columns()
}

func (q *bunQuery) dropColumn() {
	q.raw("ALTER TABLE ")
	q.table(false)
	q.raw(" DROP COLUMN ")
	q.columns()
}

func (q *bunQuery) createIndex() {
	q.raw("CREATE ")
	q.option("Unique", "UNIQUE ")
	q.raw("INDEX ")
	q.option("Concurrently", "CONCURRENTLY ")
	q.option("IfNotExists", "IF NOT EXISTS ")
	q.names("Index")
	q.raw(" ON ")
	q.table(false)
	if q.has("Using") {
		q.raw(" USING ")
		q.formatted(q.args["Using"][0])
	}
	q.raw(" (")
	q.columns()
	q.raw(")")
	if q.has("Include") {
		q.raw(" INCLUDE (")
		q.names("Include")
		q.raw(")")
	}
	q.where()
}

// where writes the conditions, each in parentheses.
func (q *bunQuery) where() {
	for i, args := range q.args["Where"] {
		q.raw("%s(", [...]string{" WHERE ", " AND "}[min(i, 1)])
		q.formatted(args)
		q.raw(")")
	}
}

// insert stands for an INSERT of values that are not known.
func (q *bunQuery) insert() {
	q.raw("INSERT INTO ")
	q.table(true)
	if m, ok := q.model(); ok && len(m.fields) > 0 {
		var names, values []string
		for _, f := range m.fields {
			names = append(names, quoteName(f.name))
			values = append(values, fmt.Sprintf("$%d", len(values)+1))
		}
		q.raw(" (%s) VALUES (%s)", strings.Join(names, ", "), strings.Join(values, ", "))
		return
	}
	q.raw(" DEFAULT VALUES")
}

func (q *bunQuery) update() {
	q.raw("UPDATE ")
	q.table(true)
	for i, args := range q.args["Set"] {
		q.raw("%s", [...]string{" SET ", ", "}[min(i, 1)])
		q.formatted(args)
	}
	if !q.has("Set") {
		m, ok := q.model()
		if q.lost = q.lost || !ok || len(m.fields) == 0; q.lost {
			return
		}
		q.raw(" SET %s = $1", quoteName(m.fields[0].name))
		q.option("WherePK", " WHERE $1")
	}
	q.where()
}

func (q *bunQuery) delete() {
	q.raw("DELETE FROM ")
	q.table(true)
	q.where()
	if !q.has("Where") {
		q.option("WherePK", " WHERE $1")
	}
}

func (q *bunQuery) selects() {
	q.raw("SELECT ")
	if q.has("ColumnExpr") || q.has("Column") {
		q.columns()
	} else {
		q.raw("*")
	}
	q.raw(" FROM ")
	q.table(true)
	for _, args := range q.args["Join"] {
		q.raw(" ")
		q.formatted(args)
	}
	q.where()
}
