package pgparse

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// What EXECUTE runs is known if it is put together of constants. The text found
// knows where its bytes were written: those of a string constant there, those of
// a value that takes a place in it (%I, a variable) at that place.

// spend takes n bytes from what may be built, and reports false if they are gone.
func (r *plReader) spend(n int) bool {
	*r.left -= n
	return *r.left >= 0
}

// spendStep is what one step of working out a constant takes beside its bytes.
const spendStep = 16

// maxOperands bounds how deep constants refer to others.
const maxOperands = 100

// constant works out values of constant expressions.
type constant struct {
	*plReader
	plPlace
	depth int
}

// value is the value of the expression in the tokens [lo, hi).
func (c constant) value(lo, hi int) (source.Fragment, bool) {
	if c.depth++; c.depth > maxOperands || lo >= hi || !c.spend(spendStep+hi-lo) {
		return source.Fragment{}, false
	}
	parts := c.cut(lo, hi, "||")
	if len(parts) == 1 {
		return c.operand(lo, hi)
	}
	all := make([]source.Fragment, len(parts))
	for i, at := range parts {
		f, ok := c.operand(at.lo, at.hi)
		if !ok {
			return f, false
		}
		// What q := q || … adds to is written before it.
		if before := f.Span(0, len(f.Text)).End <= c.tokenSpan(at).Start; !c.isWritten(at) && (i > 0 || !before) {
			f = c.inPlace(at, f.Text)
		}
		all[i] = f
	}
	whole := source.Concat(all...)
	return whole, c.spend(len(whole.Text))
}

// cut cuts the tokens [lo, hi) at an operator or comma outside of brackets.
func (r *plReader) cut(lo, hi int, sign string) []tokenSpan {
	var all []tokenSpan
	for i := lo; i < hi; i++ {
		if p := r.closes(i); p > i {
			i = p
		} else if r.sign(i, sign) {
			all = append(all, tokenSpan{lo, i})
			lo = i + 1
		}
	}
	return append(all, tokenSpan{lo, hi})
}

// isWritten reports whether the value of an operand is written where it stands,
// as that of a string constant is and that of a variable is not.
func (c constant) isWritten(at tokenSpan) bool {
	for i := at.lo; i < at.hi; i++ {
		switch {
		case c.sign(i, "("):
		case c.is(i, "format"):
			return i+2 < at.hi && c.isConstantToken(i+2)
		default:
			return c.isConstantToken(i)
		}
	}
	return false
}

func (c constant) isConstantToken(i int) bool {
	k := c.toks[i].Kind
	return k == String || k == DollarQuote
}

// inPlace is a value that takes the place of the tokens of at.
func (c constant) inPlace(at tokenSpan, value string) source.Fragment {
	whole := c.frag.Slice(c.toks[at.lo].Start, c.toks[at.hi-1].End)
	return whole.Splice([]source.Cut{{Start: 0, End: len(whole.Text), New: value}})
}

// operand is the value of an expression without ||.
func (c constant) operand(lo, hi int) (source.Fragment, bool) {
	if parts := c.cut(lo, hi, "::"); len(parts) > 1 {
		for _, typ := range parts[1:] {
			if c.typeKind(typ.lo, typ.hi) != textVariable {
				return source.Fragment{}, false
			}
		}
		hi = parts[0].hi
	}
	if lo >= hi {
		return source.Fragment{}, false
	}
	t := c.toks[lo]
	switch {
	case hi == lo+1 && t.Kind == Number:
		_, err := strconv.ParseUint(c.tokenText(lo), 10, 63)
		plain := err == nil && (c.tokenText(lo) == "0" || c.tokenText(lo)[0] != '0')
		return c.frag.Slice(t.Start, t.End), plain
	case hi == lo+1 && c.isConstantToken(lo):
		f, ok := quotedText(c.frag, c.fileParser.text, t)
		return f, ok && c.spend(len(f.Text))
	case c.sign(lo, "("):
		if c.closes(lo) == hi-1 {
			return c.value(lo+1, hi-1)
		}
		return source.Fragment{}, false
	}
	name := c.name(lo)
	if t.Kind == Ident && name == "pg_catalog" && c.sign(lo+1, ".") && lo+3 < hi {
		lo += 2
		name = c.name(lo)
	}
	switch {
	case name == "":
	case hi == lo+1:
		return c.variable(name, lo)
	case hi == lo+3 && c.sign(lo+1, ".") && c.name(lo+2) != "":
		return c.field(name, c.name(lo+2), lo)
	case c.sign(lo+1, "(") && c.closes(lo+1) == hi-1:
		return c.call(name, tokenSpan{lo, hi})
	case c.sign(lo+1, "[") && c.closes(lo+1) == hi-1:
		return c.element(lo, hi)
	}
	return source.Fragment{}, false
}

// at is c as seen from where a variable was set.
func (c constant) at(p plPlace) constant {
	c.plPlace = p
	return c
}

