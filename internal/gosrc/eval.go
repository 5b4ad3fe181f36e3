package gosrc

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"

	"github.com/miglint/miglint/source"
)

// Bounds on what evaluating a hostile package can cost.
const (
	maxDepth = 16      // helpers inside helpers, constants inside constants
	maxText  = 1 << 20 // size of one text
	maxCopy  = 64      // turns of a loop over a literal list
	maxCalls = 20000   // calls read from one function, helpers included
	maxWork  = 1 << 17 // expressions looked at for one function
)

// bound is what a name stands for inside a function.
type bound struct {
	file *File
	// text is its value as a string; nil if it is no string that is known in part.
	text Text
	// expr is what it was made of otherwise: a list, a struct, a function.
	expr ast.Expr
	in   *scope // the scope that expr is read in
	typ  string // its type as written, with the import path: "*database/sql.Tx"
}

// scope holds the names of a function and of the blocks around it.
type scope struct {
	file  *File
	names map[string]*bound
	outer *scope
	work  *int // expressions that may still be looked at
}

// top is the scope of a file's package, to begin with.
func top(f *File) *scope {
	work := maxWork
	return &scope{file: f, work: &work}
}

// in is the scope of a file's package, from inside another one.
func (s *scope) in(f *File) *scope { return &scope{file: f, work: s.work} }

func (s *scope) inner() *scope {
	return &scope{file: s.file, names: map[string]*bound{}, outer: s, work: s.work}
}

// declare adds a name that nothing is known of.
func (s *scope) declare(name string) *bound {
	b := &bound{file: s.file}
	s.names[name] = b
	return b
}

// spend reports whether another expression may be looked at.
func (s *scope) spend() bool { return s.spendOn(nil) }

// spendOn is spend for an expression that has a text.
func (s *scope) spendOn(t Text) bool {
	*s.work -= 1 + len(t) + t.size()/256
	return *s.work >= 0
}

func (s *scope) lookup(name string) *bound {
	for ; s != nil; s = s.outer {
		if b, ok := s.names[name]; ok {
			return b
		}
	}
	return nil
}

// eval is the value of a string expression. What is not known is a hole.
func (p *Package) eval(e ast.Expr, s *scope, depth int) Text {
	f := s.file
	if depth > maxDepth || !s.spend() {
		return hole(f.span(e))
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		return p.eval(e.X, s, depth)
	case *ast.BasicLit:
		return f.literal(e)
	case *ast.Ident:
		return p.evalName(e, s, depth)
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			return p.concat(e, s, depth)
		}
	case *ast.CallExpr:
		return p.evalCall(e, s, depth)
	case *ast.SelectorExpr:
		if field, in := p.field(e, s, depth); field != nil {
			return p.eval(field, in, depth+1)
		}
	case *ast.IndexExpr:
		if list, in := p.elements(e.X, s, depth); list != nil {
			if n, err := strconv.Atoi(p.eval(e.Index, s, depth+1).String()); err == nil && 0 <= n && n < len(list) {
				return p.eval(list[n], in, depth+1)
			}
		}
	}
	return hole(f.span(e))
}

// concat is a + b + c …, which the tree has as ((a + b) + c).
func (p *Package) concat(e *ast.BinaryExpr, s *scope, depth int) Text {
	terms := []ast.Expr{e.Y}
	left := e.X
	for {
		b, ok := ast.Unparen(left).(*ast.BinaryExpr)
		if !ok || b.Op != token.ADD {
			break
		}
		terms = append(terms, b.Y)
		left = b.X
	}
	terms = append(terms, left)
	slices.Reverse(terms)
	return p.evalAll(terms, nil, s, depth, s.file.span(e))
}

// evalAll puts the values of expressions together, with a separator between them.
func (p *Package) evalAll(exprs []ast.Expr, sep Text, s *scope, depth int, at source.Span) Text {
	var t Text
	size := 0
	for i, e := range exprs {
		if i > 0 {
			t = append(t, sep...)
		}
		next := p.eval(e, s, depth+1)
		t = append(t, next...)
		if size += next.size() + sep.size(); size > maxText || !s.spendOn(next) {
			return hole(at)
		}
	}
	return t
}

func (p *Package) evalName(e *ast.Ident, s *scope, depth int) Text {
	if b := s.lookup(e.Name); b != nil {
		switch {
		case b.text != nil && s.spendOn(b.text):
			return b.text
		case b.expr != nil:
			return p.eval(b.expr, b.in, depth+1)
		}
		return hole(s.file.span(e))
	}
	if v, ok := p.values[e.Name]; ok {
		if v.embedded != "" {
			return p.embedded(v, s.file.span(e))
		}
		return p.eval(v.expr, s.in(v.file), depth+1)
	}
	return hole(s.file.span(e))
}

func (p *Package) embedded(v value, at source.Span) Text {
	if p.embeds != nil {
		if f, ok := p.embeds(v.embedded); ok {
			return Text{{Text: string(f.Text), At: f.Span(0, len(f.Text)), Exact: true}}
		}
	}
	return hole(at)
}

