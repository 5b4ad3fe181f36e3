package catalog

// eachChange calls f with the keys whose entries are not the very same leaf in
// the two tries, in no particular order; a value is zero where there is none. What
// the two share is not visited.
func eachChange[V any](a, b trie[V], f func(key string, x, y V)) {
	walkChanges(a.root, b.root, f)
}

func walkChanges[V any](a, b *node[V], f func(key string, x, y V)) {
	if a == b {
		return
	}
	var none node[V]
	if a == nil {
		a = &none
	}
	if b == nil {
		b = &none
	}
	for i := range a.branches {
		x, y := a.branches[i], b.branches[i]
		switch {
		case x == y:
		case x.leaf == nil && y.leaf == nil:
			walkChanges(x.down, y.down, f)
		default:
			changedLeaves(x.leaves(), y.leaves(), f)
		}
	}
}

// leaves returns all leaves of a branch.
func (b branch[V]) leaves() []*leaf[V] {
	if b.down != nil {
		return b.down.appendLeaves(nil)
	}
	var all []*leaf[V]
	for l := b.leaf; l != nil; l = l.next {
		all = append(all, l)
	}
	return all
}

func changedLeaves[V any](a, b []*leaf[V], f func(key string, x, y V)) {
	var none V
	later := make(map[string]*leaf[V], len(b))
	for _, l := range b {
		later[l.key] = l
	}
	for _, l := range a {
		other := later[l.key]
		delete(later, l.key)
		switch {
		case other == nil:
			f(l.key, l.value, none)
		case other != l:
			f(l.key, l.value, other.value)
		}
	}
	for _, l := range b {
		if later[l.key] != nil {
			f(l.key, none, l.value)
		}
	}
}

// eachPart calls f with the parts of two lists that have one name and are not the
// very same, in order, and with nil for those that the other list does not have.
func eachPart[T any](a, b []*T, name func(*T) string, f func(x, y *T)) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	later := make(map[string]*T, len(b))
	for _, y := range b {
		later[name(y)] = y
	}
	for _, x := range a {
		y := later[name(x)]
		delete(later, name(x))
		if x != y {
			f(x, y)
		}
	}
	for _, y := range b {
		if later[name(y)] == y {
			f(nil, y)
		}
	}
}
