package gosrc

import (
	"go/ast"
	"slices"
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
	// Builder is the method of GORM, go-pg or bun that has SQL made of a model, of
	// Unread.
	Builder string
	// Unchecked is set when nothing looks at the error that it returns.
	Unchecked bool

	// Arms are what one of runs, of Choose: or none of them, unless Total.
	Arms  [][]Step
	Total bool
	// Body is what runs, of Loop: not at all, once or many times if Times is 0, so
	// often otherwise.
	Body  []Step
	Times int
	Leave LeaveKind
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
	Choose                   // a condition
	Loop                     // a loop, or a function that may return before its end
	Leave                    // goes on elsewhere
)

// LeaveKind is where Leave goes on.
type LeaveKind int

// The kinds of Leave.
const (
	Return      LeaveKind = iota // after the function
	ReturnError                  // nowhere: the migration fails
	Exit                         // after the Loop
	Continue                     // at the next turn of the Loop
	MayExit                      // after the Loop, or right here
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
	w.running[body] = true
	steps := w.into(func() { w.block(body.List, w.receiver(fn, p.bindIn(in, typ, &ast.CallExpr{}, s), s)) })
	span := in.file.span(typ)
	span.End = in.file.offset(body.End())
	return Function{File: in.file, Span: span, Steps: withoutLastReturn(steps)}, true
}

// walker reads one function.
type walker struct {
	p       *Package
	steps   []Step                  // of the list that is being read
	count   int                     // of all steps
	maybe   int                     // conditions and loops around
	loops   int                     // loops around, inside the function that is being read
	helpers int                     // functions around that one
	escaped bool                    // a loop was left by a return
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
	case *ast.CallExpr: // a conversion to a function type of another package
		if importPath, name := s.file.callee(fn); importPath != "" && strings.HasSuffix(name, "Func") && len(fn.Args) == 1 {
			return w.resolve(fn.Args[0], s, depth+1)
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

// into reads something into a list of its own.
func (w *walker) into(read func()) []Step {
	outer := w.steps
	w.steps = nil
	read()
	own := w.steps
	w.steps = outer
	return own
}

// function reads the body of a function that is called, in the scope of its
// parameters. A return in the middle leaves no more than it.
func (w *walker) function(body *ast.BlockStmt, s *scope) {
	if w.running[body] || len(w.running) > maxDepth || w.count > maxCalls || !s.spend() {
		return
	}
	w.running[body] = true
	loops := w.loops
	w.loops = 0
	w.helpers++
	steps := withoutLastReturn(w.into(func() { w.block(body.List, s) }))
	w.helpers--
	w.loops = loops
	delete(w.running, body)
	if exits(steps) {
		steps = []Step{{Kind: Loop, Body: steps, Times: 1}}
	}
	w.steps = append(w.steps, steps...)
}

func withoutLastReturn(steps []Step) []Step {
	if n := len(steps); n > 0 && steps[n-1].Kind == Leave && (steps[n-1].Leave == Return || steps[n-1].Leave == Exit) {
		return steps[:n-1]
	}
	return steps
}

// exits reports whether steps may leave the loop they stand in.
func exits(steps []Step) bool {
	return slices.ContainsFunc(steps, func(s Step) bool {
		return s.Kind == Leave && s.Leave != Return && s.Leave != ReturnError || s.Kind == Choose && slices.ContainsFunc(s.Arms, exits)
	})
}

func (w *walker) block(stmts []ast.Stmt, s *scope) {
	for _, stmt := range stmts {
		if s.spend() {
			w.stmt(stmt, s)
		}
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
		w.leave(stmt)
	case *ast.BranchStmt:
		w.branch(stmt)
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
		w.loop(stmt.Body.List, s, 0)
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
