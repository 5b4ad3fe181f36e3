package gosrc

import (
	"go/ast"
	"go/token"
	"strings"

	"github.com/miglint/miglint/source"
)

// Step is one thing that a function does to the database.
type Step struct {
	Kind StepKind
	SQL  Text        // of Exec; empty with Unread
	At   source.Span // where to point: the SQL, or the call
	Call source.Span
	// Site is the call in the function itself that leads here; it is Call unless
	// that stands in a helper.
	Site source.Span
	Conn Conn
	// MayRun is set when a condition or a loop decides whether it runs; Many when
	// it stands in a loop whose turns are not known.
	MayRun, Many bool
	// Unchecked is set when nothing looks at the error that it returns.
	Unchecked bool
}

// Fragment is the SQL with each byte where it was written: in an embedded SQL file,
// or in the file of the function, where what comes from elsewhere maps to the
// call that leads to it.
func (s Step) Fragment() source.Fragment {
	if f := s.SQL.file(); f != nil && strings.HasSuffix(f.Path, ".sql") {
		return s.SQL.Fragment(f.Span(0, 0))
	}
	if s.At.File != s.Site.File {
		return s.SQL.Fragment(s.Site)
	}
	return s.SQL.Fragment(s.At)
}

// StepKind is what a step does.
type StepKind int

// The kinds of step.
const (
	Exec     StepKind = iota // sends SQL
	Begin                    // begins a transaction
	Commit                   // commits it
	Rollback                 // rolls it back
	Unread                   // hands the connection to code that is not read
)

// Function is what a function does to the database.
type Function struct {
	File  *File
	Span  source.Span // from its name, or the word func of a literal, to its end
	Steps []Step
}

// Function reads what a function does, with what the package's own functions that
// it calls do in their place. fn, an argument of c, is the name of a function, a
// function literal or a method; ok is false if it cannot be found. Code that only
// runs after an error is left out.
func (p *Package) Function(c Call, fn ast.Expr) (read Function, ok bool) {
	w := &walker{p: p, running: map[*ast.BlockStmt]bool{}}
	s := c.read()
	typ, body, in := w.resolve(fn, s, 0)
	if body == nil {
		return Function{}, false
	}
	w.function(body, w.receiver(fn, p.bind(in.file, typ, &ast.CallExpr{}, s, 0), s))
	span := in.file.span(typ)
	span.End = in.file.offset(body.End())
	return Function{File: in.file, Span: span, Steps: w.steps}, true
}

// walker reads one function.
type walker struct {
	p       *Package
	steps   []Step
	mayRun  int
	many    int
	running map[*ast.BlockStmt]bool // functions that are being read
	site    source.Span             // the call that led out of the function itself; nowhere inside it
}

// resolve finds the body of a function expression and the scope it is read in.
func (w *walker) resolve(fn ast.Expr, s *scope, depth int) (*ast.FuncType, *ast.BlockStmt, *scope) {
	if depth > maxDepth {
		return nil, nil, nil
	}
	switch fn := ast.Unparen(fn).(type) {
	case *ast.FuncLit:
		return fn.Type, fn.Body, s
	case *ast.Ident:
		if b := s.lookup(fn.Name); b != nil {
			if b.expr == nil || b.in == nil {
				return nil, nil, nil
			}
			return w.resolve(b.expr, b.in, depth+1)
		}
		if d, ok := w.p.funcs[fn.Name]; ok && d.decl.Body != nil {
			return d.decl.Type, d.decl.Body, s.in(d.file)
		}
		if v, ok := w.p.values[fn.Name]; ok && v.expr != nil {
			if lit, ok := v.expr.(*ast.FuncLit); ok {
				return lit.Type, lit.Body, s.in(v.file)
			}
		}
	case *ast.SelectorExpr:
		if d, ok := w.method(fn, s); ok && d.decl.Body != nil {
			return d.decl.Type, d.decl.Body, s.in(d.file)
		}
	}
	return nil, nil, nil
}

