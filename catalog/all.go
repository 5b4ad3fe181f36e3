package catalog

import "iter"

// all yields what f picks from every schema, in order of schema and name.
func all[T any](c *Catalog, f func(*namespace, func(T) bool) bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, l := range c.schemas.sorted() {
			if !f(l.value, yield) {
				return
			}
		}
	}
}

// relations yields the relations that have the Go type T.
func relations[T any](c *Catalog) iter.Seq[T] {
	return all(c, func(ns *namespace, yield func(T) bool) bool {
		for _, l := range ns.relations.sorted() {
			if o, ok := l.value.object.(T); ok && !yield(o) {
				return false
			}
		}
		return true
	})
}

// Tables yields every table in order of schema and name.
func (c *Catalog) Tables() iter.Seq[*Table] { return relations[*Table](c) }

// Views yields every view and materialized view in order of schema and name.
func (c *Catalog) Views() iter.Seq[*View] { return relations[*View](c) }

// Sequences yields every sequence in order of schema and name.
func (c *Catalog) Sequences() iter.Seq[*Sequence] { return relations[*Sequence](c) }

// Types yields every user-defined type and domain in order of schema and name.
func (c *Catalog) Types() iter.Seq[*Type] {
	return all(c, func(ns *namespace, yield func(*Type) bool) bool {
		for _, l := range ns.types.sorted() {
			if !yield(l.value.Type) {
				return false
			}
		}
		return true
	})
}

// AllFunctions yields every function and procedure in order of schema and name.
func (c *Catalog) AllFunctions() iter.Seq[*Function] {
	return all(c, func(ns *namespace, yield func(*Function) bool) bool {
		for _, l := range ns.functions.sorted() {
			for _, f := range l.value {
				if !yield(f) {
					return false
				}
			}
		}
		return true
	})
}

// Schemas yields the names of the schemas that Schema reports, in order.
func (c *Catalog) Schemas() iter.Seq[string] {
	return all(c, func(ns *namespace, yield func(string) bool) bool { return ns.dropped || yield(ns.name) })
}

// Publications yields every publication in order of name.
func (c *Catalog) Publications() iter.Seq[*Publication] {
	return func(yield func(*Publication) bool) {
		for _, l := range c.publications.sorted() {
			if !yield(l.value.Publication) {
				return
			}
		}
	}
}
