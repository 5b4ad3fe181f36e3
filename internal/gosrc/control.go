package gosrc

import (
	"go/ast"
	"go/token"
	"strings"
)

// ifStmt reads the branches that may run. What only runs after an error is left
// out; what runs unless there was one counts as running.
func (w *walker) ifStmt(stmt *ast.IfStmt, s *scope) {
	s = s.inner()
	if stmt.Init != nil {
		w.stmt(stmt.Init, s)
	}
	w.expr(stmt.Cond, s)
	var otherwise []ast.Stmt
	switch e := stmt.Else.(type) {
	case *ast.BlockStmt:
		otherwise = e.List
	case *ast.IfStmt:
		otherwise = []ast.Stmt{e}
	}
	switch errorCheck(stmt.Cond) {
	case token.NEQ: // if err != nil
		w.block(otherwise, s)
	case token.EQL: // if err == nil
		w.block(stmt.Body.List, s.inner())
	default:
		w.choose([][]Step{w.arm(stmt.Body.List, s), w.arm(otherwise, s)}, true)
	}
}

// branch is break and continue, of the innermost loop whatever the label says.
func (w *walker) branch(stmt *ast.BranchStmt) {
	switch {
	case w.loops == 0:
	case stmt.Tok == token.BREAK:
		w.steps = append(w.steps, Step{Kind: Leave, Leave: Exit})
	case stmt.Tok == token.CONTINUE:
		w.steps = append(w.steps, Step{Kind: Leave, Leave: Continue})
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

// loop reads a body that runs so many times; times is 0 if that is not known.
func (w *walker) loop(stmts []ast.Stmt, s *scope, times int) {
	w.loops++
	escaped := w.escaped
	w.escaped = false
	var body []Step
	if times == 0 {
		body = w.arm(stmts, s)
	} else {
		body = w.into(func() { w.block(stmts, s) })
	}
	w.loops--
	switch {
	case len(body) == 0:
	case times == 1 && !exits(body):
		w.steps = append(w.steps, body...)
	default:
		w.steps = append(w.steps, Step{Kind: Loop, Body: body, Times: times})
		if w.escaped {
			w.steps = append(w.steps, Step{Kind: Leave, Leave: MayExit})
		}
	}
	w.escaped = escaped || w.escaped && w.loops > 0
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
		w.loop(stmt.Body.List, inner, 0)
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
		w.loop(stmt.Body.List, inner, 1)
	}
}

func (w *walker) cases(body *ast.BlockStmt, s *scope) {
	var arms [][]Step
	total := false
	for _, c := range body.List {
		switch c := c.(type) {
		case *ast.CaseClause:
			arms = append(arms, w.arm(c.Body, s))
			total = total || c.List == nil
		case *ast.CommClause:
			arms = append(arms, w.arm(c.Body, s))
		}
	}
	w.choose(arms, total)
}

// arm reads statements that a condition decides about.
func (w *walker) arm(stmts []ast.Stmt, s *scope) []Step {
	w.maybe++
	steps := w.into(func() { w.block(stmts, s.inner()) })
	w.maybe--
	w.forget(stmts, s)
	return steps
}

// choose adds a condition, unless there is nothing to decide.
func (w *walker) choose(arms [][]Step, total bool) {
	for _, arm := range arms {
		if len(arm) > 0 {
			w.steps = append(w.steps, Step{Kind: Choose, Arms: arms, Total: total})
			return
		}
	}
}

// leave adds the end of a function.
func (w *walker) leave(stmt *ast.ReturnStmt) {
	kind := Return
	switch {
	case returnsError(stmt):
		kind = ReturnError
	case w.loops > 0 && w.helpers > 0:
		kind, w.escaped = Exit, true
	case w.helpers > 0:
		kind = Exit
	}
	w.steps = append(w.steps, Step{Kind: Leave, Leave: kind})
}

// returnsError reports whether a return gives back an error for certain.
func returnsError(stmt *ast.ReturnStmt) bool {
	if len(stmt.Results) == 0 {
		return false
	}
	switch e := ast.Unparen(stmt.Results[len(stmt.Results)-1]).(type) {
	case *ast.Ident:
		return e.Name != "err" && isError(e) // err may well be nil
	case *ast.CallExpr:
		if sel, ok := e.Fun.(*ast.SelectorExpr); ok {
			x, ok := sel.X.(*ast.Ident)
			return ok && (x.Name == "errors" || x.Name == "fmt" && sel.Sel.Name == "Errorf")
		}
	}
	return false
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
