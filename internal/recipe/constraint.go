package recipe

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

// ConstraintName returns the constraint's own name, or one in PostgreSQL's style
// where the statement leaves it to the server, so that VALIDATE can name it.
func ConstraintName(table sqlast.Name, c *sqlast.Constraint) string {
	if c.Name != "" {
		return sqlast.QuoteIdent(c.Name)
	}
	columns := c.Columns
	if c.Kind == sqlast.Check {
		columns = nil
		for _, ref := range sqlast.Columns(c.Expr) {
			columns = append(columns, ref.Column)
			break // the server uses the column only if there is just one; one is enough for a name
		}
	}
	suffix := map[sqlast.ConstraintKind]string{
		sqlast.Check: "check", sqlast.ForeignKey: "fkey", sqlast.Unique: "key", sqlast.PrimaryKey: "pkey",
		sqlast.Exclusion: "excl", sqlast.NotNullConstraint: "not_null",
	}[c.Kind]
	if c.Kind == sqlast.PrimaryKey {
		columns = nil
	}
	return ObjectName(table.Name, columns, suffix)
}

// definition returns the constraint as written, without CONSTRAINT name.
func definition(c *sqlast.Constraint) string {
	text := c.At.Text()
	if c.Name == "" || !strings.EqualFold(firstWord(text), "constraint") {
		return text
	}
	rest := strings.TrimSpace(text[len("constraint"):])
	if strings.HasPrefix(rest, `"`) {
		if end := strings.Index(rest[1:], `"`); end >= 0 {
			return strings.TrimSpace(rest[end+2:])
		}
	}
	return strings.TrimSpace(strings.TrimPrefix(rest, firstWord(rest)))
}

func firstWord(s string) string {
	if f := strings.Fields(s); len(f) > 0 {
		return f[0]
	}
	return ""
}

// ValidateLater adds the constraint NOT VALID and validates it in a later
// transaction.
func ValidateLater(table sqlast.Name, c *sqlast.Constraint) string {
	name := ConstraintName(table, c)
	var steps Steps
	steps.Add("", fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID", table, name, definition(c)))
	steps.Add("in a later migration, so that the scan runs under SHARE UPDATE EXCLUSIVE, which blocks neither reads nor writes",
		fmt.Sprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", table, name))
	return steps.String()
}

// ForeignKeyByPartition is the way to a foreign key on a partitioned table
// before PostgreSQL 18, which refuses NOT VALID there: on each partition first.
func ForeignKeyByPartition(table sqlast.Name, c *sqlast.Constraint, partitions []string) string {
	if len(partitions) == 0 {
		partitions = []string{table.Name + "_partition"}
	}
	name := ConstraintName(table, c)
	var steps Steps
	for _, part := range partitions {
		steps.Add("each in migrations of its own",
			fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s %s NOT VALID", part, name, definition(c)),
			fmt.Sprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", part, name))
	}
	steps.Add("then the parent, which finds the partitions' constraints and scans nothing",
		fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s %s", table, name, definition(c)))
	return steps.String()
}

// UniqueUsingIndex builds the index of a UNIQUE or PRIMARY KEY constraint
// concurrently and then adopts it.
func UniqueUsingIndex(p *analyzer.Pass, s *analyzer.Stmt, table sqlast.Name, c *sqlast.Constraint) string {
	name := ConstraintName(table, c)
	kind := "UNIQUE"
	if c.Kind == sqlast.PrimaryKey {
		kind = "PRIMARY KEY"
	}
	tail := ""
	if len(c.Include) > 0 {
		tail += fmt.Sprintf(" INCLUDE (%s)", Idents(c.Include))
	}
	if c.NullsNotDistinct {
		tail += " NULLS NOT DISTINCT"
	}
	deferrable := ""
	if c.Deferrable {
		deferrable = " DEFERRABLE"
	}
	if c.InitiallyDeferred {
		deferrable += " INITIALLY DEFERRED"
	}
	var steps Steps
	steps.Add("", fmt.Sprintf("CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)%s", name, table, Idents(c.Columns), tail))
	steps.Add("in a later migration; the index becomes the constraint's",
		fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s%s", table, name, kind, name, deferrable))
	return LeaveTransaction(p, s) + steps.String()
}

// SetNotNull is the way to NOT NULL without a scan under ACCESS EXCLUSIVE.
func SetNotNull(table sqlast.Name, column string, major int) string {
	col := sqlast.QuoteIdent(column)
	name := ObjectName(table.Name, []string{column}, "not_null")
	validate := fmt.Sprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", table, name)
	var steps Steps
	if major >= 18 {
		steps.Add("", fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s NOT NULL %s NOT VALID", table, name, col))
		steps.Add("in a later migration; the scan blocks neither reads nor writes", validate)
		return steps.String()
	}
	steps.Add("", fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID", table, name, col))
	steps.Add("in a later migration; the scan blocks neither reads nor writes", validate)
	steps.Add("then; the valid check proves it, so nothing is scanned",
		fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET NOT NULL", table, col),
		fmt.Sprintf("ALTER TABLE %s DROP CONSTRAINT %s", table, name))
	return steps.String()
}

// ValidateColumnKeyLater turns the REFERENCES of a column into a table
// constraint that is added NOT VALID and validated later.
func ValidateColumnKeyLater(table sqlast.Name, c *sqlast.Constraint) string {
	name := ConstraintName(table, c)
	var steps Steps
	steps.Add("", fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s FOREIGN KEY (%s) %s NOT VALID",
		table, name, Idents(c.Columns), definition(c)))
	steps.Add("in a later migration; the scan blocks neither reads nor writes",
		fmt.Sprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", table, name))
	return steps.String()
}
