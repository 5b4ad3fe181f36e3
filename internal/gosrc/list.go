package gosrc

import (
	"go/ast"
	"go/token"
	"strings"
)

// Element is an element of a list of structs of another package's type, such as
// []*gormigrate.Migration.
type Element struct {
	Call // what its fields are read in; its Name and Args are empty
	lit  *ast.CompositeLit
	// Through are the files of the functions between the list and the function that
	// has the struct.
	Through []*File
}

// Known reports whether the struct is known; if not, Span is the expression that
// gives it.
func (e Element) Known() bool { return e.lit != nil }

// Field is what the struct gives a field; nil if it does not.
func (e Element) Field(name string) ast.Expr {
	for _, el := range e.lit.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == name {
				return kv.Value
			}
		}
	}
	return nil
}

// List is a list of structs.
type List struct {
	Elements []Element
	Sorted   bool // the function that has it sorts something
}

// Lists returns the lists of a type of the package of an import path, in the order
// they stand in.
func (p *Package) Lists(importPath, typ string) []List {
	var lists []List
	for _, f := range p.Files {
		for _, d := range f.Syntax.Decls {
			inside, _ := d.(*ast.FuncDecl)
			ast.Inspect(d, func(n ast.Node) bool {
				lit, ok := n.(*ast.CompositeLit)
				if !ok {
					return true
				}
				list, ok := lit.Type.(*ast.ArrayType)
				if !ok || strings.TrimPrefix(p.typeOf(list.Elt, top(f)), "*") != importPath+"."+typ {
					return true
				}
				found := List{Sorted: sorts(d)}
				for _, el := range lit.Elts {
					found.Elements = append(found.Elements, p.element(f, inside, el))
				}
				if len(found.Elements) > 0 {
					lists = append(lists, found)
				}
				return false
			})
		}
	}
	return lists
}

// SetsTrue reports whether something in the package sets a field of that name to
// true: T{Name: true} or x.Name = true.
func (p *Package) SetsTrue(name string) bool {
	found := false
	for _, f := range p.Files {
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				key, ok := n.Key.(*ast.Ident)
				found = found || ok && key.Name == name && isTrue(n.Value)
			case *ast.AssignStmt:
				sel, ok := n.Lhs[0].(*ast.SelectorExpr)
				found = found || ok && sel.Sel.Name == name && isTrue(n.Rhs[0])
			}
			return !found
		})
	}
	return found
}

func isTrue(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "true"
}

// sorts reports whether a declaration calls the package sort or slices.Sort….
func sorts(d ast.Decl) bool {
	found := false
	ast.Inspect(d, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && (x.Name == "sort" || x.Name == "slices" && strings.HasPrefix(sel.Sel.Name, "Sort")) {
				found = true
			}
		}
		return !found
	})
	return found
}

// element follows an element of a list to its struct: a literal, a variable, or
// what one of the package's own functions returns.
func (p *Package) element(f *File, inside *ast.FuncDecl, el ast.Expr) Element {
	s := p.scopeOf(f, inside)
	e := Element{Call: Call{File: f, Span: f.span(el), scope: s}}
	if call, ok := ast.Unparen(el).(*ast.CallExpr); ok {
		if lit, in := p.returned(call, s, &e.Through, 0); lit != nil {
			e.lit, e.scope, e.File = lit, in, in.file
			e.Span = in.file.span(lit)
		}
		return e
	}
	if lit, in := p.composite(el, s, 0); lit != nil {
		e.lit, e.scope, e.File, e.Span = lit, in, in.file, in.file.span(lit)
	}
	return e
}

// returned is the struct literal that a call of one of the package's own
// functions returns, and the scope it is read in. The files of functions that leave
// that to another one are added to through.
func (p *Package) returned(call *ast.CallExpr, s *scope, through *[]*File, depth int) (*ast.CompositeLit, *scope) {
	w := &walker{p: p, running: map[*ast.BlockStmt]bool{}}
	typ, body, in := w.resolve(call.Fun, s, 0)
	if body == nil {
		return nil, nil
	}
	in = p.bindIn(in, typ, call, s)
	for _, stmt := range body.List {
		switch stmt := stmt.(type) {
		case *ast.AssignStmt:
			if stmt.Tok == token.DEFINE || stmt.Tok == token.ASSIGN {
				p.assign(stmt, in, 0)
			}
		case *ast.DeclStmt:
			w.declare(stmt, in)
		case *ast.ReturnStmt:
			if len(stmt.Results) > 0 {
				if inner, ok := ast.Unparen(stmt.Results[0]).(*ast.CallExpr); ok && depth < maxDepth {
					*through = append(*through, in.file)
					return p.returned(inner, in, through, depth+1)
				}
				return p.composite(stmt.Results[0], in, 0)
			}
		}
	}
	return nil, nil
}
