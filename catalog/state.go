package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// Catalog is the schema at one moment. Use New to make one.
//
// The methods that read are safe for concurrent use as long as none of Apply,
// Restore, ResetSession and EndTransaction runs on the same Catalog; a snapshot
// and the catalog it was taken of are independent.
type Catalog struct {
	schemas      trie[*namespace]
	extensions   trie[Origin]
	publications trie[publication]
	mentioned    trie[bool] // names that the text of a function calls
	wide         []string   // publications that are not only for single tables
	secured      bool       // history has row level security or policies

	path        []string // search_path in force
	sessionPath []string // what it returns to when the transaction ends; nil: no SET LOCAL

	visits int // related tables that replay has gone to

	major   int  // PostgreSQL major version that is replayed
	tx      int  // transaction of the statement that is applied
	blind   bool // a statement may have done anything; blindTx is the transaction of the last such
	blindTx int

	followed func(sqlast.Name) bool // see ApplyCaller; nil outside it

	lineage *lineage // nil in a snapshot that nothing was applied to
	edit    *edit    // nil after a snapshot, until the next change
}

// An edit is the time between two snapshots. Whatever was made in the edit that
// is still running is seen by one Catalog only and may be changed in place;
// everything else is copied first.
type edit struct{ lineage *lineage }

// A lineage is a line of edits without a fork. Within one, slices may be
// appended to in place, for earlier snapshots never look past their own length;
// a fork clips them first.
type lineage struct{ _ byte }

// namespace is a schema's content. Tables, views, sequences and indexes share
// one set of names, as in pg_class.
type namespace struct {
	edit      *edit
	name      string
	dropped   bool // and not created again
	doubtful  bool // a statement that may not have run made or dropped it: see CertainSchema
	relations trie[relation]
	types     trie[userType]
	functions trie[[]*Function]
	// callers has, for each function, the tables and views that call it or did, by
	// their key as a string. A set, for one trigger function often serves every
	// table.
	callers trie[trie[Key]]
	// constraints counts the table constraints of each name, for the names the
	// server makes up are unique in their schema.
	constraints trie[int]
	// gone has the names whose relation history has dropped or renamed, with the
	// transaction.
	gone trie[int]
}

// relation is an entry of a namespace: one of *Table, *View, *Sequence, indexOf
// for an index, which lives in its table or materialized view, or compositeType,
// which only takes the name: the type is among the types.
type relation struct {
	object any
	edit   *edit
}

// userType is a type and the edit that made this version of it.
type userType struct {
	*Type
	edit *edit
}

// publication is a publication and the edit that made this version of it.
type publication struct {
	*Publication
	edit *edit
}

// indexOf is the key of the table or materialized view that an index is in.
type indexOf Key

// compositeType is a type that CREATE TYPE … AS made; it is in pg_class too.
type compositeType struct{}

const (
	publicSchema = "public"
	tempSchema   = "pg_temp"
	systemSchema = "pg_catalog"
)

func defaultPath() []string { return []string{"$user", publicSchema} }

// oldestMajor is the PostgreSQL major version that New is for.
const oldestMajor = 14

// New is NewFor the oldest PostgreSQL that is supported, 14.
func New() *Catalog { return NewFor(oldestMajor) }

// NewFor returns the catalog of a fresh database of a PostgreSQL major version:
// the schema public and nothing in it, search_path "$user", public. What
// statements do to the schema differs little between versions.
func NewFor(major int) *Catalog {
	c := &Catalog{path: defaultPath(), major: major}
	c.schema(publicSchema)
	return c
}

// Snapshot returns the catalog as it is now, which later changes of c leave
// alone. It costs one small allocation.
func (c *Catalog) Snapshot() *Catalog {
	// Only written if set: snapshots of a snapshot are taken concurrently.
	if c.edit != nil {
		c.edit = nil
	}
	s := *c
	s.lineage = nil
	return &s
}

// Restore takes c back to s: ROLLBACK to a snapshot taken at BEGIN or SAVEPOINT.
func (c *Catalog) Restore(s *Catalog) {
	visits := max(c.visits, s.visits)
	*c = *s.Snapshot()
	c.visits = visits
}

// ResetSession puts the settings back to those of a new connection: search_path
// returns to its default and temporary objects are gone.
func (c *Catalog) ResetSession() {
	c.path, c.sessionPath = defaultPath(), nil
	if _, ok := c.schemas.get(tempSchema); ok {
		c.dropSchema(tempSchema)
		c.schemas.delete(c.begin(), tempSchema)
	}
}

// EndTransaction undoes SET LOCAL search_path, as COMMIT and ROLLBACK do.
func (c *Catalog) EndTransaction() {
	if c.sessionPath != nil {
		c.path, c.sessionPath = c.sessionPath, nil
	}
}

