package pgparse

import "sort"

// plScope is the variables of a block, by name.
type plScope struct {
	outer *plScope
	vars  map[string]*plVariable
}

// plRegion is a list of statements, a loop with its head, or a block with its
// declarations: what begins at token lo and ends before hi.
type plRegion struct {
	outer  *plRegion
	lo, hi int
	loop   bool
}

// plPlace is where an expression is looked at from.
type plPlace struct {
	scope  *plScope
	region *plRegion
}

// plVariable is what is known of a variable.
type plVariable struct {
	name string
	kind plKind
	sets []plSet // in the order written
}

// plKind says what values of a variable are worth.
type plKind int

const (
	textVariable  plKind = iota // written out as it was written in
	arrayVariable               // an array of such
	rowVariable                 // a record
	otherVariable               // it may have other names, or change what it is given
)

// plSet is a place where a variable is given a value: that of an expression, or
// of a column of the rows of a loop, or none that is known.
type plSet struct {
	plPlace
	since  int // the token from which on it has it
	value  tokenSpan
	loop   *loopValues
	column int
	given  *string // by the caller
}

func (s *plScope) find(name string) *plVariable {
	for ; s != nil; s = s.outer {
		if v := s.vars[name]; v != nil {
			return v
		}
	}
	return nil
}

func (s *plScope) add(v *plVariable) {
	if s.vars == nil {
		s.vars = map[string]*plVariable{}
	}
	s.vars[v.name] = v
}

// give declares parameters that have values from the caller.
func (r *plReader) give(values map[string]string) {
	if len(values) == 0 {
		return
	}
	r.scope = &plScope{outer: r.scope}
	for name, value := range values {
		v := &plVariable{name: name, kind: textVariable}
		r.scope.add(v)
		r.set(v, plSet{value: nowhere, given: &value})
	}
}

// enterRegion begins a region at pos and returns what ends it.
func (r *plReader) enterRegion(loop bool) (leave func()) {
	in := &plRegion{outer: r.region, lo: r.pos, hi: len(r.toks), loop: loop}
	r.region = in
	return func() { in.hi, r.region = r.pos, in.outer }
}

// assigned notes that the variables named in the tokens [lo, hi) are given values
// that are not known.
func (r *plReader) assigned(lo, hi int) {
	for i := lo; i < hi; i++ {
		if name := r.name(i); name != "" {
			r.set(r.scope.find(name), plSet{since: hi, value: nowhere})
		}
	}
}

func (r *plReader) set(v *plVariable, s plSet) {
	if v != nil {
		s.plPlace = r.plPlace
		v.sets = append(v.sets, s)
	}
}

// valueAt is the place where v got the value that it has at token i, which is in
// region; nil if that depends on how the routine runs.
func (v *plVariable) valueAt(i int, region *plRegion) *plSet {
	n := sort.Search(len(v.sets), func(k int) bool { return v.sets[k].since > i })
	if n == 0 {
		return nil
	}
	s := &v.sets[n-1]
	if i < s.region.lo || i >= s.region.hi {
		return nil
	}
	// The value is that of a later place if a loop, which does not come by s again,
	// goes from there back to i.
	end := 0
	for ; region != nil && region != s.region; region = region.outer {
		if region.loop {
			end = region.hi
		}
	}
	if n < len(v.sets) && v.sets[n].since <= end {
		return nil
	}
	return s
}

// declarations reads what stands between DECLARE and BEGIN.
func (r *plReader) declarations(out *[]plStep) {
	for r.pos < len(r.toks) && !r.is(r.pos, "begin") {
		switch {
		case r.is(r.pos, "declare"):
			r.pos++
		case r.sign(r.pos, "<<"):
			before := r.pos
			r.label()
			if r.pos == before {
				r.fail(out, r.pos)
				r.pos++
			}
		default:
			r.declaration(out)
		}
	}
}

// declaration reads name [CONSTANT] type [NOT NULL] [DEFAULT|:=|= value], name
// ALIAS FOR other, or name [NO SCROLL] CURSOR [(arguments)] FOR query.
func (r *plReader) declaration(out *[]plStep) {
	name := r.name(r.pos)
	if name == "" {
		r.fail(out, r.pos)
		r.toSemicolon()
		return
	}
	r.pos++
	end := r.until()
	v := &plVariable{name: name, kind: otherVariable}
	switch cursor := min(r.until("cursor"), end); {
	case r.is(r.pos, "alias"):
		if other := r.scope.find(r.name(min(r.pos+2, end))); other != nil {
			other.kind = otherVariable
		}
	case cursor < end && cursor <= r.pos+2:
		if r.pos = min(r.until("for", "is"), end); r.pos < end {
			r.addSQL(out, staticSQL, r.pos+1, end)
		}
	default:
		typ := r.pos
		r.pos = min(r.until(":=", "=", "default"), end)
		v.kind = r.typeKind(typ, r.pos)
		if r.pos < end {
			r.set(v, plSet{since: end, value: tokenSpan{r.pos + 1, end}})
			r.pos++
			r.expression(out, end)
		}
	}
	r.scope.add(v)
	r.pos = end
	r.semicolon(out)
}

// typeKind is what a variable of the type in the tokens [lo, hi) is worth.
func (r *plReader) typeKind(lo, hi int) plKind {
	if r.is(lo, "constant") {
		lo++
	}
	if r.is(lo, "record") {
		return rowVariable
	}
	kind := textVariable
	for i := lo; i < hi; i++ {
		switch {
		case r.sign(i, "("): // varchar(3)
			return otherVariable
		case r.sign(i, "["), r.is(i, "array"):
			kind = arrayVariable
		case r.is(i, "rowtype") && r.sign(i-1, "%"):
			return rowVariable
		case r.is(i, "type") && r.sign(i-1, "%"):
			return textVariable
		}
	}
	if !r.keepsText(lo) {
		return otherVariable
	}
	return kind
}

// keepsText reports whether values of the type that begins at token i are written
// out as they were written in.
func (r *plReader) keepsText(i int) bool {
	if r.is(i, "pg_catalog") && r.sign(i+1, ".") {
		i += 2
	}
	return r.isAny(i, "text", "varchar", "name", "regclass", "regtype", "citext", "int", "integer", "bigint", "smallint", "int2", "int4", "int8") ||
		r.is(i, "character") && r.is(i+1, "varying")
}
