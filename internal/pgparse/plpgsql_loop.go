package pgparse

import (
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

// loopValues is what a loop goes over: the tokens of an array, a query, or of two
// integers.
type loopValues struct {
	plPlace
	kind    loopKind
	at      tokenSpan
	reverse bool
	// columns and rows are what is in them, once they are read.
	columns []string
	rows    [][]loopCell
}

type loopKind int

const (
	overArray loopKind = iota
	overQuery
	overIntegers
)

// loopCell is a value of a row: an expression, or if there is none, text.
type loopCell struct {
	plPlace
	at   tokenSpan
	text string
}

// over is what a loop goes over, whose targets are the tokens from target to in.
// The variables among them are set to its columns.
func (r *plReader) over(target, in int, kind loopKind, lo, hi int) *loopValues {
	l := &loopValues{plPlace: r.plPlace, kind: kind, at: tokenSpan{lo, hi}}
	for column, t := range r.cut(target, in, ",") {
		if t.hi != t.lo+1 {
			r.assigned(t.lo, t.hi)
			continue
		}
		r.set(r.scope.find(r.name(t.lo)), plSet{since: in, value: nowhere, loop: l, column: column})
	}
	return l
}

// readRows finds the rows of a loop and reports whether they are known.
func (c constant) readRows(l *loopValues) bool {
	c = c.at(l.plPlace)
	if l.rows != nil {
		return true
	}
	ok := false
	switch l.kind {
	case overArray:
		var cells []loopCell
		cells, ok = c.elements(l.at.lo, l.at.hi)
		l.rows = rowsOf(cells)
	case overQuery:
		l.columns, l.rows, ok = c.query(l.at.lo, l.at.hi)
	case overIntegers:
		l.rows, ok = c.integers(l)
	}
	if !ok || len(l.rows) > maxCopies {
		l.rows = nil
	}
	return l.rows != nil
}

func rowsOf(cells []loopCell) [][]loopCell {
	rows := make([][]loopCell, len(cells))
	for i := range cells {
		rows[i] = cells[i : i+1]
	}
	return rows
}

// loopValue is a column of the row that a loop is at, for the variable at token i.
func (c constant) loopValue(l *loopValues, column, i int) (source.Fragment, bool) {
	row, ok := c.bound[l]
	if !ok || column >= len(l.rows[row]) {
		return source.Fragment{}, false
	}
	return c.cell(l.rows[row][column], tokenSpan{i, i + 1})
}

func (c constant) cell(cell loopCell, at tokenSpan) (source.Fragment, bool) {
	if cell.at.known() {
		return c.at(cell.plPlace).value(cell.at.lo, cell.at.hi)
	}
	return c.inPlace(at, cell.text), c.spend(len(cell.text))
}

// field is a column of a record, whose name is at token i.
func (c constant) field(name, field string, i int) (source.Fragment, bool) {
	v := c.scope.find(name)
	if v == nil || v.kind != rowVariable {
		return source.Fragment{}, false
	}
	if s := v.valueAt(i, c.region); s != nil && s.loop != nil && s.column == 0 {
		for column, n := range s.loop.columns {
			if n == field {
				return c.loopValue(s.loop, column, i)
			}
		}
	}
	return source.Fragment{}, false
}

// element is variable[index], in the tokens [lo, hi).
func (c constant) element(lo, hi int) (source.Fragment, bool) {
	cells, ok := c.elements(lo, lo+1)
	n, isNumber := c.integer(lo+2, hi-1)
	if !ok || !isNumber || n < 1 || n > len(cells) {
		return source.Fragment{}, false
	}
	f, ok := c.cell(cells[n-1], tokenSpan{lo, hi})
	if ok {
		f = c.inPlace(tokenSpan{lo, hi}, f.Text)
	}
	return f, ok
}

// elements is what is in the array that the tokens [lo, hi) say.
func (c constant) elements(lo, hi int) ([]loopCell, bool) {
	if c.depth++; c.depth > maxOperands || lo >= hi || !c.spend(spendStep+hi-lo) {
		return nil, false
	}
	hi = c.cut(lo, hi, "::")[0].hi
	switch {
	case lo == hi:
	case c.sign(lo, "(") && c.closes(lo) == hi-1:
		return c.elements(lo+1, hi-1)
	case c.is(lo, "array") && c.sign(lo+1, "[") && c.closes(lo+1) == hi-1:
		var cells []loopCell
		for _, at := range c.cut(lo+2, hi-1, ",") {
			cells = append(cells, loopCell{plPlace: c.plPlace, at: at})
		}
		return cells, hi > lo+3
	case hi == lo+1 && c.isConstantToken(lo):
		f, ok := c.value(lo, hi)
		return arrayLiteral(f.Text, ok)
	case c.is(lo, "string_to_array") && c.sign(lo+1, "(") && c.closes(lo+1) == hi-1:
		if args := c.cut(lo+2, hi-1, ","); len(args) == 2 {
			list, ok1 := c.value(args[0].lo, args[0].hi)
			sep, ok2 := c.value(args[1].lo, args[1].hi)
			return textCells(strings.Split(list.Text, sep.Text)), ok1 && ok2 && sep.Text != ""
		}
	case hi == lo+1:
		if v := c.scope.find(c.name(lo)); v != nil && v.kind == arrayVariable {
			if s := v.valueAt(lo, c.region); s != nil && s.value.known() {
				return c.at(s.plPlace).elements(s.value.lo, s.value.hi)
			}
		}
	}
	return nil, false
}

// arrayLiteral reads {a,b}, without quotes.
func arrayLiteral(s string, ok bool) ([]loopCell, bool) {
	if !ok || len(s) < 3 || s[0] != '{' || s[len(s)-1] != '}' || strings.ContainsAny(s, `"\`) || strings.LastIndexByte(s, '{') > 0 {
		return nil, false
	}
	items := strings.Split(s[1:len(s)-1], ",")
	for i := range items {
		items[i] = strings.TrimSpace(items[i])
	}
	return textCells(items), true
}

func textCells(texts []string) []loopCell {
	cells := make([]loopCell, len(texts))
	for i, s := range texts {
		cells[i] = loopCell{at: nowhere, text: s}
	}
	return cells
}

// integer is the value of an integer constant, or the length of an array.
func (c constant) integer(lo, hi int) (int, bool) {
	if lo+2 < hi && c.sign(lo+1, "(") && c.closes(lo+1) == hi-1 && c.isAny(lo, "array_length", "array_upper", "cardinality") {
		cells, ok := c.elements(lo+2, c.cut(lo+2, hi-1, ",")[0].hi)
		return len(cells), ok
	}
	f, ok := c.value(lo, hi)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(f.Text)
	return n, err == nil
}

// integers is the rows of FOR i IN [REVERSE] a..b [BY n].
func (c constant) integers(l *loopValues) ([][]loopCell, bool) {
	bounds := c.cut(l.at.lo, l.at.hi, "..")
	if len(bounds) != 2 {
		return nil, false
	}
	step := 1
	for i := bounds[1].lo; i < bounds[1].hi; i++ {
		if c.is(i, "by") {
			var ok bool
			if step, ok = c.integer(i+1, bounds[1].hi); !ok || step < 1 {
				return nil, false
			}
			bounds[1].hi = i
		}
	}
	from, ok1 := c.integer(bounds[0].lo, bounds[0].hi)
	to, ok2 := c.integer(bounds[1].lo, bounds[1].hi)
	if !ok1 || !ok2 {
		return nil, false
	}
	if l.reverse {
		from, to = -from, -to
	}
	var texts []string
	for n := from; n <= to && len(texts) <= maxCopies; n += step {
		texts = append(texts, strconv.Itoa(max(n, -n)))
	}
	return rowsOf(textCells(texts)), true
}