// method finds the package's own method that x.Name stands for: by the type of x
// or, if that is not known, by its name if only one type has it.
func (w *walker) method(sel *ast.SelectorExpr, s *scope) (function, bool) {
	if typ := strings.TrimPrefix(w.p.exprType(sel.X, s, 0), "*"); typ != "" {
		d, ok := w.p.funcs[typ+"."+sel.Sel.Name]
		return d, ok
	}
	if x, ok := sel.X.(*ast.Ident); ok && s.file.imports[x.Name] != "" && s.lookup(x.Name) == nil {
		return function{}, false
	}
	var found function
	n := 0
	for name, d := range w.p.funcs {
		if strings.HasSuffix(name, "."+sel.Sel.Name) {
			found = d
			n++
		}
	}
	return found, n == 1
}

// function reads a body in the scope of its parameters.
func (w *walker) function(body *ast.BlockStmt, s *scope) {
	if w.running[body] || len(w.running) > maxDepth || len(w.steps) > maxCalls || !s.spend() {
		return
	}
	w.running[body] = true
	mayRun := w.mayRun
	w.block(body.List, s)
	w.mayRun = mayRun
	delete(w.running, body)
}

func (w *walker) block(stmts []ast.Stmt, s *scope) {
	for _, stmt := range stmts {
		if s.spend() {
			w.stmt(stmt, s)
		}
	}
}

// maybe reads statements that a condition decides about.
func (w *walker) maybe(stmts []ast.Stmt, s *scope) {
	w.mayRun++
	w.block(stmts, s.inner())
	w.mayRun--
	w.forget(stmts, s)
}

// forget drops what is known of the names that statements may have assigned to.
func (w *walker) forget(stmts []ast.Stmt, s *scope) {
	for _, stmt := range stmts {
		ast.Inspect(stmt, func(n ast.Node) bool {
			if a, ok := n.(*ast.AssignStmt); ok && a.Tok != token.DEFINE {
				for _, left := range a.Lhs {
					if id, ok := left.(*ast.Ident); ok {
						if b := s.lookup(id.Name); b != nil {
							b.text, b.expr = nil, nil
						}
					}
				}
			}
			return true
		})
	}
}

func (w *walker) stmt(stmt ast.Stmt, s *scope) {
	switch stmt := stmt.(type) {
	case *ast.ExprStmt:
		w.unchecked(stmt.X, s)
	case *ast.AssignStmt:
		if allBlank(stmt.Lhs) {
			w.unchecked(stmt.Rhs[0], s)
			return
		}
		for _, e := range stmt.Rhs {
			w.expr(e, s)
		}
		w.p.assign(stmt, s, 0)
	case *ast.DeclStmt:
		w.declare(stmt, s)
	case *ast.ReturnStmt:
		for _, e := range stmt.Results {
			w.expr(e, s)
		}
	case *ast.IfStmt:
		w.ifStmt(stmt, s)
	case *ast.BlockStmt:
		w.block(stmt.List, s.inner())
	case *ast.LabeledStmt:
		w.stmt(stmt.Stmt, s)
	case *ast.GoStmt:
		w.expr(stmt.Call, s)
	case *ast.DeferStmt:
		if !cleansUp(stmt.Call) {
			w.expr(stmt.Call, s)
		}
	case *ast.ForStmt:
		w.loop(stmt.Body.List, s)
	case *ast.RangeStmt:
		w.rangeStmt(stmt, s)
	case *ast.SwitchStmt:
		w.cases(stmt.Body, s)
	case *ast.TypeSwitchStmt:
		w.cases(stmt.Body, s)
	case *ast.SelectStmt:
		w.cases(stmt.Body, s)
	}
}

// unchecked reads a call whose results nobody looks at.
func (w *walker) unchecked(e ast.Expr, s *scope) {
	from := len(w.steps)
	w.expr(e, s)
	if n := len(w.steps); n > from && w.steps[n-1].Call == s.file.span(ast.Unparen(e)) {
		w.steps[n-1].Unchecked = true
	}
}

func allBlank(list []ast.Expr) bool {
	for _, e := range list {
		if id, ok := e.(*ast.Ident); !ok || id.Name != "_" {
			return false
		}
	}
	return true
}

// cleansUp reports whether a deferred call is there for errors, as tx.Rollback()
// is: after a commit it does nothing.
func cleansUp(call *ast.CallExpr) bool {
	cleans := false
	ast.Inspect(call, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			switch sel.Sel.Name {
			case "Rollback", "Close", "Release", "Unlock", "Done", "cancel":
				cleans = true
			}
		}
		return !cleans
	})
	return cleans
}

