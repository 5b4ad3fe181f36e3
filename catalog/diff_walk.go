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
	in := finder(b, func(l *leaf[V]) string { return l.key })
	for _, l := range a {
		switch other := in(l.key); {
		case other == nil:
			f(l.key, l.value, none)
		case other != l:
			f(l.key, l.value, other.value)
		}
	}
	in = finder(a, func(l *leaf[V]) string { return l.key })
	for _, l := range b {
		if in(l.key) == nil {
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
	in := finder(b, name)
	for _, x := range a {
		if y := in(name(x)); x != y {
			f(x, y)
		}
	}
	in = finder(a, name)
	for _, y := range b {
		if in(name(y)) == nil {
			f(nil, y)
		}
	}
}

// fewParts is up to how many looking through a list is faster than a map of it.
const fewParts = 16

// finder returns a function that finds the element of a name: in a map, unless
// there are so few that looking through them is faster.
func finder[T any](list []*T, name func(*T) string) func(string) *T {
	if len(list) <= fewParts {
		return func(n string) *T {
			for _, x := range list {
				if name(x) == n {
					return x
				}
			}
			return nil
		}
	}
	byName := make(map[string]*T, len(list))
	for _, x := range list {
		byName[name(x)] = x
	}
	return func(n string) *T { return byName[n] }
}
