package recipe

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// unknownKey stands for the partition key where history does not know it.
const unknownKey = "partition_key"

// ProvedAttach proves by a validated check that the rows of a new partition fit
// its bounds, or that no row of the DEFAULT partition does, before the attach. It
// is empty where a simple check cannot say what the bounds do: of a hash
// partition, or of a key of several columns.
func ProvedAttach(s *analyzer.Stmt, attach *sqlast.AttachPartition, scanned catalog.Key) string {
	parent := s.Before.Table(attach.Table.Name)
	condition, ok := withinBounds(keyColumn(parent), attach.Bound.Text)
	if !ok {
		return ""
	}
	table, comment := attach.Partition, "a check that says what the bounds say"
	if scanned != s.Before.Resolve(attach.Partition) {
		condition, comment = "NOT ("+condition+")", "a check that keeps the rows of the new partition out"
		table = sqlast.Name{Schema: scanned.Schema, Name: scanned.Name}
		if attach.Table.Schema == "" && scanned.Schema == s.Before.Resolve(attach.Table.Name).Schema {
			table.Schema = ""
		}
	}
	target := Alter(sqlast.Relation{Name: table})
	name := sqlast.QuoteIdent(ObjectName(table.Name, nil, "bounds"))
	var steps Steps
	return steps.Add(comment, fmt.Sprintf("%s ADD CONSTRAINT %s CHECK (%s) NOT VALID", target, name, condition)).
		Add(quiet, fmt.Sprintf("%s VALIDATE CONSTRAINT %s", target, name)).
		Add("then; nothing is scanned", s.Text, fmt.Sprintf("%s DROP CONSTRAINT %s", target, name)).String()
}

// keyColumn is the column that a table is partitioned by; "" if there are
// several or it is an expression.
func keyColumn(t *catalog.Table) string {
	switch {
	case t == nil || t.PartitionBy == nil:
		return unknownKey
	case len(t.PartitionBy.Columns) == 1:
		return sqlast.QuoteIdent(t.PartitionBy.Columns[0])
	}
	return ""
}

// withinBounds writes the bounds of a partition, as FOR VALUES has them, as a
// condition on its rows.
func withinBounds(key, bounds string) (condition string, ok bool) {
	if key == "" || key == `""` {
		return "", false
	}
	if list, isList := parenthesized(bounds, "in"); isList {
		if _, _, null := findWord(list, "null"); null {
			return "", false
		}
		return fmt.Sprintf("%s IS NOT NULL AND %s IN (%s)", key, key, list), true
	}
	from, isRange := parenthesized(bounds, "from")
	to, hasEnd := parenthesized(bounds, "to")
	if !isRange || !hasEnd || strings.Contains(from, ",") || strings.Contains(to, ",") {
		return "", false
	}
	condition = key + " IS NOT NULL"
	if !strings.EqualFold(from, "minvalue") {
		condition += fmt.Sprintf(" AND %s >= %s", key, from)
	}
	if !strings.EqualFold(to, "maxvalue") {
		condition += fmt.Sprintf(" AND %s < %s", key, to)
	}
	return condition, true
}

// parenthesized returns what stands in the parentheses behind a key word.
func parenthesized(sql, keyword string) (inside string, ok bool) {
	_, end, ok := findWord(sql, keyword)
	if !ok {
		return "", false
	}
	open := strings.IndexByte(sql[end:], '(')
	if open < 0 {
		return "", false
	}
	start := end + open + 1
	depth := 1
	for i := start; i < len(sql); {
		if n := skip(sql[i:]); n > 0 {
			i += n
			continue
		}
		switch sql[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return strings.TrimSpace(sql[start:i]), true
			}
		}
		i++
	}
	return "", false
}

// CreateThenAttach makes a partition as a table of its own and attaches it, which
// locks the partitioned table less than CREATE TABLE … PARTITION OF.
func CreateThenAttach(create *sqlast.CreateTable) string {
	bound := create.Bound.Text
	if create.Bound.Default {
		bound = "DEFAULT"
	}
	var steps Steps
	return steps.Add("", fmt.Sprintf("CREATE TABLE %s (LIKE %s INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS)", create.Name, create.PartitionOf),
		fmt.Sprintf("ALTER TABLE %s ATTACH PARTITION %s %s", create.PartitionOf, create.Name, bound)).String()
}
