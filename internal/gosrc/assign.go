package gosrc

import (
	"go/ast"
	"go/token"
)

// assign notes what names stand for after an assignment.
func (p *Package) assign(stmt *ast.AssignStmt, s *scope, depth int) {
	for i, left := range stmt.Lhs {
		id, ok := left.(*ast.Ident)
		if !ok || id.Name == "_" {
			continue
		}
		b := s.lookup(id.Name)
		if stmt.Tok == token.DEFINE && s.names[id.Name] == nil || b == nil {
			b = &bound{file: s.file}
			s.names[id.Name] = b
		}
		switch {
		case stmt.Tok == token.ADD_ASSIGN:
			next := p.eval(stmt.Rhs[0], s, depth+1)
			if b.text != nil && b.text.size()+next.size() <= maxText {
				b.text = append(b.text[:len(b.text):len(b.text)], next...)
			} else {
				b.text = hole(s.file.span(stmt))
			}
		case len(stmt.Rhs) == len(stmt.Lhs):
			p.give(b, stmt.Rhs[i], s, depth)
		case i == 0:
			b.text, b.expr = nil, nil
			b.typ = p.exprType(stmt.Rhs[0], s, depth)
		default:
			b.text, b.expr, b.typ = nil, nil, ""
		}
	}
}

// give sets what a name stands for.
func (p *Package) give(b *bound, e ast.Expr, s *scope, depth int) {
	b.text, b.expr, b.in = nil, nil, nil
	if t := p.exprType(e, s, depth); t != "" {
		b.typ = t
	}
	switch x := ast.Unparen(e).(type) {
	case *ast.FuncLit, *ast.CompositeLit:
		b.expr, b.in = x, s
		if lit, ok := x.(*ast.CompositeLit); ok && b.typ == "strings.Builder" && len(lit.Elts) == 0 {
			b.text, b.expr = Text{}, nil
		}
		return
	case *ast.UnaryExpr:
		b.expr, b.in = x, s
		return
	}
	if connOf(b.typ) != NoConn {
		return
	}
	if t := p.eval(e, s, depth+1); len(t) != 1 || !t[0].Hole {
		b.text = t
	} else if id, ok := ast.Unparen(e).(*ast.Ident); ok && id.Name != "nil" {
		// Another name for the same thing; what it stands for now is what counts.
		if old := s.lookup(id.Name); old != nil && old != b {
			b.text, b.expr, b.in = old.text, old.expr, old.in
		} else if old == nil {
			b.expr, b.in = e, s
		}
	}
}
