package catalog

import "slices"

// Lists of what an object has or is used by belong to every snapshot that has
// the object: nothing below their length is ever written. These functions return
// the changed list.

// without returns the list without its i-th element. The last one is cut off
// without a copy: a table that was just made is the one most often dropped, and
// it is the last of those that reference a busy table.
func without[S ~[]E, E any](list S, i int) S {
	if i == len(list)-1 {
		return list[:i:i]
	}
	return slices.Concat(list[:i:i], list[i+1:])
}

// with returns the list with its i-th element replaced.
func with[S ~[]E, E any](list S, i int, e E) S {
	list = slices.Clone(list)
	list[i] = e
	return list
}

// lastIndex finds a value from the end.
func lastIndex[S ~[]E, E comparable](list S, e E) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == e {
			return i
		}
	}
	return -1
}

func (c *Catalog) removeKey(list *[]Key, k Key) {
	if !c.charge(len(*list) / keysPerVisit) {
		return
	}
	if i := lastIndex(*list, k); i >= 0 {
		*list = without(*list, i)
	}
}

func (c *Catalog) replaceKey(list *[]Key, old, new Key) {
	if !c.charge(len(*list) / keysPerVisit) {
		return
	}
	if i := lastIndex(*list, old); i >= 0 {
		*list = with(*list, i, new)
	}
}

// addKey appends a key that may be in the list already.
func addKey(list *[]Key, k Key) {
	if lastIndex(*list, k) < 0 {
		*list = append(*list, k)
	}
}

// maxVisits bounds the related tables that replay goes to in all, for statements
// about a table with many partitions, referencing tables and so on are a product
// that a hostile file can make too large. Past it changes no longer spread, and
// lists may keep what is gone.
const maxVisits = 1_000_000

// keysPerVisit is how many keys of a list take as long as going to one table.
const keysPerVisit = 200

// charge counts visits; it reports whether they are still within bounds.
func (c *Catalog) charge(visits int) bool {
	c.visits += visits
	return c.visits <= maxVisits
}

// relative returns a table that a change spreads to, for writing; nil if it is
// gone or too many were visited.
func (c *Catalog) relative(k Key) *Table {
	if !c.charge(1) {
		return nil
	}
	return c.table(k)
}
