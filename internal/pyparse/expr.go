package pyparse

// The functions here follow the grammar from what binds least to what binds
// most. They return nil, or part of the expression, once the statement failed.

// yieldOrExpressions reads what may stand right of an equals sign, or alone.
func (p *parser) yieldOrExpressions() Expr {
	if p.at("yield") {
		return p.yield()
	}
	start := p.start()
	first := p.starOrNamed()
	return p.tupleFrom(start, first, (*parser).starOrNamed)
}

func (p *parser) yield() Expr {
	start := p.start()
	p.advance()
	y := &Yield{}
	switch {
	case p.accept("from"):
		y.From = true
		y.Value = p.expression()
	case !p.atExpressionEnd():
		y.Value = p.expressions()
	}
	y.place = p.from(start)
	return y
}

// expressions reads one expression, or several as a tuple.
func (p *parser) expressions() Expr {
	start := p.start()
	first := p.starOrNamed()
	return p.tupleFrom(start, first, (*parser).starOrNamed)
}

// tupleFrom reads on after first: with a comma, it is a tuple.
func (p *parser) tupleFrom(start int, first Expr, element func(*parser) Expr) Expr {
	if !p.at(",") {
		return first
	}
	t := &Tuple{Elts: []Expr{first}}
	for p.accept(",") && !p.atExpressionEnd() {
		t.Elts = append(t.Elts, element(p))
	}
	t.place = p.from(start)
	return t
}

// atExpressionEnd reports whether no expression can start at the next token,
// after a comma that may be the last.
func (p *parser) atExpressionEnd() bool {
	t := p.tok()
	switch t.kind {
	case kNewline, kEnd, kIndent, kDedent:
		return true
	case kKeyword:
		switch p.textOf(t) {
		case "in", "as", "if", "else", "for", "from":
			return true
		}
	case kOp:
		switch p.text[t.start] {
		case ')', ']', '}', ':', ';', '=':
			return true
		}
		return p.augmented() != ""
	}
	return false
}

// targets reads what for assigns to, which ends before in.
func (p *parser) targets() Expr {
	start := p.start()
	first := p.target()
	return p.tupleFrom(start, first, (*parser).target)
}

func (p *parser) target() Expr {
	if p.at("*") {
		return p.star((*parser).target)
	}
	return p.binary(0)
}

func (p *parser) star(value func(*parser) Expr) Expr {
	start := p.start()
	if !p.enter() {
		return nil
	}
	p.advance()
	s := &Starred{Value: value(p)}
	p.leave()
	s.place = p.from(start)
	return s
}

func (p *parser) starOrNamed() Expr {
	if p.at("*") {
		return p.star(func(p *parser) Expr { return p.binary(0) })
	}
	return p.namedExpression()
}

func (p *parser) starOrExpression() Expr {
	if p.at("*") {
		return p.star((*parser).expression)
	}
	return p.expression()
}

func (p *parser) namedExpression() Expr {
	if p.tok().kind == kName && p.atN(1, ":=") {
		start := p.start()
		target := p.name()
		p.advance()
		x := &NamedExpr{Target: target, Value: p.expression()}
		x.place = p.from(start)
		return x
	}
	return p.expression()
}

// expression reads one without commas, assignments and stars.
func (p *parser) expression() Expr {
	if !p.enter() {
		return nil
	}
	defer p.leave()
	start := p.start()
	if p.at("lambda") {
		return p.lambda()
	}
	x := p.or()
	if !p.at("if") || p.failed {
		return x
	}
	p.advance()
	c := &IfExp{Body: x, Test: p.or()}
	p.expect("else")
	c.Else = p.expression()
	c.place = p.from(start)
	return c
}

func (p *parser) lambda() Expr {
	start := p.start()
	p.advance()
	l := &Lambda{Params: p.params(":", false)}
	p.expect(":")
	l.Body = p.expression()
	l.place = p.from(start)
	return l
}

func (p *parser) or() Expr { return p.boolean("or", (*parser).and) }

func (p *parser) and() Expr { return p.boolean("and", (*parser).not) }

