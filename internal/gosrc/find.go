package gosrc

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// Call is a call, and what its arguments are read in.
type Call struct {
	File *File
	Name string // of the function or method
	Args []ast.Expr
	Span source.Span

	scope *scope // nil: that of the file
}

// read is the scope that the arguments are read in.
func (c Call) read() *scope {
	if c.scope == nil {
		return top(c.File).inner()
	}
	work := maxWork
	s := *c.scope
	s.work = &work
	return &s
}

// Calls returns the calls of functions of the package of an import path, whatever
// its major version, in the order they stand in.
func (p *Package) Calls(importPath string) []Call {
	return p.calls(func(f *File, e *ast.CallExpr, _ *scope) (string, bool) {
		from, name := f.callee(e)
		return name, unversioned(from) == importPath
	})
}

// MethodCalls returns the calls of methods of a type of the package of an import
// path, in the order they stand in.
func (p *Package) MethodCalls(importPath, typ string) []Call {
	return p.calls(func(f *File, e *ast.CallExpr, s *scope) (string, bool) {
		sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
		if !ok {
			return "", false
		}
		recv := p.exprType(sel.X, s, 0)
		return sel.Sel.Name, strings.TrimPrefix(recv, "*") == importPath+"."+typ
	})
}

func (p *Package) calls(match func(*File, *ast.CallExpr, *scope) (string, bool)) []Call {
	var calls []Call
	for _, f := range p.Files {
		for _, d := range f.Syntax.Decls {
			inside, _ := d.(*ast.FuncDecl)
			s := p.scopeOf(f, inside)
			ast.Inspect(d, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.AssignStmt:
					p.typeNames(n, s)
				case *ast.CallExpr:
					if name, ok := match(f, n, s); ok {
						calls = append(calls, Call{f, name, n.Args, f.span(n), s})
					}
				}
				return true
			})
		}
	}
	return calls
}

// typeNames notes the types of the names that x := … declares.
func (p *Package) typeNames(stmt *ast.AssignStmt, s *scope) {
	if stmt.Tok != token.DEFINE || len(stmt.Lhs) != len(stmt.Rhs) {
		return
	}
	for i, left := range stmt.Lhs {
		if id, ok := left.(*ast.Ident); ok && s.names[id.Name] == nil {
			p.give(s.declare(id.Name), stmt.Rhs[i], s, 0)
		}
	}
}

// scopeOf is the scope of a function's parameters, or of the file outside of
// functions.
func (p *Package) scopeOf(f *File, fn *ast.FuncDecl) *scope {
	if fn == nil {
		return top(f).inner()
	}
	s := p.bind(f, fn.Type, &ast.CallExpr{}, top(f), 0)
	if fn.Recv != nil && len(fn.Recv.List) == 1 && len(fn.Recv.List[0].Names) == 1 {
		s.names[fn.Recv.List[0].Names[0].Name] = &bound{file: f, typ: receiverType(fn)}
	}
	return s
}

// Constant is the value of an argument: of a string, or the digits of a number.
// ok is false if it is not known.
func (p *Package) Constant(c Call, arg ast.Expr) (text string, ok bool) {
	t := p.eval(arg, c.read(), 0)
	return t.String(), t.Known()
}

// Field is what an argument that is a struct literal, or a pointer to one, gives a
// field; nil if it does not, or is none.
func (p *Package) Field(c Call, arg ast.Expr, name string) ast.Expr {
	field, _ := p.field(&ast.SelectorExpr{X: arg, Sel: ast.NewIdent(name)}, c.read(), 0)
	return field
}

// FieldConstant is the value that an argument that is a struct literal, or a
// pointer to one, gives a field. ok is false if it gives none, or it is not known.
func (p *Package) FieldConstant(c Call, arg ast.Expr, name string) (text string, ok bool) {
	field, in := p.field(&ast.SelectorExpr{X: arg, Sel: ast.NewIdent(name)}, c.read(), 0)
	if field == nil {
		return "", false
	}
	t := p.eval(field, in, 0)
	return t.String(), t.Known()
}

// IsNil reports whether an expression is nil or missing.
func IsNil(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return e == nil || ok && id.Name == "nil"
}

// Comment is a comment without its delimiters.
type Comment struct {
	Span source.Span
	Text string
}

// Comments returns the comments inside a span, and those that stand right above
// it, in order.
func (f *File) Comments(span source.Span) []Comment {
	var found []Comment
	for _, group := range f.Syntax.Comments {
		at := f.span(group)
		if at.Start > span.End || at.End < span.Start && strings.TrimRight(string(f.Source.Text[at.End:min(span.Start, at.End+2)]), "\r\n") != "" {
			continue
		}
		for _, c := range group.List {
			text := strings.TrimPrefix(c.Text, "//")
			if block, ok := strings.CutPrefix(c.Text, "/*"); ok {
				text = strings.TrimSuffix(block, "*/")
			}
			found = append(found, Comment{f.span(c), strings.TrimSpace(text)})
		}
	}
	slices.SortFunc(found, func(a, b Comment) int { return a.Span.Start - b.Span.Start })
	return found
}
