package pyparse

import "github.com/miglint/miglint/source"

// strings reads string literals, as many as stand one after the other.
func (p *parser) strings() Expr {
	start := p.start()
	var parts joined
	asBytes, first := false, true
	for p.tok().kind == kString {
		t := p.tok()
		i := int(t.start)
		for p.text[i] != '"' && p.text[i] != '\'' {
			i++
		}
		q := quoteOf(p.text, int(t.start), i, int(t.end))
		if !first && q.bytes != asBytes {
			p.fail("bytes and other strings stand next to each other")
			return nil
		}
		asBytes, first = q.bytes, false
		if q.format {
			parts.format = true
			p.formatted(&parts, q, t)
		} else {
			end := int(t.end) - (q.start - i)
			value, inexact := decode(p.file, p.text, q, q.start, end)
			parts.text(value, inexact)
		}
		if p.failed {
			return nil
		}
		p.advance()
	}
	at := p.from(start)
	if parts.format {
		parts.flush()
		return &FString{exprNode{at}, parts.parts}
	}
	return &String{exprNode{at}, source.Concat(parts.literals...), asBytes, parts.inexact}
}

// joined collects the parts of adjacent literals.
type joined struct {
	format   bool
	parts    []Expr
	literals []source.Fragment // since the last field
	inexact  bool
}

func (j *joined) text(value source.Fragment, inexact bool) {
	j.literals = append(j.literals, value)
	j.inexact = j.inexact || inexact
}

// flush makes a part of the literals since the last field.
func (j *joined) flush() {
	if len(j.literals) > 0 {
		whole := source.Concat(j.literals...)
		if whole.Text != "" {
			at := place{whole.Span(0, len(whole.Text))}
			j.parts = append(j.parts, &String{exprNode{at}, whole, false, j.inexact})
		}
	}
	j.literals, j.inexact = nil, false
}

// formatted adds the parts of one f-string.
func (p *parser) formatted(parts *joined, q quoted, t token) {
	if p.fields >= maxNested {
		p.fail("f-strings too deep inside each other: this is not read")
		return
	}
	s := fieldScanner{text: p.text, limit: int(t.end), collect: true}
	s.literal(q, 0)
	p.pieces(parts, q, s.pieces)
}

func (p *parser) pieces(parts *joined, q quoted, pieces []piece) {
	for _, piece := range pieces {
		if !piece.field {
			value, inexact := decode(p.file, p.text, q, piece.start, piece.end)
			parts.text(value, inexact)
			continue
		}
		if piece.debug {
			value, _ := decode(p.file, p.text, quoted{raw: true}, piece.start+1, piece.debugEnd)
			parts.text(value, false)
		}
		parts.flush()
		if h := p.hole(q, piece); h != nil {
			parts.parts = append(parts.parts, h)
		}
		if p.failed {
			return
		}
	}
}

// hole parses a field, which is a small text of its own, and its format.
func (p *parser) hole(q quoted, piece piece) Expr {
	h := &Hole{Conversion: piece.conversion}
	h.place = place{p.file.Span(piece.start, piece.end)}
	l := lexer{text: p.text, i: piece.start + 1, end: piece.exprEnd, file: p.file, inside: true}
	l.run()
	inner := parser{file: p.file, text: p.text, tokens: l.tokens, depth: p.depth, fields: p.fields + 1}
	h.Value = inner.yieldOrExpressions()
	if !inner.failed && inner.tok().kind != kEnd {
		inner.unexpected("the end of the replacement field")
	}
	if inner.failed {
		p.fail(inner.message)
		p.errorAt = inner.errorAt
		return nil
	}
	if piece.debug && piece.conversion == 0 && piece.format == 0 {
		h.Conversion = 'r'
	}
	if piece.format == 0 {
		return h
	}
	if !p.enter() {
		return nil
	}
	var parts joined
	s := fieldScanner{text: p.text, limit: piece.end, collect: true}
	s.format(q, piece.format, 0)
	p.pieces(&parts, q, s.pieces)
	parts.flush()
	p.leave()
	h.Format = &FString{exprNode{place{p.file.Span(piece.format, piece.end-1)}}, parts.parts}
	return h
}