func (p *parser) boolean(op string, operand func(*parser) Expr) Expr {
	start := p.start()
	x := operand(p)
	if !p.at(op) {
		return x
	}
	b := &BoolOp{Op: op, Values: []Expr{x}}
	for p.accept(op) {
		b.Values = append(b.Values, operand(p))
	}
	b.place = p.from(start)
	return b
}

func (p *parser) not() Expr {
	if !p.at("not") {
		return p.comparison()
	}
	return p.unary("not", (*parser).not)
}

func (p *parser) unary(op string, operand func(*parser) Expr) Expr {
	start := p.start()
	if !p.enter() {
		return nil
	}
	p.advance()
	u := &UnaryOp{Op: op, Operand: operand(p)}
	p.leave()
	u.place = p.from(start)
	return u
}

func (p *parser) comparison() Expr {
	start := p.start()
	x := p.binary(0)
	op := p.comparator()
	if op == "" {
		return x
	}
	c := &Compare{Left: x}
	for ; op != ""; op = p.comparator() {
		c.Ops = append(c.Ops, op)
		c.Rights = append(c.Rights, p.binary(0))
	}
	c.place = p.from(start)
	return c
}

// comparator takes the comparison operator that comes next, if one does.
func (p *parser) comparator() string {
	t := p.tok()
	if t.kind != kOp && t.kind != kKeyword {
		return ""
	}
	switch op := p.textOf(t); op {
	case "<", ">", "==", ">=", "<=", "!=", "in":
		p.advance()
		return op
	case "is":
		p.advance()
		if p.accept("not") {
			return "is not"
		}
		return op
	case "not":
		if p.atN(1, "in") {
			p.advance()
			p.advance()
			return "not in"
		}
	}
	return ""
}

// binding is how much a binary operator binds, from 0, or -1.
func binding(op string) int {
	switch op {
	case "|":
		return 0
	case "^":
		return 1
	case "&":
		return 2
	case "<<", ">>":
		return 3
	case "+", "-":
		return 4
	case "*", "/", "//", "%", "@":
		return 5
	}
	return -1
}

// binary reads operators that bind at least as much as least.
func (p *parser) binary(least int) Expr {
	start := p.start()
	x := p.factor()
	for n := 0; ; {
		t := p.tok()
		if t.kind != kOp {
			return x
		}
		op := p.textOf(t)
		b := binding(op)
		if b < least || !p.count(&n) {
			return x
		}
		p.advance()
		right := p.binary(b + 1)
		x = &BinOp{exprNode{p.from(start)}, x, op, right}
	}
}

// factor reads signs and powers.
func (p *parser) factor() Expr {
	t := p.tok()
	if t.kind == kOp && t.end == t.start+1 {
		if c := p.text[t.start]; c == '+' || c == '-' || c == '~' {
			return p.unary(p.textOf(t), (*parser).factor)
		}
	}
	start := p.start()
	x := p.awaited()
	if !p.at("**") || !p.enter() {
		return x
	}
	p.advance()
	right := p.factor()
	p.leave()
	return &BinOp{exprNode{p.from(start)}, x, "**", right}
}

func (p *parser) awaited() Expr {
	start := p.start()
	if !p.accept("await") {
		return p.primary()
	}
	a := &Await{Value: p.primary()}
	a.place = p.from(start)
	return a
}

// primary reads an atom with its attributes, calls and subscripts.
func (p *parser) primary() Expr {
	start := p.start()
	x := p.atom()
	for n := 0; ; {
		t := p.tok()
		if t.kind != kOp || t.end != t.start+1 {
			return x
		}
		c := p.text[t.start]
		if c != '.' && c != '(' && c != '[' || !p.count(&n) {
			return x
		}
		p.advance()
		switch c {
		case '.':
			attr := p.name()
			x = &Attribute{exprNode{p.from(start)}, x, attr}
		case '(':
			args, keywords := p.arguments()
			p.expect(")")
			x = &Call{exprNode{p.from(start)}, x, args, keywords}
		case '[':
			index := p.index()
			p.expect("]")
			x = &Subscript{exprNode{p.from(start)}, x, index}
		}
	}
}
