package recipe

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// AddNullable returns ADD COLUMN with the bare column: no default, no NOT NULL,
// no constraint.
func AddNullable(table sqlast.Name, c *sqlast.ColumnDef) string {
	typ := c.Type.String()
	if c.Type.IsSerial() {
		typ = map[string]string{"serial2": "smallint", "serial4": "integer", "serial8": "bigint"}[c.Type.Name.Name]
	}
	return fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", table, sqlast.QuoteIdent(c.Name), typ)
}

// Backfill is the batched UPDATE that fills a column, with the value as SQL.
func Backfill(table sqlast.Name, column, value string) string {
	col := sqlast.QuoteIdent(column)
	return fmt.Sprintf("UPDATE %s SET %s = %s WHERE %s IS NULL AND id BETWEEN $1 AND $2", table, col, value, col)
}

// FillThenRequire adds a required column in steps: nullable, filled in batches,
// then NOT NULL by a validated check. value is the SQL to fill with; def, if not
// empty, becomes the default first, so that new rows have it.
func FillThenRequire(table sqlast.Name, c *sqlast.ColumnDef, value, def string, major int) string {
	var steps Steps
	steps.Add("", AddNullable(table, c))
	if def != "" {
		steps.Add("", fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s", table, sqlast.QuoteIdent(c.Name), def))
	}
	steps.Add("in a later migration outside a transaction, in batches (here by id)", Backfill(table, c.Name, value))
	if c.NotNull {
		return steps.String() + "\n-- then\n" + SetNotNull(table, c.Name, major)
	}
	return steps.String()
}

// ReplaceColumn changes the type of a column by way of a second one that is kept
// in step.
func ReplaceColumn(table sqlast.Name, column string, typ sqlast.TypeName) string {
	next := column + "_new"
	old, col := sqlast.QuoteIdent(column), sqlast.QuoteIdent(next)
	cast := fmt.Sprintf("%s::%s", old, typ)
	fn := sqlast.QuoteIdent(strings.Trim(table.Name+"_fill_"+next, "_"))
	var steps Steps
	steps.Add("a second column, kept in step by a trigger",
		fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", table, col, typ),
		fmt.Sprintf("CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS\n  $$ BEGIN NEW.%s := NEW.%s; RETURN NEW; END $$", fn, col, cast),
		fmt.Sprintf("CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION %s()", fn, table, fn))
	steps.Add("in a later migration outside a transaction, in batches (here by id)", Backfill(table, next, cast))
	steps.Add("then swap the names, in one short transaction, and drop the old column a release later",
		"BEGIN",
		fmt.Sprintf("DROP TRIGGER %s ON %s", fn, table),
		fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", table, old, sqlast.QuoteIdent(column+"_old")),
		fmt.Sprintf("ALTER TABLE %s RENAME COLUMN %s TO %s", table, col, old),
		"COMMIT")
	return steps.String()
}