// begin returns the running edit.
func (c *Catalog) begin() *edit {
	if c.edit == nil {
		if c.lineage == nil {
			c.lineage = new(lineage)
		}
		c.edit = &edit{c.lineage}
	}
	return c.edit
}

// schema returns the namespace of that name for writing; it is made if it is
// not there.
func (c *Catalog) schema(name string) *namespace {
	e := c.begin()
	ns, ok := c.schemas.get(name)
	switch {
	case !ok:
		ns = &namespace{edit: e, name: name}
	case ns.edit == e:
		return ns
	default:
		clone := *ns
		clone.edit = e
		ns = &clone
	}
	c.schemas.set(e, name, ns)
	return ns
}

// relationAt returns the entry of that key.
func (c *Catalog) relationAt(k Key) (relation, bool) {
	ns, ok := c.schemas.get(k.Schema)
	if !ok {
		return relation{}, false
	}
	return ns.relations.get(k.Name)
}

// put makes object the relation of that key.
func (c *Catalog) put(k Key, object any) {
	e := c.begin()
	ns := c.schema(k.Schema)
	ns.relations.set(e, k.Name, relation{object, e})
	if _, gone := ns.gone.get(k.Name); gone {
		ns.gone.delete(e, k.Name)
	}
}

// remove deletes the entry of that key and nothing else.
func (c *Catalog) remove(k Key) {
	if _, ok := c.relationAt(k); ok {
		c.schema(k.Schema).relations.delete(c.begin(), k.Name)
		c.setGone(k)
	}
}

// table returns the table of that key for writing, or nil.
func (c *Catalog) table(k Key) *Table {
	r, _ := c.relationAt(k)
	t, ok := r.object.(*Table)
	if !ok || r.edit == c.begin() {
		return t
	}
	clone := *t
	if r.edit.lineage != c.lineage {
		clip(&clone.Columns)
		clip(&clone.Constraints)
		clip(&clone.Indexes)
		clip(&clone.Triggers)
		clip(&clone.Policies)
		clip(&clone.Partitions)
		clip(&clone.Children)
		clip(&clone.Inherits)
		clip(&clone.ReferencedBy)
		clip(&clone.ReferencedViews)
		clip(&clone.Publications)
	}
	c.put(k, &clone)
	return &clone
}

// view returns the view of that key for writing, or nil.
func (c *Catalog) view(k Key) *View {
	r, _ := c.relationAt(k)
	v, ok := r.object.(*View)
	if !ok || r.edit == c.begin() {
		return v
	}
	clone := *v
	if r.edit.lineage != c.lineage {
		clip(&clone.Indexes)
		clip(&clone.ReferencedViews)
	}
	c.put(k, &clone)
	return &clone
}

// sequence returns the sequence of that key for writing, or nil.
func (c *Catalog) sequence(k Key) *Sequence {
	r, _ := c.relationAt(k)
	s, ok := r.object.(*Sequence)
	if !ok || r.edit == c.begin() {
		return s
	}
	clone := *s
	if r.edit.lineage != c.lineage {
		clip(&clone.UsedBy)
	}
	c.put(k, &clone)
	return &clone
}

// userTypeAt returns the type of that key for writing, or nil.
func (c *Catalog) userTypeAt(k Key) *Type {
	ns, ok := c.schemas.get(k.Schema)
	if !ok {
		return nil
	}
	t, ok := ns.types.get(k.Name)
	if !ok || t.edit == c.begin() {
		return t.Type
	}
	clone := *t.Type
	if t.edit.lineage != c.lineage {
		clip(&clone.UsedBy)
		clip(&clone.UsedIn)
		clip(&clone.Functions)
		clip(&clone.Labels)
	}
	c.putType(&clone)
	return &clone
}

func (c *Catalog) putType(t *Type) {
	e := c.begin()
	c.schema(t.Schema).types.set(e, t.Name, userType{t, e})
}

func clip[S ~[]E, E any](s *S) { *s = slices.Clip(*s) }

// keyOf returns the key that a name stands for where it is created.
func (c *Catalog) keyOf(n sqlast.Name) Key {
	if n.Schema != "" {
		return Key{n.Schema, n.Name}
	}
	return Key{c.creationSchema(), n.Name}
}

// creationSchema is the first schema of search_path that exists. A schema that
// history has not seen exists until history drops it: why else name it.
func (c *Catalog) creationSchema() string {
	for _, name := range c.path {
		switch name {
		case "$user", systemSchema, "":
			continue
		}
		if ns, ok := c.schemas.get(name); !ok || !ns.dropped {
			return name
		}
	}
	return publicSchema
}
