package recipe

import (
	"fmt"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// CreateIndex writes the statement so that the table stays writable: with
// CONCURRENTLY, or partition by partition.
func CreateIndex(p *analyzer.Pass, s *analyzer.Stmt, create *sqlast.CreateIndex) string {
	if t := s.Before.Table(create.Table.Name); t != nil && t.PartitionBy != nil {
		return partitionedIndex(s, create, t.Partitions)
	}
	return LeaveTransaction(p, s) + Statement(InsertAfter(create.Pos().Text(), "index", "CONCURRENTLY"))
}

// partitionedIndex is the recipe of the manual, section 5.12.2.2 "Partition
// Maintenance": ON ONLY the parent, CONCURRENTLY on each partition, attach.
func partitionedIndex(s *analyzer.Stmt, create *sqlast.CreateIndex, partitions []catalog.Key) string {
	sql := create.Pos().Text()
	name := create.Name
	if name == "" {
		name = create.Table.Name.Name + "_idx"
		sql = InsertAfter(sql, "index", sqlast.QuoteIdent(name))
	}
	var steps Steps
	steps.Add("the parent's index stays invalid until every partition's is attached", InsertAfter(sql, "on", "ONLY"))
	if len(partitions) == 0 {
		partitions = []catalog.Key{{Schema: create.Table.Schema, Name: create.Table.Name.Name + "_partition"}}
	}
	definition := sql[create.Table.Span.End-create.Pos().Start+len(sql)-len(create.Pos().Text()):]
	for _, part := range partitions {
		child := sqlast.QuoteIdent(part.Name + "_" + name)
		unique := ""
		if create.Unique {
			unique = "UNIQUE "
		}
		steps.Add("each in a migration outside any transaction",
			fmt.Sprintf("CREATE %sINDEX CONCURRENTLY %s ON %s%s", unique, child, part, definition),
			fmt.Sprintf("ALTER INDEX %s ATTACH PARTITION %s", sqlast.QuoteIdent(name), child))
	}
	return steps.String()
}
