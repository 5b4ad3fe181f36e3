package gosrc

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// execs are the methods that send the SQL they are given first, and whether a
// type without a name that says so is enough to believe it.
var execs = map[string]bool{
	"ExecContext": true, "QueryContext": true, "QueryRowContext": true, "MustExecContext": true, "NamedExecContext": true,
	"QueryxContext": true, "QueryRowxContext": true, "PrepareContext": true,
	"Exec": false, "ExecOne": false, "MustExec": false, "NamedExec": false, "Query": false, "QueryRow": false, "QueryOne": false,
	"Queryx": false, "QueryRowx": false, "NewRaw": false, "Raw": false, "Queue": false, "Prepare": false,
}

// reads are the methods of sqlx whose first argument takes the result.
var reads = map[string]bool{"Get": true, "GetContext": true, "Select": true, "SelectContext": true}

// runners are the methods that run a function in a transaction.
var runners = []string{"RunInTx", "Transaction", "RunInTransaction", "BeginFunc", "BeginTxFunc"}

// expr reads the calls in an expression, inner ones first.
func (w *walker) expr(e ast.Expr, s *scope) {
	switch e := e.(type) {
	case nil, *ast.Ident, *ast.BasicLit, *ast.FuncLit:
	case *ast.CallExpr:
		w.call(e, s)
	case *ast.ParenExpr:
		w.expr(e.X, s)
	case *ast.UnaryExpr:
		w.expr(e.X, s)
		if id, ok := e.X.(*ast.Ident); ok && e.Op == token.AND {
			if b := s.lookup(id.Name); b != nil && b.text != nil {
				b.text = nil // whoever has the address may change it
			}
		}
	case *ast.StarExpr:
		w.expr(e.X, s)
	case *ast.BinaryExpr:
		w.expr(e.X, s)
		w.expr(e.Y, s)
	case *ast.SelectorExpr:
		w.expr(e.X, s)
	case *ast.IndexExpr:
		w.expr(e.X, s)
		w.expr(e.Index, s)
	case *ast.TypeAssertExpr:
		w.expr(e.X, s)
	case *ast.KeyValueExpr:
		w.expr(e.Value, s)
	case *ast.CompositeLit:
		for _, el := range e.Elts {
			w.expr(el, s)
		}
	}
}

func (w *walker) call(e *ast.CallExpr, s *scope) {
	if w.bunChain(e, s) {
		return
	}
	fun := ast.Unparen(e.Fun)
	sel, isSelector := fun.(*ast.SelectorExpr)
	if isSelector {
		w.expr(sel.X, s)
	}
	for _, arg := range e.Args {
		w.expr(arg, s)
	}
	if lit, ok := fun.(*ast.FuncLit); ok {
		w.function(lit.Body, w.p.bindIn(s, lit.Type, e, s))
		return
	}
	if isSelector && (w.sends(e, sel, s) || w.controls(e, sel, s) || w.builds(e, sel, s) || w.writes(e, sel, s)) {
		return
	}
	if typ, body, in := w.resolve(fun, s, 0); body != nil {
		if outermost := w.site.IsZero(); outermost {
			w.site = s.file.span(e)
			defer func() { w.site = source.Span{} }()
		}
		w.function(body, w.receiver(fun, w.p.bindIn(in, typ, e, s), s))
		return
	}
	w.foreign(e, s)
}

// bindIn is bind for a function that sees the names of a scope.
func (p *Package) bindIn(outer *scope, typ *ast.FuncType, call *ast.CallExpr, s *scope) *scope {
	in := p.bind(outer.file, typ, call, s, 0)
	in.outer = outer
	return in
}

// receiver gives a method's receiver the type that it is called on.
func (w *walker) receiver(fun ast.Expr, in, s *scope) *scope {
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return in
	}
	d, ok := w.method(sel, s)
	if !ok || d.decl.Recv == nil || len(d.decl.Recv.List[0].Names) != 1 {
		return in
	}
	in.names[d.decl.Recv.List[0].Names[0].Name] = &bound{file: in.file, expr: sel.X, in: s, typ: receiverType(d.decl)}
	return in
}

// sends notes a call that sends SQL, and reports whether it is one.
func (w *walker) sends(e *ast.CallExpr, sel *ast.SelectorExpr, s *scope) bool {
	name := sel.Sel.Name
	sure, known := execs[name]
	typ := w.p.exprType(sel.X, s, 0)
	conn := connOf(typ)
	args := e.Args
	if reads[name] && strings.HasPrefix(strings.TrimPrefix(typ, "*"), "github.com/jmoiron/sqlx.") {
		known, sure = true, true
		args = w.withoutContext(args, s)
		args = args[min(1, len(args)):]
	}
	if !known {
		return false
	}
	if args = w.withoutContext(args, s); len(args) == 0 {
		return false
	}
	if typ != "" && conn == NoConn && !strings.Contains(typ, ".") && !isInterface(w.p, typ) {
		return false // one of the package's own types
	}
	sql := w.p.sent(args, typ, s)
	if !sure && conn == NoConn && !looksLikeSQL(sql) {
		return false
	}
	w.add(Step{Kind: Exec, SQL: sql, At: s.file.span(args[0]), Call: s.file.span(e), Conn: conn})
	return true
}

