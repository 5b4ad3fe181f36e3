package catalog

import "github.com/miglint/miglint/sqlast"

// ProvesNotNull reports whether a valid constraint of the table proves that no
// row has NULL in the column, so that SET NOT NULL needs no scan.
func (c *Catalog) ProvesNotNull(t *Table, column string) bool { return false }

// Volatility returns the volatility of an expression after constant folding.
// known is false if it calls a function that neither PostgreSQL nor history
// has; the result is Volatile then.
func (c *Catalog) Volatility(e sqlast.Expr) (v sqlast.Volatility, known bool) {
	return sqlast.Immutable, true
}

// ColumnDependents returns what uses a column of a table, in a fixed order.
func (c *Catalog) ColumnDependents(t *Table, column string) []Dependent { return nil }

// Dependent is an object that uses a column.
type Dependent struct {
	// Kind is Index, TableConstraint, Column (a generated one), Sequence (an
	// owned one), Trigger, Policy, View or MaterializedView.
	Kind sqlast.ObjectKind
	// Of is the relation itself for an index, sequence or view, else the table
	// that has the constraint, column, trigger or policy.
	Of   Key
	Name string // the object's own name
	// Auto is set when it is dropped with the column without CASCADE.
	Auto bool
}

func isBuiltinType(name string) bool { return false }
