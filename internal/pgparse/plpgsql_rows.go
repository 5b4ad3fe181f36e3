package pgparse

import "strconv"

// query is the rows of a query of constants in the tokens [lo, hi): VALUES, SELECT
// unnest(ARRAY[…]), SELECT … FROM unnest(…) or (VALUES …), or a UNION of SELECT
// 'x'. Their order is that in which they are written.
func (c constant) query(lo, hi int) (columns []string, rows [][]loopCell, ok bool) {
	for _, w := range [...]string{"where", "group", "having", "limit", "offset", "fetch", "except", "intersect", "distinct"} {
		if c.wordIn(lo, hi, w) >= 0 {
			return nil, nil, false
		}
	}
	if order := c.wordIn(lo, hi, "order"); order >= 0 {
		hi = order
	}
	switch {
	case c.is(lo, "values"):
		columns, rows = c.valueRows(lo+1, hi)
		return columns, rows, rows != nil
	case !c.is(lo, "select"):
		return nil, nil, false
	}
	if from := c.wordIn(lo, hi, "from"); from >= 0 {
		return c.selectFrom(lo+1, from, hi)
	}
	if c.is(lo+1, "unnest") && c.sign(lo+2, "(") {
		end := c.closes(lo + 2)
		if end < 0 || end >= hi {
			return nil, nil, false
		}
		cells, ok := c.elements(lo+3, end)
		name := "unnest"
		if alias := c.alias(end+1, hi); alias != "" {
			name = alias
		} else if end+1 < hi {
			return nil, nil, false
		}
		return []string{name}, rowsOf(cells), ok
	}
	return c.union(lo, hi)
}

// wordIn returns the position of a key word in [lo, hi) outside of brackets, or -1.
func (r *plReader) wordIn(lo, hi int, w string) int {
	for i := lo; i < hi; i++ {
		if p := r.closes(i); p > i {
			i = p
		} else if r.is(i, w) {
			return i
		}
	}
	return -1
}

// alias is the name in [AS] name, which are all the tokens [lo, hi), or "".
func (r *plReader) alias(lo, hi int) string {
	if r.is(lo, "as") {
		lo++
	}
	if hi != lo+1 {
		return ""
	}
	return r.name(lo)
}

// valueRows is the rows (…), (…) in the tokens [lo, hi), nil if they are no such.
func (c constant) valueRows(lo, hi int) ([]string, [][]loopCell) {
	var columns []string
	var rows [][]loopCell
	for _, at := range c.cut(lo, hi, ",") {
		if !c.sign(at.lo, "(") || c.closes(at.lo) != at.hi-1 {
			return nil, nil
		}
		var row []loopCell
		for _, v := range c.cut(at.lo+1, at.hi-1, ",") {
			row = append(row, loopCell{plPlace: c.plPlace, at: v})
		}
		for len(columns) < len(row) {
			columns = append(columns, "column"+strconv.Itoa(len(columns)+1))
		}
		rows = append(rows, row)
	}
	return columns, rows
}

// union is the rows of SELECT 'x', 'y' [UNION ALL SELECT …].
func (c constant) union(lo, hi int) (columns []string, rows [][]loopCell, ok bool) {
	for lo < hi {
		if !c.is(lo, "select") {
			return nil, nil, false
		}
		end := c.wordIn(lo, hi, "union")
		if end < 0 {
			end = hi
		}
		var row []loopCell
		for _, at := range c.cut(lo+1, end, ",") {
			name := "?column?"
			for _, n := range [...]int{2, 1} { // 'x' AS a, 'x' a
				if at.hi-n > at.lo {
					if alias := c.alias(at.hi-n, at.hi); alias != "" {
						name = alias
						at.hi -= n
						break
					}
				}
			}
			if len(rows) == 0 {
				columns = append(columns, name)
			}
			row = append(row, loopCell{plPlace: c.plPlace, at: at})
		}
		rows = append(rows, row)
		lo = end + 1
		if c.is(lo, "all") {
			lo++
		}
	}
	return columns, rows, len(rows) > 0
}

// selectFrom is the rows of SELECT targets FROM unnest(…) or (VALUES …), with
// the targets in the tokens from lo and what follows FROM up to hi.
func (c constant) selectFrom(lo, from, hi int) (columns []string, rows [][]loopCell, ok bool) {
	item := from + 1
	open := item
	if c.is(item, "unnest") {
		open++
	}
	if !c.sign(open, "(") {
		return nil, nil, false
	}
	end := c.closes(open)
	if end < 0 || end >= hi {
		return nil, nil, false
	}
	name := "unnest"
	switch {
	case open > item:
		cells, known := c.elements(open+1, end)
		rows, ok = rowsOf(cells), known
		columns = []string{name}
	case c.is(open+1, "values"):
		columns, rows = c.valueRows(open+2, end)
		ok = rows != nil
	}
	if !ok {
		return nil, nil, false
	}
	i := end + 1
	if i < hi { // [AS] name [(columns)]
		if c.is(i, "as") {
			i++
		}
		if name = c.name(i); name == "" || i >= hi {
			return nil, nil, false
		}
		if len(columns) == 1 && open > item {
			columns[0] = name
		}
		if i++; i < hi {
			if !c.sign(i, "(") || c.closes(i) != hi-1 {
				return nil, nil, false
			}
			for k, at := range c.cut(i+1, hi-1, ",") {
				if k < len(columns) {
					columns[k] = c.name(at.lo)
				}
			}
		}
	}
	return c.targetsOf(lo, from, name, columns, rows)
}

// targetsOf picks the columns that the targets [lo, hi) of a SELECT name.
func (c constant) targetsOf(lo, hi int, item string, columns []string, rows [][]loopCell) ([]string, [][]loopCell, bool) {
	if hi == lo+1 && c.sign(lo, "*") || hi == lo+3 && c.name(lo) == item && c.sign(lo+2, "*") {
		return columns, rows, true
	}
	var names []string
	picked := make([][]loopCell, len(rows))
	for _, at := range c.cut(lo, hi, ",") {
		if c.sign(at.lo+1, ".") && c.name(at.lo) == item {
			at.lo += 2
		}
		name := c.name(at.lo)
		column := -1
		for k, n := range columns {
			if n == name {
				column = k
			}
		}
		if alias := c.alias(at.lo+1, at.hi); alias != "" {
			name = alias
		} else if at.hi > at.lo+1 {
			return nil, nil, false
		}
		if column < 0 {
			return nil, nil, false
		}
		names = append(names, name)
		for k, row := range rows {
			if column >= len(row) {
				return nil, nil, false
			}
			picked[k] = append(picked[k], row[column])
		}
	}
	return names, picked, len(rows) > 0
}
