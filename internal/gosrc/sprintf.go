package gosrc

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// sprintf is fmt.Sprintf: each verb gives way to its argument, known or not.
func (p *Package) sprintf(e *ast.CallExpr, s *scope, depth int) Text {
	at := s.file.span(e)
	if len(e.Args) == 0 || e.Ellipsis.IsValid() {
		return hole(at)
	}
	format := p.eval(e.Args[0], s, depth+1)
	if !format.Known() {
		return hole(at)
	}
	text := format.String()
	var t Text
	done, next := 0, 1
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			continue
		}
		v := readVerb(text, i)
		t = append(t, format.slice(done, i)...)
		verbAt := at
		if piece := format.slice(i, v.end); len(piece) > 0 {
			verbAt = piece[0].At
		}
		if v.index > 0 {
			next = v.index
		}
		switch {
		case v.verb == '%':
			t = append(t, folded("%", verbAt)...)
		case v.verb == 0 || next >= len(e.Args):
			t = append(t, hole(verbAt)...)
		default:
			t = append(t, p.formatted(v, e.Args[next], s, depth)...)
			next++
		}
		done, i = v.end, v.end-1
	}
	t = append(t, format.slice(done, len(text))...)
	if t.size() > maxText {
		return hole(at)
	}
	return t
}

// verb is one % of a format.
type verb struct {
	verb  byte // 0: not one that is understood
	index int  // of its argument if that is written, %[2]s
	plain bool // without flags and width
	end   int
}

func readVerb(text string, i int) verb {
	v := verb{plain: true, end: i + 1}
	for v.end < len(text) && strings.IndexByte("+-# 0123456789.", text[v.end]) >= 0 {
		v.plain = false
		v.end++
	}
	if v.end < len(text) && text[v.end] == '[' {
		if j := strings.IndexByte(text[v.end:], ']'); j > 0 {
			v.index, _ = strconv.Atoi(text[v.end+1 : v.end+j]) // 0 stands for none
			v.end += j + 1
		}
	}
	if v.end < len(text) {
		v.verb = text[v.end]
		v.end++
	}
	return v
}

// formatted is an argument as a verb prints it.
func (p *Package) formatted(v verb, arg ast.Expr, s *scope, depth int) Text {
	t := p.eval(arg, s, depth+1)
	at := s.file.span(arg)
	switch {
	case !v.plain:
		return hole(at)
	case v.verb == 's' || v.verb == 'v' || v.verb == 'd':
		return t
	case v.verb == 'q':
		if t.Known() {
			return folded(strconv.Quote(t.String()), at)
		}
		return slices.Concat(folded(`"`, at), hole(at), folded(`"`, at))
	}
	return hole(at)
}
