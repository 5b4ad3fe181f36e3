package recipe

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// CreateIndex writes the statement so that the table stays writable: with
// CONCURRENTLY, or partition by partition.
func CreateIndex(p *analyzer.Pass, s *analyzer.Stmt, create *sqlast.CreateIndex) string {
	if t := s.Before.Table(create.Table.Name); t != nil && t.PartitionBy != nil {
		return partitionedIndex(p, s, create, t)
	}
	return LeaveTransaction(p, s) + Statement(InsertAfter(create.Pos().Text(), "index", "CONCURRENTLY"))
}

// partitionedIndex is the recipe of the manual, section 5.12.2.2 "Partition
// Maintenance": ON ONLY the parent, CONCURRENTLY on each partition, attach.
func partitionedIndex(p *analyzer.Pass, s *analyzer.Stmt, create *sqlast.CreateIndex, t *catalog.Table) string {
	sql := create.Pos().Text()
	name := create.Name
	if name == "" {
		name = serverIndexName(s, create)
		sql = InsertAfter(sql, "index", sqlast.QuoteIdent(name))
	}
	b := indexByPartition{s: s, create: create, parent: t, name: name, outside: "outside any transaction"}
	if leave := LeaveTransaction(p, s); leave != "" {
		b.outside = strings.TrimSpace(strings.TrimPrefix(leave, "--"))
	}
	b.definition = create.Pos().Text()[create.Table.Span.End-create.Pos().Start:]
	b.steps.Add("the index of the whole table stays invalid until that of every partition is attached", InsertAfter(sql, "on", "ONLY"))
	if len(t.Partitions) == 0 {
		b.leaf(name, catalog.Key{Schema: t.Schema, Name: t.Name + "_partition"})
	}
	for _, k := range t.Partitions {
		b.partition(name, k, 0)
	}
	return b.steps.AddText(likewise(b.left)).String()
}

// indexByPartition writes the steps for the partitions of a table.
type indexByPartition struct {
	s          *analyzer.Stmt
	create     *sqlast.CreateIndex
	parent     *catalog.Table
	name       string
	definition string // of the index, behind the table's name
	outside    string // how to leave the transaction
	indexed    int    // partitions spelled out
	left       int    // partitions left out
	steps      Steps
}

// maxPartitionDepth bounds the walk over partitions of partitions.
const maxPartitionDepth = 32

// partition indexes one partition and attaches that to the index above it.
func (b *indexByPartition) partition(above string, k catalog.Key, depth int) {
	if b.indexed++; b.indexed > maxPartitions {
		b.left++
		return
	}
	t := b.s.Before.TableAt(k)
	if t == nil || t.PartitionBy == nil || depth >= maxPartitionDepth {
		b.leaf(above, k)
		return
	}
	child := b.childName(k)
	b.steps.Add("", fmt.Sprintf("CREATE %sINDEX %s ON ONLY %s%s", b.unique(), sqlast.QuoteIdent(child), b.like(k), b.definition), b.attach(above, k, child))
	for _, part := range t.Partitions {
		b.partition(child, part, depth+1)
	}
}

func (b *indexByPartition) leaf(above string, k catalog.Key) {
	child := b.childName(k)
	b.steps.Add(b.outside,
		fmt.Sprintf("CREATE %sINDEX CONCURRENTLY %s ON %s%s", b.unique(), sqlast.QuoteIdent(child), b.like(k), b.definition))
	b.steps.Add("", b.attach(above, k, child))
}

func (b *indexByPartition) attach(above string, k catalog.Key, child string) string {
	part := b.like(k)
	part.Name = child
	return fmt.Sprintf("ALTER INDEX %s ATTACH PARTITION %s", inSchema(b.create.Table.Name, above), part)
}

func (b *indexByPartition) childName(k catalog.Key) string {
	return childIndexName(k.Name, b.parent.Name, b.name)
}

// childIndexName names the index of a partition: the partition's name and what the
// index's own name adds to the table's. What is too long is cut from that, since
// partitions mostly differ in how they end.
func childIndexName(partition, table, index string) string {
	suffix := strings.TrimPrefix(index, table+"_")
	room := maxIdent - len(partition) - 1
	if room < len("idx") {
		return clip(partition, maxIdent-len("_idx")) + "_idx"
	}
	return partition + "_" + clip(suffix, room)
}

func (b *indexByPartition) unique() string {
	if b.create.Unique {
		return "UNIQUE "
	}
	return ""
}

// like names a partition the way the user named the table: without a schema if
// both are in the same one.
func (b *indexByPartition) like(k catalog.Key) sqlast.Name {
	if b.create.Table.Schema == "" && k.Schema == b.parent.Schema {
		return sqlast.Name{Name: k.Name}
	}
	return sqlast.Name{Schema: k.Schema, Name: k.Name}
}

// serverIndexName is the name the server gives an index that has none, as replay
// knows it.
func serverIndexName(s *analyzer.Stmt, create *sqlast.CreateIndex) string {
	after := s.Before.Snapshot()
	after.Apply(s.Statement, s.Origin)
	if t := after.Table(create.Table.Name); t != nil {
		for _, i := range t.Indexes {
			if i.Created.Span == create.Pos() {
				return i.Name
			}
		}
	}
	return ObjectName(create.Table.Name.Name, nil, "idx")
}

// ReplaceIndex builds a new index before it drops the one that it replaces; if
// both have the same name, the new one gets it last.
func ReplaceIndex(p *analyzer.Pass, s *analyzer.Stmt, create *sqlast.CreateIndex, old *catalog.Index) string {
	next := *create
	sql := create.Pos().Text()
	if !create.Concurrently {
		sql = InsertAfter(sql, "index", "CONCURRENTLY")
	}
	var steps Steps
	steps.AddText(LeaveTransaction(p, s))
	if create.Name != old.Name {
		return steps.Add("", sql, "DROP INDEX CONCURRENTLY "+inSchema(create.Table.Name, old.Name)).String()
	}
	next.Name = clip(create.Name, maxIdent-len("_new")) + "_new"
	at := len(sql) - len(create.Pos().Text()) + create.NameAt.Start - create.Pos().Start
	sql = sql[:at] + sqlast.QuoteIdent(next.Name) + sql[at+create.NameAt.End-create.NameAt.Start:]
	return steps.Add("", sql, "DROP INDEX CONCURRENTLY "+inSchema(create.Table.Name, old.Name),
		fmt.Sprintf("ALTER INDEX %s RENAME TO %s", inSchema(create.Table.Name, next.Name), sqlast.QuoteIdent(old.Name))).String()
}
