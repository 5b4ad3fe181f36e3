package pyparse

// compound reports whether a statement with blocks comes next, or what can be
// no statement but may have a block after it.
func (p *parser) compound() bool {
	t := p.tok()
	switch t.kind {
	case kIndent:
		return true
	case kOp:
		return p.textOf(t) == "@"
	case kKeyword:
		switch p.textOf(t) {
		case "if", "for", "while", "try", "with", "def", "class", "async":
			return true
		}
	case kName:
		return p.softCompound()
	}
	return false
}

func (p *parser) compoundStatement() Stmt {
	start := p.start()
	switch t := p.tok(); {
	case t.kind == kIndent:
		p.fail("the line is indented more than the line before")
		return nil
	case t.kind == kName:
		return p.match()
	case p.at("@"):
		return p.decorated()
	case p.accept("async"):
		switch {
		case p.at("def"):
			return p.def(start, nil, true)
		case p.at("for"):
			return p.forLoop(start, true)
		case p.at("with"):
			return p.with(start, true)
		}
		p.unexpected("def, for or with after async")
		return nil
	}
	switch p.textOf(p.tok()) {
	case "if":
		return p.ifElse()
	case "for":
		return p.forLoop(start, false)
	case "while":
		return p.while()
	case "try":
		return p.try()
	case "with":
		return p.with(start, false)
	case "class":
		return p.class(nil)
	}
	return p.def(start, nil, false)
}

func (p *parser) decorated() Stmt {
	var decorators []Expr
	for p.accept("@") {
		decorators = append(decorators, p.namedExpression())
		if p.failed {
			return nil
		}
		if p.tok().kind != kNewline {
			p.unexpected("the end of the decorator")
			return nil
		}
		p.advance()
	}
	start := p.start()
	switch {
	case p.at("class"):
		return p.class(decorators)
	case p.accept("async"):
		return p.def(start, decorators, true)
	}
	return p.def(start, decorators, false)
}

func (p *parser) def(start int, decorators []Expr, async bool) Stmt {
	p.expect("def")
	s := &FunctionDef{Decorators: decorators, Async: async, Name: p.name()}
	p.typeParams()
	p.expect("(")
	s.Params = p.params(")", true)
	p.expect(")")
	if p.accept("->") {
		s.Returns = p.expressions()
	}
	p.expect(":")
	s.Body = p.block()
	s.place = p.from(start)
	return s
}

func (p *parser) class(decorators []Expr) Stmt {
	start := p.start()
	p.advance()
	s := &ClassDef{Decorators: decorators, Name: p.name()}
	p.typeParams()
	if p.accept("(") {
		s.Bases, s.Keywords = p.arguments()
		p.expect(")")
	}
	p.expect(":")
	s.Body = p.block()
	s.place = p.from(start)
	return s
}

// typeParams goes past the type parameters of a function, class or type.
func (p *parser) typeParams() {
	if !p.at("[") {
		return
	}
	for open := 0; ; {
		switch k := p.tok().kind; {
		case k == kNewline || k == kEnd || k == kBad:
			p.unexpected(`"]"`)
			return
		case p.at("[") || p.at("(") || p.at("{"):
			open++
		case p.at("]") || p.at(")") || p.at("}"):
			open--
		}
		p.advance()
		if open == 0 {
			return
		}
	}
}

// params reads parameters up to the token that closes them.
func (p *parser) params(closing string, annotated bool) []Param {
	var params []Param
	kind := Plain
	for !p.failed && !p.at(closing) {
		start := p.start()
		one := Param{Kind: kind}
		switch {
		case p.accept("/"):
			for i := range params {
				params[i].Kind = PositionalOnly
			}
			if !p.accept(",") {
				return params
			}
			continue
		case p.accept("**"):
			one.Kind = VarKeyword
		case p.accept("*"):
			kind = KeywordOnly
			if p.accept(",") {
				continue
			}
			one.Kind = VarPositional
		}
		one.Name = p.name().ID
		if annotated && p.accept(":") {
			if one.Kind == VarPositional {
				one.Annotation = p.starOrExpression()
			} else {
				one.Annotation = p.expression()
			}
		}
		if p.accept("=") {
			one.Default = p.expression()
		}
		one.place = p.from(start)
		params = append(params, one)
		if !p.accept(",") {
			break
		}
	}
	return params
}

func (p *parser) ifElse() Stmt {
	start := p.start()
	p.advance()
	s := &If{Test: p.namedExpression()}
	p.expect(":")
	s.Body = p.block()
	if p.failed {
		return nil
	}
	if p.at("elif") {
		if !p.enter() {
			return nil
		}
		mark := p.i
		last := p.last
		if clause := p.ifElse(); !p.failed {
			s.Else = []Stmt{clause}
		} else {
			p.unread(mark, last)
		}
		p.leave()
	} else {
		s.Else = p.clause("else")
	}
	s.place = p.from(start)
	return s
}

// unread takes back a clause that failed, so that it becomes a Bad statement of
// its own and what stands before it is kept.
func (p *parser) unread(mark, last int) {
	p.i, p.last, p.failed = mark, last, false
}

// clause reads the block after word and a colon, if they come next.
func (p *parser) clause(word string) []Stmt {
	if p.failed || !p.at(word) {
		return nil
	}
	mark, last := p.i, p.last
	p.advance()
	p.expect(":")
	body := p.block()
	if p.failed {
		p.unread(mark, last)
	}
	return body
}

func (p *parser) while() Stmt {
	start := p.start()
	p.advance()
	s := &While{Test: p.namedExpression()}
	p.expect(":")
	s.Body = p.block()
	s.Else = p.clause("else")
	s.place = p.from(start)
	return s
}

func (p *parser) forLoop(start int, async bool) Stmt {
	p.advance()
	s := &For{Async: async, Target: p.targets()}
	p.expect("in")
	s.Iter = p.expressions()
	p.expect(":")
	s.Body = p.block()
	s.Else = p.clause("else")
	s.place = p.from(start)
	return s
}
