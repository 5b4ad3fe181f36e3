package recipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// constraintName returns the constraint's own name, or where the statement
// leaves it to the server the one that it would choose, so that a later
// statement can name it. It is not quoted.
func constraintName(s *analyzer.Stmt, table sqlast.Relation, c *sqlast.Constraint) string {
	if c.Name != "" {
		return c.Name
	}
	if len(s.Ops) > maxActions {
		return ObjectName(table.Name.Name, c.Columns, suffixes[c.Kind])
	}
	after := s.Before.Snapshot()
	after.Apply(s.Statement, s.Origin)
	if t := after.Table(table.Name); t != nil {
		for _, con := range t.Constraints {
			if con.At == c.At {
				return con.Name
			}
		}
	}
	return ObjectName(table.Name.Name, c.Columns, suffixes[c.Kind])
}

// maxActions is how many actions an ALTER TABLE may have for its names to be
// found by replaying it: each of them asks anew.
const maxActions = 100

// suffixes end the names that the server makes up (ChooseConstraintName and
// ChooseIndexName).
var suffixes = map[sqlast.ConstraintKind]string{
	sqlast.Check: "check", sqlast.ForeignKey: "fkey", sqlast.Unique: "key", sqlast.PrimaryKey: "pkey",
	sqlast.Exclusion: "excl", sqlast.NotNullConstraint: "not_null",
}

// definition returns the constraint as written, without CONSTRAINT name. What a
// definition begins with is a reserved word, so the name cannot be mistaken for
// it.
func definition(c *sqlast.Constraint, first string) string {
	text := c.At.Text()
	if start, _, ok := findWord(text, first); ok {
		return text[start:]
	}
	return text
}

// tableConstraint returns CHECK or FOREIGN KEY as a table constraint without a
// name, also where it was written with the column.
func tableConstraint(c *sqlast.Constraint) string {
	if c.Kind == sqlast.Check {
		return definition(c, "check")
	}
	if _, _, ok := findWord(c.At.Text(), "foreign"); ok {
		return definition(c, "foreign")
	}
	return fmt.Sprintf("FOREIGN KEY (%s) %s", Idents(c.Columns), definition(c, "references"))
}

// ValidateLater adds a CHECK or a foreign key NOT VALID and validates it in a
// later transaction.
func ValidateLater(s *analyzer.Stmt, table sqlast.Relation, c *sqlast.Constraint) string {
	name := sqlast.QuoteIdent(constraintName(s, table, c))
	var steps Steps
	steps.Add("", fmt.Sprintf("%s ADD CONSTRAINT %s %s NOT VALID", Alter(table), name, tableConstraint(c)))
	steps.Add(quiet, fmt.Sprintf("%s VALIDATE CONSTRAINT %s", Alter(table), name))
	return steps.String()
}

// EnforceLater makes a NOT ENFORCED foreign key anew, NOT VALID, and validates it
// in a later transaction.
func EnforceLater(s *analyzer.Stmt, table sqlast.Relation, c *sqlast.Constraint) string {
	name := sqlast.QuoteIdent(c.Name)
	definition := tableConstraint(c)
	if start, _, ok := findWord(definition, "not"); ok { // NOT ENFORCED, or NOT DEFERRABLE, which is the default
		definition = strings.TrimSpace(definition[:start])
	}
	var steps Steps
	steps.Add("", fmt.Sprintf("%s DROP CONSTRAINT %s, ADD CONSTRAINT %s %s NOT VALID", Alter(table), name, name, definition))
	steps.Add(quiet, fmt.Sprintf("%s VALIDATE CONSTRAINT %s", Alter(table), name))
	return steps.String()
}

