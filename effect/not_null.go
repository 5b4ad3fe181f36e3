package effect

import (
	"slices"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// setNotNull is SET NOT NULL: each table of the family is scanned unless the
// column is NOT NULL already or a valid CHECK proves it
// (ATExecSetNotNull, NotNullImpliedByRelConstraints in tablecmds.c).
func (j *judge) setNotNull(op *sqlast.SetNotNull) {
	if j.columnMustExist(op.Column) {
		j.scanForNulls(j.alterFamily(op.Table.Only), op.Column, "SET NOT NULL")
	}
}

// scanForNulls records the scans that making a column NOT NULL costs.
func (j *judge) scanForNulls(keys []catalog.Key, column, action string) {
	if add := j.alter.added[column]; add != nil && add.Column.NotNull {
		return
	}
	for _, k := range j.stored(keys) {
		t := j.cat.TableAt(k)
		col := columnOf(t, column)
		switch {
		case col != nil && col.NotNull && !j.alter.nullable[column] || t != nil && j.cat.ProvesNotNull(j.withoutDropped(t), column):
		case t == nil || t.Partial || col == nil && j.alter.added[column] == nil:
			j.scan(k, true, action+" checks every row of "+column+" for NULL, unless a valid CHECK ("+
				sqlast.QuoteIdent(column)+" IS NOT NULL) proves there is none")
		default:
			j.scan(k, false, action+" checks every row of "+column+" for NULL")
		}
		if proved := t != nil && j.cat.ProvesNotNull(t, column); !proved && (col == nil || !col.NotNull || j.alter.nullable[column]) {
			j.failIfRows("23502", "column %q of relation %q contains null values", column, k.Name)
		}
	}
}

// withoutDropped is the table without the constraints that an earlier pass of
// the same statement drops: they prove nothing any more.
func (j *judge) withoutDropped(t *catalog.Table) *catalog.Table {
	if len(j.alter.dropped) == 0 {
		return t
	}
	rest := *t
	rest.Constraints = slices.DeleteFunc(slices.Clone(t.Constraints), func(c *catalog.Constraint) bool {
		return j.alter.dropped[c.Name]
	})
	return &rest
}

// dropNotNull is DROP NOT NULL (ATExecDropNotNull).
func (j *judge) dropNotNull(op *sqlast.DropNotNull) {
	t := j.alter.table
	if !j.columnMustExist(op.Column) || t == nil {
		return
	}
	if pk := t.PrimaryKey(); pk != nil && slices.Contains(pk.Columns, op.Column) && !j.alter.dropped[pk.Name] {
		j.fail("42P16", "column %q is in a primary key", op.Column)
	}
	if c := t.Column(op.Column); c != nil && c.Identity != sqlast.NoIdentity {
		j.fail("42601", "column %q of relation %q is an identity column", op.Column, t.Name)
	}
}
