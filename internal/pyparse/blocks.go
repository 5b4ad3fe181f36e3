package pyparse

func (p *parser) with(start int, async bool) Stmt {
	p.advance()
	s := &With{Async: async, Items: p.withItems()}
	p.expect(":")
	s.Body = p.block()
	s.place = p.from(start)
	return s
}

// withItems reads the items of a with, in parentheses of their own or not.
func (p *parser) withItems() []WithItem {
	if p.at("(") {
		mark, last, depth := p.i, p.last, p.depth
		p.advance()
		items := p.itemsUntil(")")
		p.expect(")")
		if !p.failed && p.at(":") {
			return items
		}
		p.unread(mark, last) // they are those of the first expression
		p.depth = depth
	}
	return p.itemsUntil(":")
}

func (p *parser) itemsUntil(closing string) []WithItem {
	var items []WithItem
	for !p.failed {
		start := p.start()
		item := WithItem{Context: p.expression()}
		if p.accept("as") {
			item.Target = p.target()
		}
		item.place = p.from(start)
		items = append(items, item)
		if !p.accept(",") || p.at(closing) {
			break
		}
	}
	return items
}

func (p *parser) try() Stmt {
	start := p.start()
	p.advance()
	s := &Try{}
	p.expect(":")
	s.Body = p.block()
	if p.failed {
		return nil
	}
	for p.at("except") {
		mark, last := p.i, p.last
		h, star := p.handler()
		if p.failed {
			p.unread(mark, last)
			s.place = p.from(start)
			return s
		}
		s.Star = s.Star || star
		s.Handlers = append(s.Handlers, h)
	}
	s.Else = p.clause("else")
	s.Finally = p.clause("finally")
	s.place = p.from(start)
	return s
}

func (p *parser) handler() (h Handler, star bool) {
	start := p.start()
	p.advance()
	star = p.accept("*")
	if !p.at(":") {
		h.Type = p.expressions()
		if p.accept("as") {
			h.Name = p.name().ID
		}
	}
	p.expect(":")
	h.Body = p.block()
	h.place = p.from(start)
	return h, star
}

// softCompound reports whether the name that comes next is the match of a match
// statement: its line ends with a colon, and cases follow.
func (p *parser) softCompound() bool {
	if t := p.tok(); t.kind != kName || p.textOf(t) != "match" {
		return false
	}
	if p.atN(1, "=") || p.atN(1, ".") || p.atN(1, ":") || p.atN(1, ",") || p.atN(1, ")") {
		return false
	}
	i := p.i
	for p.tokens[i].kind != kNewline && p.tokens[i].kind != kEnd {
		i++
	}
	if i+2 >= len(p.tokens) || i < p.i+2 || p.textOf(p.tokens[i-1]) != ":" || p.tokens[i+1].kind != kIndent {
		return false
	}
	first := p.tokens[i+2]
	return first.kind == kName && p.textOf(first) == "case"
}

func (p *parser) match() Stmt {
	start := p.start()
	p.advance()
	s := &Match{Subject: p.expressions()}
	p.expect(":")
	if p.failed || p.tok().kind != kNewline {
		p.unexpected("the end of the line")
		return nil
	}
	p.advance()
	p.advance() // the indentation that softCompound has seen
	for p.tok().kind != kDedent && p.tok().kind != kEnd {
		at := p.start()
		c := p.matchCase()
		if p.failed {
			c = Case{Body: []Stmt{p.recover(at)}}
			c.place = p.from(at)
		}
		s.Cases = append(s.Cases, c)
	}
	p.advance()
	s.place = p.from(start)
	return s
}

// matchCase reads the block of a case; of its pattern, only where it ends.
func (p *parser) matchCase() Case {
	start := p.start()
	if t := p.tok(); t.kind != kName || p.textOf(t) != "case" {
		p.unexpected("case")
		return Case{}
	}
	for open := 0; open > 0 || !p.at(":"); {
		switch k := p.tok().kind; {
		case k == kNewline || k == kEnd || k == kBad:
			p.unexpected(`":"`)
			return Case{}
		case p.at("[") || p.at("(") || p.at("{"):
			open++
		case p.at("]") || p.at(")") || p.at("}"):
			open--
		}
		p.advance()
	}
	p.advance()
	body := p.block()
	return Case{p.from(start), body}
}
