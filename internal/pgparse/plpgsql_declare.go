package pgparse

// plScope is the variables of a block, by name.
type plScope struct {
	outer *plScope
	vars  map[string]*plVariable
}

// plVariable is what is known of a variable.
type plVariable struct {
	name string
	// value is the expression it has from the token at since on, if it has only one.
	value tokenSpan
	since int
	sets  int // how often it is set; the declaration counts if it gives a value
	// scope is where value is looked at from.
	scope *plScope
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

// assigned notes that the variables named in the tokens [lo, hi) are set, and
// returns the first.
func (r *plReader) assigned(lo, hi int) *plVariable {
	var first *plVariable
	for i := lo; i < hi; i++ {
		name := r.name(i)
		if name == "" {
			continue
		}
		v := r.scope.find(name)
		if v != nil {
			v.sets++
			if first == nil && i == lo {
				first = v
			}
		}
	}
	return first
}

// setTo says that the assignment just counted is of the expression at value.
func (r *plReader) setTo(v *plVariable, value tokenSpan) {
	v.value, v.since, v.scope = value, value.hi, r.scope
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
	v := &plVariable{name: name}
	switch cursor := min(r.until("cursor"), end); {
	case r.is(r.pos, "alias"):
		// What is set by one name is set by the other.
		if other := r.scope.find(r.name(min(r.pos+2, end))); other != nil {
			other.sets = unknownSets
		}
		v.sets = unknownSets
	case cursor < end && cursor <= r.pos+2:
		v.sets = unknownSets
		if r.pos = min(r.until("for", "is"), end); r.pos < end {
			r.addSQL(out, staticSQL, r.pos+1, end)
		}
	default:
		typ := r.pos
		r.pos = min(r.until(":=", "=", "default"), end)
		if r.pos < end {
			value := tokenSpan{r.pos + 1, end}
			v.sets = 1
			if r.keepsText(typ, r.pos) {
				r.setTo(v, value)
			}
			r.pos++
			r.expression(out, end)
		} else if !r.keepsText(typ, end) {
			v.sets = unknownSets
		}
	}
	r.scope.add(v)
	r.pos = end
	r.semicolon(out)
}

// unknownSets is more often than a variable may be set to have a known value.
const unknownSets = 2

// keepsText reports whether a value of the type in the tokens [lo, hi) is written
// out as it was written in.
func (r *plReader) keepsText(lo, hi int) bool {
	if r.is(lo, "constant") {
		lo++
	}
	if r.sign(lo+1, ".") {
		lo += 2
	}
	for i := lo; i < hi; i++ {
		if r.sign(i, "(") { // varchar(3)
			return false
		}
		if r.is(i, "type") && r.sign(i-1, "%") {
			return true
		}
	}
	return r.isAny(lo, "text", "varchar", "name", "regclass", "regtype", "citext", "int", "integer", "bigint", "smallint", "int2", "int4", "int8") ||
		r.is(lo, "character") && r.is(lo+1, "varying")
}
