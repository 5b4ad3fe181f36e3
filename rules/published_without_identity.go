package rules

import (
	"fmt"
	"slices"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/internal/recipe"
	"github.com/miglint/miglint/sqlast"
)

var publishedWithoutIdentity = &analyzer.Rule{
	Name: "published-without-identity", Severity: analyzer.Error, Concern: analyzer.Breaking, Since: "0.1.0",
	Summary: "a table whose changes are published has no replica identity: UPDATE and DELETE fail",
	Why: "A subscriber finds the row to change by its replica identity: the primary key, unless it is deferrable or another is " +
		"set. Without one the publisher refuses every UPDATE and DELETE of the table (SQLSTATE 55000), also those that " +
		"would change no row, from the moment that it is published or loses the key. INSERT goes on, so that it may " +
		"be the nightly clean-up that finds out. A publication FOR ALL TABLES does it to every table without a key that is " +
		"created later. Modelled on change data capture that was switched on for a whole database.",
	Instead: "A primary key; or `REPLICA IDENTITY USING INDEX` with a unique index on NOT NULL columns; or `FULL`, which writes " +
		"whole old rows to the WAL. Or publish inserts only.",
	Except: "No row of the table is ever updated or deleted.",
	Bad: `-- 0001_events.sql --
CREATE TABLE events (at timestamptz NOT NULL, kind text NOT NULL);
-- 0002_capture.sql --
CREATE PUBLICATION capture FOR TABLE events;
`,
	Good: `-- 0001_events.sql --
CREATE TABLE events (id bigint PRIMARY KEY, at timestamptz NOT NULL, kind text NOT NULL);
-- 0002_capture.sql --
CREATE PUBLICATION capture FOR TABLE events;
`,
	Run:       runPublishedWithoutIdentity,
	RunStream: runPublishedInPassing,
}

// runPublishedInPassing reports the tables that were there when a publication for
// all tables, or those of a schema, was created. That is once for the whole
// history, for it looks at every table.
func runPublishedInPassing(p *analyzer.StreamPass) {
	if !p.Final.Publishes() {
		return
	}
	found := map[*catalog.Publication][]*catalog.Table{}
	for t := range p.Final.Tables() {
		by := refused(p.Final, t)
		if by != nil && (by.AllTables || slices.Contains(by.Schemas, t.Schema)) && p.Judged(by.Created) != nil && isBefore(t.Created, by.Created) {
			found[by] = append(found[by], t)
		}
	}
	for by, tables := range found {
		d := refusal(p.Final, tables)
		d.Span, d.Migration = by.Created.Span, p.Judged(by.Created)
		p.Report(d)
	}
}

func isBefore(a, b catalog.Origin) bool {
	return a.Migration < b.Migration || a.Migration == b.Migration && a.Span.Start < b.Span.Start
}

// runPublishedWithoutIdentity reports tables that are named: in a publication, or
// as what they are when they lose their identity.
func runPublishedWithoutIdentity(p *analyzer.Pass) {
	if !p.After.Publishes() {
		return
	}
	said := map[catalog.Key]bool{}
	for op := range p.Ops() {
		var found []*catalog.Table
		for _, k := range mayLoseIdentity(p, op) {
			t := p.After.TableAt(k)
			if t == nil || said[k] {
				continue
			}
			by := refused(p.After, t)
			if by == nil || wasRefused(op, k) || isCreate(op) && op.Before.Publication(by.Name) == nil {
				continue
			}
			said[k] = true
			found = append(found, t)
		}
		if len(found) > 0 {
			p.ReportStmt(op.Stmt, op.I, refusal(p.After, found))
		}
	}
}

func isCreate(op analyzer.Op) bool {
	_, ok := op.Op.(*sqlast.CreateTable)
	return ok
}

// wasRefused reports whether the changes were refused before the op too.
func wasRefused(op analyzer.Op, k catalog.Key) bool {
	t := op.Before.TableAt(k)
	return t != nil && refused(op.Before, t) != nil
}