func (w *walker) declare(stmt *ast.DeclStmt, s *scope) {
	d, ok := stmt.Decl.(*ast.GenDecl)
	if !ok {
		return
	}
	for _, spec := range d.Specs {
		v, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for _, e := range v.Values {
			w.expr(e, s)
		}
		for i, name := range v.Names {
			b := &bound{file: s.file}
			if v.Type != nil {
				b.typ = w.p.typeOf(v.Type, s)
			}
			switch {
			case i < len(v.Values) && len(v.Values) == len(v.Names):
				w.p.give(b, v.Values[i], s, 0)
			case b.typ == "string" || b.typ == "strings.Builder":
				b.text = Text{}
			}
			s.names[name.Name] = b
		}
	}
}

// ifStmt reads the branches that may run. What only runs after an error is left
// out; what runs unless there was one counts as running.
func (w *walker) ifStmt(stmt *ast.IfStmt, s *scope) {
	s = s.inner()
	if stmt.Init != nil {
		w.stmt(stmt.Init, s)
	}
	w.expr(stmt.Cond, s)
	otherwise := func(read func([]ast.Stmt, *scope)) {
		switch e := stmt.Else.(type) {
		case *ast.BlockStmt:
			read(e.List, s)
		case *ast.IfStmt:
			read([]ast.Stmt{e}, s)
		}
	}
	switch errorCheck(stmt.Cond) {
	case token.NEQ: // if err != nil
		otherwise(w.block)
	case token.EQL: // if err == nil
		w.block(stmt.Body.List, s.inner())
	default:
		w.maybe(stmt.Body.List, s)
		otherwise(w.maybe)
		if leaves(stmt.Body.List) {
			w.mayRun++ // until the function ends
		}
	}
}

// errorCheck is the operator of a comparison of an error with nil, or ILLEGAL.
func errorCheck(cond ast.Expr) token.Token {
	switch e := ast.Unparen(cond).(type) {
	case *ast.BinaryExpr:
		if e.Op == token.LAND || e.Op == token.LOR {
			return errorCheck(e.X)
		}
		if id, ok := e.Y.(*ast.Ident); ok && id.Name == "nil" && (e.Op == token.NEQ || e.Op == token.EQL) && isError(e.X) {
			return e.Op
		}
	case *ast.CallExpr:
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "errors" {
				return token.NEQ
			}
		}
	}
	return token.ILLEGAL
}

func isError(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return strings.HasPrefix(strings.ToLower(e.Name), "err") || strings.HasSuffix(e.Name, "Err")
	case *ast.SelectorExpr:
		return e.Sel.Name == "Error" || e.Sel.Name == "Err"
	case *ast.CallExpr:
		return true // if f() != nil
	}
	return false
}

// leaves reports whether statements end with the end of the function.
func leaves(stmts []ast.Stmt) bool {
	if len(stmts) == 0 {
		return false
	}
	_, ok := stmts[len(stmts)-1].(*ast.ReturnStmt)
	return ok
}

func (w *walker) loop(stmts []ast.Stmt, s *scope) {
	w.many++
	w.maybe(stmts, s)
	w.many--
}

// rangeStmt reads a loop over a literal list once for each element, and any other
// once.
func (w *walker) rangeStmt(stmt *ast.RangeStmt, s *scope) {
	w.expr(stmt.X, s)
	list, in := w.p.elements(stmt.X, s, 0)
	if list == nil || len(list) > maxCopy {
		inner := s.inner()
		for _, e := range []ast.Expr{stmt.Key, stmt.Value} {
			if id, ok := e.(*ast.Ident); ok {
				inner.names[id.Name] = &bound{file: s.file}
			}
		}
		w.loop(stmt.Body.List, inner)
		return
	}
	for _, el := range list {
		inner := s.inner()
		if id, ok := stmt.Key.(*ast.Ident); ok {
			inner.names[id.Name] = &bound{file: s.file}
		}
		if id, ok := stmt.Value.(*ast.Ident); ok {
			inner.names[id.Name] = &bound{file: in.file, expr: el, in: in, typ: w.p.exprType(el, in, 0)}
		}
		w.block(stmt.Body.List, inner)
	}
}

func (w *walker) cases(body *ast.BlockStmt, s *scope) {
	for _, c := range body.List {
		switch c := c.(type) {
		case *ast.CaseClause:
			w.maybe(c.Body, s)
		case *ast.CommClause:
			w.maybe(c.Body, s)
		}
	}
}
