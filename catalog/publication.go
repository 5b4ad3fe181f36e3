package catalog

import (
	"slices"

	"github.com/miglint/miglint/sqlast"
)

// publication returns the publication of that name for writing, or nil.
func (c *Catalog) publication(name string) *Publication {
	p, ok := c.publications.get(name)
	if !ok || p.edit == c.begin() {
		return p.Publication
	}
	clone := *p.Publication
	if p.edit.lineage != c.lineage {
		clip(&clone.Tables)
	}
	c.putPublication(&clone)
	return &clone
}

func (c *Catalog) putPublication(p *Publication) {
	e := c.begin()
	c.publications.set(e, p.Name, publication{p, e})
}

func (c *Catalog) applyPublication(op *sqlast.CreatePublication, at Origin) {
	p := c.publication(op.Name)
	if p == nil || op.Action == "create" {
		c.dropPublication(op.Name)
		p = &Publication{Name: op.Name, AllTables: op.AllTables, Created: at}
		if op.Action != "create" {
			p.Created, p.Partial = before, true
		}
		c.putPublication(p)
	}
	if op.Publish != nil {
		p.Publish = op.Publish
	}
	switch op.Action {
	case "set":
		for _, k := range p.Tables {
			c.unpublish(k, op.Name)
		}
		p.Tables, p.Schemas = nil, op.Schemas
	case "drop":
		p.Schemas = slices.DeleteFunc(slices.Clone(p.Schemas), func(s string) bool { return slices.Contains(op.Schemas, s) })
	default:
		for _, s := range op.Schemas {
			if s == "current_schema" {
				s = c.creationSchema()
			}
			p.Schemas = append(slices.Clip(p.Schemas), s)
		}
	}
	c.setWide(p)
	for _, r := range op.Tables {
		t := c.tableFor(r)
		if t == nil {
			continue
		}
		for _, t := range c.family(t, r.Only || t.PartitionBy != nil) {
			c.publish(p, t, op.Action == "drop")
		}
	}
}

// publish puts a table into a publication or takes it out.
func (c *Catalog) publish(p *Publication, t *Table, drop bool) {
	switch {
	case drop:
		c.removeKey(&p.Tables, t.Key)
		c.unpublish(t.Key, p.Name)
	case !slices.Contains(t.Publications, p.Name):
		p.Tables = append(p.Tables, t.Key)
		t.Publications = append(t.Publications, p.Name)
	}
}

// maxWide bounds the publications for all tables or a whole schema, of which there
// is seldom more than one.
const maxWide = 20

// setWide notes whether a publication is for more than single tables.
func (c *Catalog) setWide(p *Publication) {
	i := slices.Index(c.wide, p.Name)
	switch wide := p.AllTables || len(p.Schemas) > 0; {
	case wide && i < 0 && len(c.wide) < maxWide:
		c.wide = append(slices.Clip(c.wide), p.Name)
	case !wide && i >= 0:
		c.wide = without(c.wide, i)
	}
}

func (c *Catalog) unpublish(k Key, publication string) {
	if t := c.table(k); t != nil {
		if i := lastIndex(t.Publications, publication); i >= 0 {
			t.Publications = without(t.Publications, i)
		}
	}
}

func (c *Catalog) dropPublication(name string) {
	p := c.Publication(name)
	if p == nil {
		return
	}
	for _, k := range p.Tables {
		c.unpublish(k, name)
	}
	if i := slices.Index(c.wide, name); i >= 0 {
		c.wide = without(c.wide, i)
	}
	c.publications.delete(c.begin(), name)
}

func (c *Catalog) renamePublication(old, new string) {
	p := c.publication(old)
	if p == nil {
		return
	}
	c.publications.delete(c.begin(), old)
	if i := slices.Index(c.wide, old); i >= 0 {
		c.wide = with(c.wide, i, new)
	}
	p.Name = new
	c.putPublication(p)
	for _, k := range p.Tables {
		if t := c.table(k); t != nil {
			if i := lastIndex(t.Publications, old); i >= 0 {
				t.Publications = with(t.Publications, i, new)
			}
		}
	}
}

// Publishes reports whether a publication publishes a kind of change: "insert",
// "update", "delete" or "truncate". One that history has not seen being made is
// taken to publish everything, as they do by default.
func (p *Publication) Publishes(change string) bool {
	return p.Publish == nil || slices.Contains(p.Publish, change)
}

// Published returns a publication that publishes a kind of change of the rows of
// a table, or nil: one for the table, for its schema, for all tables, or for a
// partitioned table that it is a partition of (RelationBuildPublicationDesc in
// relcache.c). Partitioned tables have no rows of their own; unlogged, temporary
// and foreign tables are never published.
func (c *Catalog) Published(t *Table, change string) *Publication {
	if c.publications.size == 0 || t.Persistence != sqlast.Permanent || t.Foreign || t.PartitionBy != nil {
		return nil
	}
	for depth := 0; t != nil && depth < maxLevels; depth++ {
		for _, name := range t.Publications {
			if p := c.Publication(name); p != nil && p.Publishes(change) {
				return p
			}
		}
		for _, name := range c.wide {
			if p := c.Publication(name); p != nil && p.Publishes(change) && (p.AllTables || slices.Contains(p.Schemas, t.Schema)) {
				return p
			}
		}
		t = c.TableAt(t.PartitionOf)
	}
	return nil
}

// CertainPublication reports whether history shows all of a publication, as
// Certain does for a relation.
func (c *Catalog) CertainPublication(p *Publication) bool { return !p.Partial && c.shown(p.Created.Tx) }

// HasIdentity reports whether a table has a replica identity, without which the
// server refuses UPDATE and DELETE of published rows: FULL, the index it names, or
// its primary key unless that is deferrable (RelationGetIndexList in relcache.c).
func (t *Table) HasIdentity() bool {
	switch t.ReplicaIdentity {
	case "full":
		return true
	case "nothing":
		return false
	case "":
		pk := t.PrimaryKey()
		return pk != nil && !pk.Deferrable
	}
	return t.Index(t.ReplicaIdentity) != nil
}

// Publishes reports whether history has a publication.
func (c *Catalog) Publishes() bool { return c.publications.size > 0 }