// evalCall is the value of a call: of the functions that put strings together,
// of conversions, and of the package's own functions that are one return.
func (p *Package) evalCall(e *ast.CallExpr, s *scope, depth int) Text {
	f := s.file
	unknown := hole(f.span(e))
	arg := func(i int) Text {
		if i < len(e.Args) {
			return p.eval(e.Args[i], s, depth+1)
		}
		return unknown
	}
	switch fun := ast.Unparen(e.Fun).(type) {
	case *ast.ArrayType:
		return arg(0)
	case *ast.Ident:
		if fun.Name == "string" && len(e.Args) == 1 {
			return arg(0)
		}
		return p.inline(e, fun.Name, s, depth)
	}
	importPath, name := f.callee(e)
	switch importPath + "." + name {
	case "fmt.Sprintf":
		return p.sprintf(e, s, depth)
	case "fmt.Sprint":
		if len(e.Args) == 1 {
			return arg(0)
		}
	case "strings.Join":
		return p.join(e, s, depth)
	case "strings.TrimSpace":
		return arg(0)
	case "strings.ReplaceAll", "strings.Replace":
		return replaced(arg(0), arg(1), arg(2), unknown)
	case "strings.ToLower", "strings.ToUpper", "strings.Repeat":
		return changed(name, arg(0), arg(1), f.span(e))
	case "github.com/lib/pq.QuoteIdentifier", "github.com/lib/pq.QuoteLiteral":
		return quoted(name == "QuoteLiteral", arg(0), f.span(e))
	}
	if sel, ok := e.Fun.(*ast.SelectorExpr); ok {
		return p.evalMethod(e, sel, s, depth)
	}
	return unknown
}

// evalMethod knows what gives a string back: a strings.Builder that was written
// to, and pgx.Identifier.
func (p *Package) evalMethod(e *ast.CallExpr, sel *ast.SelectorExpr, s *scope, depth int) Text {
	at := s.file.span(e)
	switch sel.Sel.Name {
	case "String":
		if id, ok := sel.X.(*ast.Ident); ok {
			if b := s.lookup(id.Name); b != nil && b.text != nil {
				return b.text
			}
		}
	case "Sanitize":
		if lit, in := p.composite(sel.X, s, depth); lit != nil {
			var t Text
			for i, el := range lit.Elts {
				if i > 0 {
					t = append(t, folded(".", at)...)
				}
				t = append(t, quoted(false, p.eval(el, in, depth+1), at)...)
			}
			return t
		}
	}
	return hole(at)
}

// inline is the value of a call of the package's own function, if that does
// nothing but return a value.
func (p *Package) inline(e *ast.CallExpr, name string, s *scope, depth int) Text {
	fn, ok := p.funcs[name]
	if !ok || s.lookup(name) != nil || depth > maxDepth || fn.decl.Body == nil {
		return hole(s.file.span(e))
	}
	in := p.bind(fn.file, fn.decl.Type, e, s, depth)
	for _, stmt := range fn.decl.Body.List {
		switch stmt := stmt.(type) {
		case *ast.AssignStmt:
			p.assign(stmt, in, depth+1)
			continue
		case *ast.ReturnStmt:
			if len(stmt.Results) == 1 {
				return p.eval(stmt.Results[0], in, depth+1)
			}
		}
		break
	}
	return hole(s.file.span(e))
}

// bind gives the parameters of a function the arguments of a call.
func (p *Package) bind(file *File, typ *ast.FuncType, call *ast.CallExpr, s *scope, depth int) *scope {
	in := s.in(file).inner()
	i := 0
	for _, field := range typ.Params.List {
		typ := p.typeOf(field.Type, in)
		for _, name := range field.Names {
			b := &bound{file: file, typ: typ}
			switch list, variadic := field.Type.(*ast.Ellipsis); {
			case i >= len(call.Args):
			case variadic && call.Ellipsis.IsValid():
				b.expr, b.in = call.Args[i], s
			case variadic:
				b.expr = &ast.CompositeLit{Type: &ast.ArrayType{Elt: list.Elt}, Elts: call.Args[i:], Lbrace: call.Args[i].Pos(), Rbrace: call.Args[len(call.Args)-1].End()}
				b.in = s
			case typ == "string":
				b.text = p.eval(call.Args[i], s, depth+1)
			default:
				b.expr, b.in = call.Args[i], s
				if t := p.exprType(call.Args[i], s, depth); t != "" {
					b.typ = t
				}
			}
			in.names[name.Name] = b
			i++
		}
	}
	return in
}

// join is strings.Join of a literal list.
func (p *Package) join(e *ast.CallExpr, s *scope, depth int) Text {
	if len(e.Args) != 2 {
		return hole(s.file.span(e))
	}
	list, in := p.elements(e.Args[0], s, depth)
	if list == nil {
		return hole(s.file.span(e))
	}
	return p.evalAll(list, p.eval(e.Args[1], s, depth+1), in, depth, s.file.span(e))
}