// isInterface reports whether a type of the package is an interface, which a
// connection may stand behind.
func isInterface(p *Package, typ string) bool {
	d, ok := p.types[strings.TrimPrefix(typ, "*")]
	if !ok {
		return true
	}
	_, ok = d.spec.Type.(*ast.InterfaceType)
	return ok
}

// withoutContext are the arguments after a context.
func (w *walker) withoutContext(args []ast.Expr, s *scope) []ast.Expr {
	if len(args) == 0 {
		return args
	}
	switch e := ast.Unparen(args[0]).(type) {
	case *ast.Ident:
		if e.Name == "ctx" || w.p.exprType(e, s, 0) == "context.Context" {
			return args[1:]
		}
	case *ast.CallExpr:
		if importPath, _ := s.file.callee(e); importPath == "context" {
			return args[1:]
		}
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Context" || sel.Sel.Name == "Ctx") {
			return args[1:]
		}
	case *ast.SelectorExpr:
		if e.Sel.Name == "ctx" || e.Sel.Name == "Ctx" {
			return args[1:]
		}
	}
	return args
}

// sqlWords begin the statements that migrations are made of.
var sqlWords = strings.Fields("alter analyze begin call cluster comment commit copy create deallocate delete discard do drop " +
	"explain grant insert lock merge notify prepare reassign refresh reindex release reset revoke rollback savepoint " +
	"security select set show start truncate update vacuum values with --  /*")

// looksLikeSQL reports whether a text begins as a statement does.
func looksLikeSQL(t Text) bool {
	if len(t) == 0 || t[0].Hole {
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(t[0].Text[:min(len(t[0].Text), 200)]), func(r rune) bool {
		return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '(' || r == ';'
	})
	return len(words) > 0 && (slices.Contains(sqlWords, words[0]) || strings.HasPrefix(words[0], "--") || strings.HasPrefix(words[0], "/*"))
}

// controls notes a call that begins or ends a transaction, or runs a function in
// one, and reports whether it is one.
func (w *walker) controls(e *ast.CallExpr, sel *ast.SelectorExpr, s *scope) bool {
	conn := connOf(w.p.exprType(sel.X, s, 0))
	step := Step{At: s.file.span(e), Call: s.file.span(e), Conn: conn}
	switch name := sel.Sel.Name; {
	case begins[name] && (conn == Database || conn == Either):
		step.Kind = Begin
	case name == "Commit" && (conn == InTx || conn == Either):
		step.Kind = Commit
	case name == "Rollback" && (conn == InTx || conn == Either):
		step.Kind = Rollback
	case slices.Contains(runners, name) && len(e.Args) > 0:
		return w.runs(e, s, step)
	default:
		return false
	}
	w.add(step)
	return true
}

// runs reads a function that is run in a transaction of its own.
func (w *walker) runs(e *ast.CallExpr, s *scope, step Step) bool {
	for _, arg := range e.Args {
		typ, body, in := w.resolve(arg, s, 0)
		if body == nil {
			continue
		}
		step.Kind = Begin
		w.add(step)
		w.function(body, w.p.bindIn(in, typ, &ast.CallExpr{}, s))
		step.Kind = Commit
		w.add(step)
		return true
	}
	return false
}

// writes notes what is written to a strings.Builder.
func (w *walker) writes(e *ast.CallExpr, sel *ast.SelectorExpr, s *scope) bool {
	id, ok := sel.X.(*ast.Ident)
	if !ok || len(e.Args) != 1 {
		return false
	}
	b := s.lookup(id.Name)
	if b == nil || b.text == nil || b.typ != "strings.Builder" && b.typ != "*strings.Builder" {
		return false
	}
	switch sel.Sel.Name {
	case "WriteString":
		next := w.p.eval(e.Args[0], s, 0)
		if w.maybe > 0 || b.text.size()+next.size() > maxText {
			next = hole(s.file.span(e))
		}
		b.text = append(b.text[:len(b.text):len(b.text)], next...)
	case "WriteByte", "WriteRune":
		b.text = append(b.text[:len(b.text):len(b.text)], hole(s.file.span(e))...)
	}
	return true
}

// foreign notes a call of code that is not read and is given a connection.
func (w *walker) foreign(e *ast.CallExpr, s *scope) {
	for _, arg := range e.Args {
		if lit, ok := arg.(*ast.FuncLit); ok {
			w.maybe++
			steps := w.into(func() { w.function(lit.Body, w.p.bindIn(s, lit.Type, &ast.CallExpr{}, s)) })
			w.maybe--
			w.choose([][]Step{steps}, false)
			return
		}
	}
	for _, arg := range e.Args {
		if conn := connOf(w.p.exprType(arg, s, 0)); conn != NoConn {
			w.add(Step{Kind: Unread, At: s.file.span(e), Call: s.file.span(e), Conn: conn})
			return
		}
	}
}

func (w *walker) add(step Step) {
	if w.count++; w.count > maxCalls {
		return
	}
	if step.Site = w.site; step.Site.IsZero() {
		step.Site = step.Call
	}
	w.steps = append(w.steps, step)
}