// ForeignKeyByPartition is the way to a foreign key on a partitioned table
// before PostgreSQL 18, which refuses NOT VALID there: on each partition first.
func ForeignKeyByPartition(s *analyzer.Stmt, table sqlast.Relation, c *sqlast.Constraint) string {
	name := sqlast.QuoteIdent(constraintName(s, table, c))
	var steps Steps
	parts, more := leaves(s.Before, table.Name)
	for _, part := range parts {
		if refersAlready(s.Before, part, c) {
			continue
		}
		target := sqlast.Relation{Name: part}
		steps.Add("", fmt.Sprintf("%s ADD CONSTRAINT %s %s NOT VALID", Alter(target), name, tableConstraint(c)))
		steps.Add(quiet, fmt.Sprintf("%s VALIDATE CONSTRAINT %s", Alter(target), name))
	}
	steps.AddText(more)
	steps.Add("then the whole table, which takes over the constraints of its partitions and scans nothing",
		fmt.Sprintf("%s ADD CONSTRAINT %s %s", Alter(table), name, tableConstraint(c)))
	return steps.String()
}

// refersAlready reports whether a partition has such a foreign key, valid: that of
// the whole table takes it over.
func refersAlready(before *catalog.Catalog, part sqlast.Name, c *sqlast.Constraint) bool {
	t := before.Table(part)
	return t != nil && slices.ContainsFunc(t.Constraints, func(has *catalog.Constraint) bool {
		return has.Kind == sqlast.ForeignKey && has.Valid && has.RefTable == before.Resolve(c.RefTable) && slices.Equal(has.Columns, c.Columns) &&
			(len(c.RefColumns) == 0 || slices.Equal(has.RefColumns, c.RefColumns)) &&
			has.OnDelete == c.OnDelete && has.OnUpdate == c.OnUpdate &&
			has.Deferrable == c.Deferrable && has.InitiallyDeferred == c.InitiallyDeferred
	})
}

// maxPartitions is how many partitions a recipe spells out.
const maxPartitions = 5

// likewise is the comment that stands for the partitions left out.
func likewise(left int) string {
	if left <= 0 {
		return ""
	}
	return fmt.Sprintf("-- and so on for the other %d partitions", left)
}

