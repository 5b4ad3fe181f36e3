package pgparse

// loopValues is what a loop goes over where its text says so.
type loopValues struct {
	variable *plVariable
	values   []tokenSpan
}

// integerVariable declares the variable of FOR i IN a..b.
func (r *plReader) integerVariable(target int, head *loopStep) {
	v := &plVariable{name: r.name(target), sets: unknownSets}
	r.scope = &plScope{outer: r.scope}
	r.scope.add(v)
}

func (r *plReader) queryValues(target, lo, hi int) *loopValues { return nil }
func (r *plReader) arrayValues(target, lo, hi int) *loopValues { return nil }
