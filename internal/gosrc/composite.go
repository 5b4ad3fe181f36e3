package gosrc

import (
	"go/ast"
)

// field is what a struct literal gives a field, for x.Field.
func (p *Package) field(e *ast.SelectorExpr, s *scope, depth int) (ast.Expr, *scope) {
	lit, in := p.composite(e.X, s, depth)
	if lit == nil {
		return nil, nil
	}
	var names []string
	if t, ok := p.structOf(lit); ok {
		names = fieldNames(t)
	}
	for i, el := range lit.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == e.Sel.Name {
				return kv.Value, in
			}
		} else if i < len(names) && names[i] == e.Sel.Name {
			return el, in
		}
	}
	return nil, nil
}

// structOf is the struct type of a literal.
func (p *Package) structOf(lit *ast.CompositeLit) (*ast.StructType, bool) {
	switch t := lit.Type.(type) {
	case *ast.StructType:
		return t, true
	case *ast.Ident:
		if d, ok := p.types[t.Name]; ok {
			st, ok := d.spec.Type.(*ast.StructType)
			return st, ok
		}
	}
	return nil, false
}

func fieldNames(t *ast.StructType) []string {
	var names []string
	for _, f := range t.Fields.List {
		for _, n := range f.Names {
			names = append(names, n.Name)
		}
	}
	return names
}

// composite follows names to the literal that an expression stands for; nil if it
// stands for none.
func (p *Package) composite(e ast.Expr, s *scope, depth int) (*ast.CompositeLit, *scope) {
	for ; depth <= maxDepth; depth++ {
		switch x := ast.Unparen(e).(type) {
		case *ast.CompositeLit:
			return x, s
		case *ast.UnaryExpr:
			e = x.X
		case *ast.Ident:
			if b := s.lookup(x.Name); b != nil {
				if b.expr == nil {
					return nil, nil
				}
				e, s = b.expr, b.in
			} else if v, ok := p.values[x.Name]; ok && v.expr != nil {
				e, s = v.expr, s.in(v.file)
			} else {
				return nil, nil
			}
		default:
			return nil, nil
		}
	}
	return nil, nil
}

// elements are the elements of a list literal; nil if e is none, or a map.
func (p *Package) elements(e ast.Expr, s *scope, depth int) ([]ast.Expr, *scope) {
	lit, in := p.composite(e, s, depth)
	if lit == nil {
		return nil, nil
	}
	list, ok := lit.Type.(*ast.ArrayType)
	if !ok {
		return nil, nil
	}
	out := make([]ast.Expr, 0, len(lit.Elts))
	for _, el := range lit.Elts {
		if kv, ok := el.(*ast.KeyValueExpr); ok {
			el = kv.Value
		}
		// []T{{…}} leaves the type of the elements out.
		if c, ok := el.(*ast.CompositeLit); ok && c.Type == nil {
			clone := *c
			clone.Type = list.Elt
			el = &clone
		}
		out = append(out, el)
	}
	return out, in
}
