package pyparse

import "strings"

// simple reads a statement of one line, up to its semicolon or line end.
func (p *parser) simple() Stmt {
	start := p.start()
	t := p.tok()
	if t.kind == kName && p.textOf(t) == "type" && p.tokens[p.i+1].kind == kName {
		return p.typeAlias()
	}
	if t.kind != kKeyword {
		return p.expressionStatement()
	}
	switch p.textOf(t) {
	case "pass":
		p.advance()
		return &Pass{stmtNode{p.from(start)}}
	case "break":
		p.advance()
		return &Break{stmtNode{p.from(start)}}
	case "continue":
		p.advance()
		return &Continue{stmtNode{p.from(start)}}
	case "return":
		p.advance()
		s := &Return{}
		if !p.atLineEnd() {
			s.Value = p.expressions()
		}
		s.place = p.from(start)
		return s
	case "raise":
		p.advance()
		s := &Raise{}
		if !p.atLineEnd() {
			s.Exc = p.expression()
			if p.accept("from") {
				s.Cause = p.expression()
			}
		}
		s.place = p.from(start)
		return s
	case "assert":
		p.advance()
		s := &Assert{Test: p.expression()}
		if p.accept(",") {
			s.Msg = p.expression()
		}
		s.place = p.from(start)
		return s
	case "del":
		return p.del()
	case "global", "nonlocal":
		return p.scope()
	case "import":
		return p.imports()
	case "from":
		return p.importFrom()
	}
	return p.expressionStatement()
}

func (p *parser) atLineEnd() bool {
	k := p.tok().kind
	return k == kNewline || k == kEnd || p.at(";")
}

// augmented is the operator of an augmented assignment that comes next.
func (p *parser) augmented() string {
	t := p.tok()
	if t.kind != kOp || t.end-t.start < 2 || p.text[t.end-1] != '=' {
		return ""
	}
	switch op := p.text[t.start : t.end-1]; op {
	case "+", "-", "*", "/", "//", "%", "@", "&", "|", "^", "<<", ">>", "**":
		return op
	}
	return ""
}

func (p *parser) expressionStatement() Stmt {
	start := p.start()
	first := p.yieldOrExpressions()
	if p.accept(":") {
		s := &AnnAssign{Target: first, Annotation: p.expression()}
		if p.accept("=") {
			s.Value = p.yieldOrExpressions()
		}
		s.place = p.from(start)
		return s
	}
	if op := p.augmented(); op != "" {
		p.advance()
		s := &AugAssign{Target: first, Op: op, Value: p.yieldOrExpressions()}
		s.place = p.from(start)
		return s
	}
	if !p.at("=") {
		return &ExprStmt{stmtNode{p.from(start)}, first}
	}
	s := &Assign{Value: first}
	for p.accept("=") {
		s.Targets = append(s.Targets, s.Value)
		s.Value = p.yieldOrExpressions()
	}
	s.place = p.from(start)
	return s
}

func (p *parser) typeAlias() Stmt {
	start := p.start()
	p.advance()
	s := &TypeAlias{Name: p.name()}
	p.typeParams()
	p.expect("=")
	s.Value = p.expression()
	s.place = p.from(start)
	return s
}

func (p *parser) del() Stmt {
	start := p.start()
	p.advance()
	s := &Delete{}
	switch x := p.expressions().(type) {
	case *Tuple:
		// del a, b has two targets, del (a, b) has one.
		if len(x.Elts) > 0 && x.at.Start == x.Elts[0].Span().Start {
			s.Targets = x.Elts
		} else {
			s.Targets = []Expr{x}
		}
	case nil:
	default:
		s.Targets = []Expr{x}
	}
	s.place = p.from(start)
	return s
}

func (p *parser) scope() Stmt {
	start := p.start()
	s := &Scope{Nonlocal: p.textOf(p.advance()) == "nonlocal"}
	for {
		s.Names = append(s.Names, p.name().ID)
		if !p.accept(",") {
			break
		}
	}
	s.place = p.from(start)
	return s
}

// name reads a name; it is never nil.
func (p *parser) name() *Name {
	start := p.start()
	if p.tok().kind != kName {
		p.unexpected("a name")
		return &Name{exprNode: exprNode{p.from(start)}}
	}
	t := p.advance()
	return &Name{exprNode{p.from(start)}, p.textOf(t)}
}

func (p *parser) dotted() string {
	first := p.name().ID
	if !p.at(".") {
		return first
	}
	var b strings.Builder
	b.WriteString(first)
	for p.accept(".") {
		b.WriteString(".")
		b.WriteString(p.name().ID)
	}
	return b.String()
}

func (p *parser) alias(name func() string) Alias {
	start := p.start()
	a := Alias{Name: name()}
	if p.accept("as") {
		a.As = p.name().ID
	}
	a.place = p.from(start)
	return a
}

func (p *parser) imports() Stmt {
	start := p.start()
	p.advance()
	s := &Import{}
	for {
		s.Names = append(s.Names, p.alias(p.dotted))
		if !p.accept(",") {
			break
		}
	}
	s.place = p.from(start)
	return s
}

func (p *parser) importFrom() Stmt {
	start := p.start()
	p.advance()
	s := &ImportFrom{}
	for p.at(".") || p.at("...") {
		s.Level += len(p.textOf(p.advance()))
	}
	if s.Level == 0 || !p.at("import") {
		s.Module = p.dotted()
	}
	p.expect("import")
	if at := p.start(); p.accept("*") {
		s.Names = []Alias{{place: p.from(at), Name: "*"}}
		s.place = p.from(start)
		return s
	}
	paren := p.accept("(")
	for {
		s.Names = append(s.Names, p.alias(func() string { return p.name().ID }))
		if !p.accept(",") || paren && p.at(")") {
			break
		}
	}
	if paren {
		p.expect(")")
	}
	s.place = p.from(start)
	return s
}
