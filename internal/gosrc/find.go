package gosrc

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// Call is a call of a function of another package.
type Call struct {
	File *File
	Name string // of the function
	Args []ast.Expr
	Span source.Span
}

// Calls returns the calls of functions of the package of an import path, whatever
// its major version, in the order they stand in.
func (p *Package) Calls(importPath string) []Call {
	var calls []Call
	for _, f := range p.Files {
		if !f.imports.has(importPath) {
			continue
		}
		ast.Inspect(f.Syntax, func(n ast.Node) bool {
			if e, ok := n.(*ast.CallExpr); ok {
				if from, name := f.callee(e); unversioned(from) == importPath {
					calls = append(calls, Call{f, name, e.Args, f.span(e)})
				}
			}
			return true
		})
	}
	return calls
}

// imports are the import paths of a file by local name.
type imports map[string]string

func (i imports) has(importPath string) bool {
	for _, p := range i {
		if unversioned(p) == importPath {
			return true
		}
	}
	return false
}

// Constant is the value of an expression: of a string, or the digits of a number.
// ok is false if it is not known.
func (p *Package) Constant(f *File, e ast.Expr) (text string, ok bool) {
	t := p.eval(e, top(f), 0)
	return t.String(), t.Known()
}

// Field is what a struct literal, or a pointer to one, gives a field; nil if it
// does not, or is none.
func (p *Package) Field(f *File, e ast.Expr, name string) ast.Expr {
	field, _ := p.field(&ast.SelectorExpr{X: e, Sel: ast.NewIdent(name)}, top(f), 0)
	return field
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