// leaves returns the first partitions of a table that hold rows, named the way
// the user names the table, and a comment that stands for the others; a made-up
// one if history knows none.
func leaves(before *catalog.Catalog, table sqlast.Name) (names []sqlast.Name, more string) {
	key := before.Resolve(table)
	left := 0
	todo := []catalog.Key{key}
	for i := 0; i < len(todo); i++ {
		t := before.TableAt(todo[i])
		if t != nil && t.PartitionBy != nil {
			todo = append(todo, t.Partitions...)
			continue
		}
		if len(names) == maxPartitions {
			left++
			continue
		}
		name := sqlast.Name{Schema: todo[i].Schema, Name: todo[i].Name}
		if table.Schema == "" && name.Schema == key.Schema {
			name.Schema = ""
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		names = []sqlast.Name{{Schema: table.Schema, Name: table.Name + "_partition"}}
	}
	return names, likewise(left)
}

// UniqueUsingIndex builds the index of a UNIQUE or PRIMARY KEY constraint
// concurrently and then adopts it. The columns of a primary key become NOT NULL
// first, or adopting the index would read the table.
func UniqueUsingIndex(p *analyzer.Pass, s *analyzer.Stmt, table sqlast.Relation, c *sqlast.Constraint) string {
	name := constraintName(s, table, c)
	kind, tail, deferrable := "UNIQUE", "", ""
	var steps Steps
	if c.Kind == sqlast.PrimaryKey {
		kind = "PRIMARY KEY"
		for _, column := range c.Columns {
			if !isNotNull(s.Before.Table(table.Name), column) {
				steps.AddText(SetNotNull(s, table, column, p.Options.PostgresMajor()))
			}
		}
	}
	if len(c.Include) > 0 {
		tail += fmt.Sprintf(" INCLUDE (%s)", Idents(c.Include))
	}
	if c.NullsNotDistinct {
		tail += " NULLS NOT DISTINCT"
	}
	if c.Deferrable {
		deferrable = " DEFERRABLE"
	}
	if c.InitiallyDeferred {
		deferrable += " INITIALLY DEFERRED"
	}
	index, drop := freeIndexName(s, table, name)
	steps.AddText(LeaveTransaction(p, s)).
		Add("", fmt.Sprintf("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)%s", sqlast.QuoteIdent(index), table.Name, Idents(c.Columns), tail)).
		Add(later+"; the index becomes the constraint's",
			fmt.Sprintf("%s %sADD CONSTRAINT %s %s USING INDEX %s%s", Alter(table), drop, sqlast.QuoteIdent(name), kind, sqlast.QuoteIdent(index), deferrable))
	return steps.String()
}

// freeIndexName is the constraint's own name for its index, unless an index has it
// now. It is often that of the constraint which the same statement drops: then
// drop is that action.
func freeIndexName(s *analyzer.Stmt, table sqlast.Relation, name string) (index, drop string) {
	schema := s.Before.Resolve(table.Name).Schema
	if s.Before.IndexAt(catalog.Key{Schema: schema, Name: name}) == nil {
		return name, ""
	}
	for _, op := range s.Ops {
		if d, ok := op.(*sqlast.DropConstraint); ok && d.Constraint == name {
			drop = "DROP CONSTRAINT " + sqlast.QuoteIdent(name) + ", "
		}
	}
	return clip(name, maxIdent-len("_new")) + "_new", drop
}

func isNotNull(t *catalog.Table, column string) bool {
	col := columnOf(t, column)
	return col != nil && col.NotNull
}

// SetNotNull is the way to NOT NULL without a scan under ACCESS EXCLUSIVE. A
// check of that meaning that is there already, and only has to be validated, is
// made use of.
func SetNotNull(s *analyzer.Stmt, table sqlast.Relation, column string, major int) string {
	col, alter := sqlast.QuoteIdent(column), Alter(table)
	name, isThere := waitingCheck(s.Before.Table(table.Name), column)
	if !isThere {
		// In 18 the server names the NOT NULL itself …_not_null: the check must leave
		// that free.
		suffix := "not_null_check"
		if major >= 18 {
			suffix = "not_null"
		}
		name = ObjectName(table.Name.Name, []string{column}, suffix)
	}
	name = sqlast.QuoteIdent(name)
	validate := fmt.Sprintf("%s VALIDATE CONSTRAINT %s", alter, name)
	var steps Steps
	if major >= 18 && !isThere {
		return steps.Add("", fmt.Sprintf("%s ADD CONSTRAINT %s NOT NULL %s NOT VALID", alter, name, col)).
			Add(quiet, validate).String()
	}
	if !isThere {
		steps.Add("", fmt.Sprintf("%s ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID", alter, name, col))
	}
	return steps.Add(quiet, validate).
		Add("then; the valid check proves it, so nothing is scanned",
			fmt.Sprintf("%s ALTER COLUMN %s SET NOT NULL", alter, col),
			fmt.Sprintf("%s DROP CONSTRAINT %s", alter, name)).String()
}

// waitingCheck returns the CHECK of a table that says no more than that the
// column is not NULL, and is not validated.
func waitingCheck(t *catalog.Table, column string) (name string, ok bool) {
	if t == nil {
		return "", false
	}
	for _, c := range t.Constraints {
		test, isTest := c.Expr.(*sqlast.NullTestExpr)
		if c.Kind != sqlast.Check || c.Valid || c.NotEnforced || !isTest || !test.Not {
			continue
		}
		if col, isColumn := test.Arg.(*sqlast.ColumnExpr); isColumn && col.Column == column {
			return c.Name, true
		}
	}
	return "", false
}

// clip cuts a name to at most n bytes without splitting a character.
func clip(name string, n int) string {
	if len(name) <= n {
		return name
	}
	return strings.ToValidUTF8(name[:n], "")
}
