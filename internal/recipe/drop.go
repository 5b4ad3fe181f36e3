package recipe

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

const briefly = "each in a transaction of its own, so that the tables are not locked all at once"

// DropForeignKeys drops foreign keys of a table one by one, and then does what
// rest says.
func DropForeignKeys(p *analyzer.Pass, s *analyzer.Stmt, table sqlast.Relation, keys []*catalog.Constraint, rest string) string {
	var steps Steps
	steps.AddText(LeaveTransaction(p, s)).Add("", "SET lock_timeout = '5s'")
	comment := briefly
	for _, fk := range keys {
		steps.Add(comment, fmt.Sprintf("%s DROP CONSTRAINT %s", Alter(table), sqlast.QuoteIdent(fk.Name)))
		comment = ""
	}
	return steps.Add("", rest, "RESET lock_timeout").String()
}

// DropTable drops a table without a long lock on another: a partition is
// detached before, and foreign keys are dropped one by one. It is "" where that
// is nothing but the DROP itself.
func DropTable(p *analyzer.Pass, s *analyzer.Stmt, drop *sqlast.Drop) string {
	t := s.Before.Table(drop.Name)
	if t == nil {
		return ""
	}
	table := sqlast.Relation{Name: drop.Name, IfExists: drop.IfExists}
	if t.PartitionOf != (catalog.Key{}) {
		return detachAndDrop(p, s, t, drop)
	}
	var keys []*catalog.Constraint
	for _, c := range t.Constraints {
		if c.Kind == sqlast.ForeignKey && c.RefTable != t.Key && !s.Minor(c.RefTable) {
			keys = append(keys, c)
		}
	}
	if len(keys) == 0 {
		return ""
	}
	return DropForeignKeys(p, s, table, keys, dropStatement(drop))
}

// detachAndDrop drops a partition. PostgreSQL detaches none CONCURRENTLY while
// there is a DEFAULT partition.
func detachAndDrop(p *analyzer.Pass, s *analyzer.Stmt, t *catalog.Table, drop *sqlast.Drop) string {
	parent := sqlast.Name{Schema: t.PartitionOf.Schema, Name: t.PartitionOf.Name}
	var steps Steps
	steps.AddText(LeaveTransaction(p, s))
	if of := s.Before.TableAt(t.PartitionOf); of != nil && hasDefault(s.Before, of) {
		return steps.Add("", "SET lock_timeout = '5s'", dropStatement(drop), "RESET lock_timeout").String()
	}
	return steps.Add("", fmt.Sprintf("ALTER TABLE %s DETACH PARTITION %s CONCURRENTLY", parent, drop.Name), dropStatement(drop)).String()
}

func hasDefault(c *catalog.Catalog, t *catalog.Table) bool {
	for _, k := range t.Partitions {
		if part := c.TableAt(k); part != nil && part.Bound.Default {
			return true
		}
	}
	return false
}

// dropStatement is the DROP of one object of several.
func dropStatement(drop *sqlast.Drop) string {
	sql := "DROP " + strings.ToUpper(drop.Object.String()) + " "
	if drop.IfExists {
		sql += "IF EXISTS "
	}
	sql += drop.Name.String()
	if drop.Cascade {
		sql += " CASCADE"
	}
	return sql
}