// variable is the value of the variable at token i.
func (c constant) variable(name string, i int) (source.Fragment, bool) {
	v := c.scope.find(name)
	if v == nil || v.kind != textVariable {
		return source.Fragment{}, false
	}
	s := v.valueAt(i, c.region)
	switch {
	case s == nil:
	case s.given != nil:
		return c.inPlace(tokenSpan{i, i + 1}, *s.given), c.spend(len(*s.given))
	case s.loop != nil:
		return c.loopValue(s.loop, s.column, i)
	case s.value.known():
		return c.at(s.plPlace).value(s.value.lo, s.value.hi)
	}
	return source.Fragment{}, false
}

// argument is an argument of a function, if it is known.
type argument struct {
	source.Fragment
	known bool
}

// someLiteral stands for a value that is quoted as a literal and not known, in
// statements for which it does not matter, see plReader.guessed.
const someLiteral = "'0'"

// call is the value of a function that gives the same for the same arguments.
func (c constant) call(name string, at tokenSpan) (source.Fragment, bool) {
	args := c.cut(at.lo+2, at.hi-1, ",")
	values := make([]argument, len(args))
	known := true
	for i, a := range args {
		values[i].Fragment, values[i].known = c.value(a.lo, a.hi)
		known = known && values[i].known
	}
	switch {
	case name == "format" && values[0].known:
		return c.format(values[0].Fragment, values[1:])
	case !known && len(values) == 1 && (name == "quote_literal" || name == "quote_nullable"):
		c.guessed = true
		return c.inPlace(at, someLiteral), true
	case !known:
		return source.Fragment{}, false
	case name == "concat":
		var b strings.Builder
		for _, v := range values {
			b.WriteString(v.Text)
		}
		return c.inPlace(at, b.String()), true
	case len(values) != 1:
		return source.Fragment{}, false
	}
	value := values[0].Text
	switch name {
	case "quote_ident":
		value = sqlast.QuoteIdent(value)
	case "quote_literal", "quote_nullable":
		value = sqlast.QuoteLiteral(value)
	case "lower":
		value = strings.ToLower(value)
	case "upper":
		value = strings.ToUpper(value)
	case "trim", "btrim":
		value = strings.Trim(value, " ")
	default:
		return source.Fragment{}, false
	}
	return c.inPlace(at, value), true
}

// format is format(), whose directives are %[position$]s, I and L (text_format in
// varlena.c).
func (c constant) format(form source.Fragment, args []argument) (source.Fragment, bool) {
	var cuts []source.Cut
	next, size := 0, len(form.Text)
	for i := 0; i < len(form.Text); {
		n := strings.IndexByte(form.Text[i:], '%')
		if n < 0 {
			break
		}
		i += n
		value, end, ok := directive(form.Text, i, args, &next)
		if !ok {
			return source.Fragment{}, false
		}
		if form.Text[end-1] == 'L' {
			c.guessed = c.guessed || !args[next-1].known
		}
		cuts = append(cuts, source.Cut{Start: i, End: end, New: value})
		if size += len(value); size > *c.left {
			return source.Fragment{}, c.spend(size)
		}
		i = end
	}
	return form.Splice(cuts), c.spend(size)
}

// directive is the value and the end of the directive of a format at i. next is
// the argument that one without a position takes.
func directive(form string, i int, args []argument, next *int) (value string, end int, ok bool) {
	i++
	digits := i
	for i < len(form) && '0' <= form[i] && form[i] <= '9' {
		i++
	}
	if i > digits && i < len(form) && form[i] == '$' {
		n, err := strconv.Atoi(form[digits:i])
		if err != nil {
			return "", 0, false
		}
		*next = n - 1
		i++
	} else if i > digits { // a width
		return "", 0, false
	}
	if i == len(form) {
		return "", 0, false
	}
	if form[i] == '%' {
		return "%", i + 1, true
	}
	if *next < 0 || *next >= len(args) {
		return "", 0, false
	}
	arg := args[*next]
	*next++
	switch {
	case form[i] == 'L' && !arg.known:
		return someLiteral, i + 1, true
	case form[i] == 'L':
		return sqlast.QuoteLiteral(arg.Text), i + 1, true
	case form[i] == 'I' && arg.known:
		return sqlast.QuoteIdent(arg.Text), i + 1, true
	case form[i] == 's' && arg.known:
		return arg.Text, i + 1, true
	}
	return "", 0, false
}

// knownPart is the first string constant in an expression, or in what the variable
// that it is was set to; else the expression.
func (c constant) knownPart(at tokenSpan) string {
	const most = 60
	text := c.fileParser.text[c.toks[at.lo].Start:c.toks[at.hi-1].End]
	if v := c.scope.find(c.name(at.lo)); v != nil && at.hi == at.lo+1 {
		if s := v.valueAt(at.lo, c.region); s != nil && s.value.known() {
			at = s.value
		}
	}
	for _, t := range c.toks[at.lo:at.hi] {
		if f, ok := quotedText(c.frag, c.fileParser.text, t); ok {
			text = f.Text
			break
		}
	}
	return fmt.Sprintf("%q", shortenTo(text, most))
}
