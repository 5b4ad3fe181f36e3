package pyparse

import "strings"

// atom reads a name, a literal, or what stands in brackets.
func (p *parser) atom() Expr {
	start := p.start()
	t := p.tok()
	switch t.kind {
	case kName:
		return p.name()
	case kNumber:
		p.advance()
		literal := p.textOf(t)
		if strings.IndexByte(literal, '_') >= 0 {
			literal = strings.ReplaceAll(literal, "_", "")
		}
		return &Number{exprNode{p.from(start)}, literal}
	case kString:
		return p.strings()
	case kKeyword:
		switch word := p.textOf(t); word {
		case "None", "True", "False":
			p.advance()
			return &Constant{exprNode{p.from(start)}, word}
		}
	case kOp:
		switch p.textOf(t) {
		case "...":
			p.advance()
			return &Constant{exprNode{p.from(start)}, "..."}
		case "(", "[", "{":
			if !p.enter() {
				return nil
			}
			x := p.bracketed(p.text[t.start])
			p.leave()
			return x
		}
	}
	p.unexpected("an expression")
	return nil
}

func (p *parser) bracketed(open byte) Expr {
	switch open {
	case '(':
		return p.parenthesised()
	case '[':
		return p.list()
	}
	return p.braces()
}

func (p *parser) parenthesised() Expr {
	start := p.start()
	p.advance()
	if p.accept(")") {
		return &Tuple{exprNode: exprNode{p.from(start)}}
	}
	if p.at("yield") {
		y := p.yield()
		p.expect(")")
		return y
	}
	first := p.starOrNamed()
	if p.atFor() {
		c := &Comprehension{Kind: Generator, Elt: first, Clauses: p.compFors()}
		p.expect(")")
		c.place = p.from(start)
		return c
	}
	if !p.at(",") {
		p.expect(")")
		return first
	}
	t := &Tuple{Elts: []Expr{first}}
	for p.accept(",") && !p.at(")") {
		t.Elts = append(t.Elts, p.starOrNamed())
	}
	p.expect(")")
	t.place = p.from(start)
	return t
}

func (p *parser) list() Expr {
	start := p.start()
	p.advance()
	l := &List{}
	if !p.at("]") {
		first := p.starOrNamed()
		if p.atFor() {
			c := &Comprehension{Kind: ListComp, Elt: first, Clauses: p.compFors()}
			p.expect("]")
			c.place = p.from(start)
			return c
		}
		l.Elts = append(l.Elts, first)
		for p.accept(",") && !p.at("]") {
			l.Elts = append(l.Elts, p.starOrNamed())
		}
	}
	p.expect("]")
	l.place = p.from(start)
	return l
}

// braces reads a dict or a set.
func (p *parser) braces() Expr {
	start := p.start()
	p.advance()
	if p.accept("}") {
		return &Dict{exprNode: exprNode{p.from(start)}}
	}
	if p.at("**") {
		return p.dict(start, p.dictItem(p.start(), nil))
	}
	at := p.start()
	first := p.starOrNamed()
	if p.at(":") {
		item := p.dictItem(at, first)
		if p.atFor() {
			c := &Comprehension{Kind: DictComp, Key: item.Key, Elt: item.Value, Clauses: p.compFors()}
			p.expect("}")
			c.place = p.from(start)
			return c
		}
		return p.dict(start, item)
	}
	if p.atFor() {
		c := &Comprehension{Kind: SetComp, Elt: first, Clauses: p.compFors()}
		p.expect("}")
		c.place = p.from(start)
		return c
	}
	s := &Set{Elts: []Expr{first}}
	for p.accept(",") && !p.at("}") {
		s.Elts = append(s.Elts, p.starOrNamed())
	}
	p.expect("}")
	s.place = p.from(start)
	return s
}

// dictItem reads the rest of an item after its key; without one, it is **value.
func (p *parser) dictItem(start int, key Expr) DictItem {
	item := DictItem{Key: key}
	if key == nil {
		p.expect("**")
		item.Value = p.binary(0)
	} else {
		p.expect(":")
		item.Value = p.expression()
	}
	item.place = p.from(start)
	return item
}

func (p *parser) dict(start int, first DictItem) Expr {
	d := &Dict{Items: []DictItem{first}}
	for p.accept(",") && !p.at("}") {
		at := p.start()
		var key Expr
		if !p.at("**") {
			if key = p.expression(); key == nil {
				break
			}
		}
		d.Items = append(d.Items, p.dictItem(at, key))
	}
	p.expect("}")
	d.place = p.from(start)
	return d
}

// arguments reads those of a call or class, up to the closing parenthesis.
func (p *parser) arguments() (args []Expr, keywords []Keyword) {
	for !p.failed && !p.at(")") {
		start := p.start()
		switch {
		case p.accept("**"):
			k := Keyword{Value: p.expression()}
			k.place = p.from(start)
			keywords = append(keywords, k)
		case p.at("*"):
			args = append(args, p.star((*parser).expression))
		case p.tok().kind == kName && p.atN(1, "="):
			k := Keyword{Name: p.name()}
			p.advance()
			k.Value = p.expression()
			k.place = p.from(start)
			keywords = append(keywords, k)
		default:
			before := max(0, p.i-1)
			x := p.namedExpression()
			if p.atFor() {
				c := &Comprehension{Kind: Generator, Elt: x, Clauses: p.compFors()}
				c.place = p.from(start)
				if p.at(")") && args == nil && keywords == nil {
					// Without parentheses of its own, it has those of the call.
					c.place = place{p.file.Span(int(p.tokens[before].start), int(p.tok().end))}
				}
				x = c
			}
			args = append(args, x)
		}
		if !p.accept(",") {
			break
		}
	}
	return args, keywords
}

// index reads what stands in the brackets of a subscript.
func (p *parser) index() Expr {
	start := p.start()
	first := p.slice()
	if _, star := first.(*Starred); !star && !p.at(",") {
		return first
	}
	t := &Tuple{Elts: []Expr{first}}
	for p.accept(",") && !p.at("]") {
		t.Elts = append(t.Elts, p.slice())
	}
	t.place = p.from(start)
	return t
}

func (p *parser) slice() Expr {
	start := p.start()
	s := &Slice{}
	if !p.at(":") {
		x := p.starOrNamed()
		if !p.at(":") {
			return x
		}
		s.Lower = x
	}
	p.expect(":")
	if !p.at(":") && !p.at("]") && !p.at(",") {
		s.Upper = p.expression()
	}
	if p.accept(":") && !p.at("]") && !p.at(",") {
		s.Step = p.expression()
	}
	s.place = p.from(start)
	return s
}

func (p *parser) atFor() bool { return p.at("for") || p.at("async") && p.atN(1, "for") }

func (p *parser) compFors() []CompFor {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	var clauses []CompFor
	for p.atFor() && !p.failed {
		start := p.start()
		c := CompFor{Async: p.accept("async")}
		p.expect("for")
		c.Target = p.targets()
		p.expect("in")
		c.Iter = p.or()
		for p.accept("if") {
			c.Ifs = append(c.Ifs, p.or())
		}
		c.place = p.from(start)
		clauses = append(clauses, c)
	}
	return clauses
}