// refused returns the publication because of which updates or deletes of a table
// are refused; nil if they are not, or that is not certain.
func refused(c *catalog.Catalog, t *catalog.Table) *catalog.Publication {
	if t.HasIdentity() || !c.Certain(t.Key) {
		return nil
	}
	if p := c.Published(t, "update"); p != nil {
		return p
	}
	return c.Published(t, "delete")
}

// mayLoseIdentity returns the tables that an op publishes, or takes the replica
// identity of.
func mayLoseIdentity(p *analyzer.Pass, op analyzer.Op) []catalog.Key {
	switch o := op.Op.(type) {
	case *sqlast.CreatePublication:
		return named(op, o)
	case *sqlast.CreateTable:
		k := p.After.Resolve(o.Name)
		if t := p.After.TableAt(k); t != nil && o.PartitionOf.IsZero() && t.PartitionOf != (catalog.Key{}) {
			return nil // attached later: that publishes it
		}
		return []catalog.Key{k}
	case *sqlast.AttachPartition:
		return []catalog.Key{op.Before.Resolve(o.Partition)}
	case *sqlast.DropConstraint, *sqlast.DropColumn, *sqlast.ReplicaIdentity, *sqlast.AlterConstraint:
		return []catalog.Key{op.Before.Resolve(o.(sqlast.AlterAction).Target().Table.Name)}
	case *sqlast.Drop:
		if i := op.Before.Index(o.Name); o.Object == sqlast.Index && i != nil {
			return []catalog.Key{i.Table}
		}
	}
	return nil
}

// maxNamed bounds the tables that are looked at for one statement.
const maxNamed = 1000

// named returns the tables that a statement names for a publication, with their
// partitions; if it changes what is published, those of the publication.
func named(op analyzer.Op, o *sqlast.CreatePublication) []catalog.Key {
	var keys []catalog.Key
	for _, r := range o.Tables {
		keys = append(keys, op.Before.Resolve(r.Name))
	}
	if pub := op.Before.Publication(o.Name); pub != nil && o.Publish != nil {
		keys = append(keys, pub.Tables...)
	}
	for i := 0; i < len(keys) && len(keys) < maxNamed; i++ {
		if t := op.Before.TableAt(keys[i]); t != nil {
			keys = append(keys, t.Partitions...)
		}
	}
	return keys[:min(len(keys), maxNamed)]
}

func refusal(c *catalog.Catalog, tables []*catalog.Table) analyzer.Diagnostic {
	names := make([]string, len(tables))
	var steps recipe.Steps
	for i, t := range tables {
		names[i] = t.Key.String()
		alter := fmt.Sprintf("ALTER TABLE %s REPLICA IDENTITY ", t.Key)
		if index := identityIndex(t); index != nil {
			steps.Add("", alter+"USING INDEX "+sqlast.QuoteIdent(index.Name))
		} else {
			steps.Add("unless it gets a primary key", alter+"FULL")
		}
	}
	publication := refused(c, tables[0])
	fails := "UPDATE and DELETE of %s fail"
	switch updates, deletes := publication.Publishes("update"), publication.Publishes("delete"); {
	case !deletes:
		fails = "UPDATE of %s fails"
	case !updates:
		fails = "DELETE from %s fails"
	}
	return analyzer.Diagnostic{
		Message: fmt.Sprintf(fails+" from now on: publication %s publishes such changes, and there is no replica identity to find the rows by",
			listed3(names), sqlast.QuoteIdent(publication.Name)),
		Suggestion: steps.String(),
	}
}

// identityIndex returns an index of a table that can be its replica identity:
// unique, immediate, not partial, on NOT NULL columns (ATExecReplicaIdentity in
// tablecmds.c).
func identityIndex(t *catalog.Table) *catalog.Index {
	for _, i := range t.Indexes {
		con := t.Constraint(i.Constraint)
		if !i.Unique || !i.Valid || i.Where != nil || con != nil && con.Deferrable {
			continue
		}
		if !slices.ContainsFunc(i.Elements, func(e sqlast.IndexElem) bool {
			col := t.Column(e.Column)
			return col == nil || !col.NotNull
		}) {
			return i
		}
	}
	return nil
}
