package effect

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// notInBlock is ERRCODE_ACTIVE_SQL_TRANSACTION.
const notInBlock = "25001"

// notInTransaction records the error of a statement that cannot run in a
// transaction block (PreventInTransactionBlock in xact.c).
func (j *judge) notInTransaction(command string) bool {
	switch {
	case j.env.InFunction:
		j.fail(notInBlock, "%s cannot be executed from a function", command)
	case j.env.InTransaction:
		j.fail(notInBlock, "%s cannot run inside a transaction block", command)
	}
	return j.env.InTransaction
}

// outsideTransaction are the commands of utility.c that cannot run in a
// transaction block, by command tag.
var outsideTransaction = map[string]struct{}{
	"ALTER SYSTEM": {}, "CREATE DATABASE": {}, "CREATE TABLESPACE": {}, "DISCARD ALL": {},
}

// certainFailures records errors that do not depend on what the op does to
// tables.
func (j *judge) certainFailures(op sqlast.Op) {
	switch op := op.(type) {
	case *sqlast.Other:
		if _, ok := outsideTransaction[op.Tag]; ok {
			j.notInTransaction(op.Tag)
		}
	case *sqlast.CreateSubscription:
		if op.CreateSlot {
			j.notInTransaction("CREATE SUBSCRIPTION ... WITH (create_slot = true)")
		}
	case *sqlast.Drop:
		switch op.Object {
		case sqlast.Database, sqlast.Tablespace:
			j.notInTransaction("DROP " + strings.ToUpper(op.Object.String()))
		}
	case *sqlast.Reindex:
		switch op.Object {
		case sqlast.Schema, sqlast.Database:
			j.notInTransaction("REINDEX " + strings.ToUpper(op.Object.String()))
		case sqlast.OtherObject:
			j.notInTransaction("REINDEX SYSTEM")
		}
	case *sqlast.Transaction:
		j.transactionControl(op)
	case *sqlast.CreateSchema:
		if op.Name != "" && !op.IfNotExists && j.cat.CertainSchema(op.Name) {
			j.fail("42P06", "schema %q already exists", op.Name)
		}
	}
	j.enumValues(op)
}

// transactionControl records the errors of commands that need a transaction block
// (RequireTransactionBlock and EndTransactionBlock in xact.c), or a savepoint of
// it. The implicit one is none.
func (j *judge) transactionControl(op *sqlast.Transaction) {
	var command string
	switch {
	case op.Kind == sqlast.Savepoint:
		command = "SAVEPOINT"
	case op.Kind == sqlast.RollbackToSavepoint:
		command = "ROLLBACK TO SAVEPOINT"
	case op.Kind == sqlast.ReleaseSavepoint:
		command = "RELEASE SAVEPOINT"
	case op.Kind == sqlast.Commit && op.Chain:
		command = "COMMIT AND CHAIN"
	case op.Kind == sqlast.Rollback && op.Chain:
		command = "ROLLBACK AND CHAIN"
	default:
		return
	}
	switch {
	case !j.env.InTransaction || j.env.Implicit:
		j.fail("25P01", "%s can only be used in transaction blocks", command)
	case j.env.NoSavepoint:
		j.fail("3B001", "savepoint %q does not exist", op.Savepoint)
	}
}

// enumValues records the errors for constants that are no label of their enum
// (enum_in in enum.c), or one that is used in the transaction that adds it
// (check_safe_enum_use). From 17 on a label is safe if the same transaction made
// the whole type; up to 16 only the labels it was made with are.
func (j *judge) enumValues(op sqlast.Op) {
	switch op := op.(type) {
	case *sqlast.Insert:
		j.enumsInInsert(op)
	case *sqlast.Update:
		t := j.cat.Table(op.Table.Name)
		for _, a := range op.Set {
			j.enumConstant(columnOf(t, a.Column), a.Value)
		}
		j.enumsInExpr(t, op.Where)
	case *sqlast.Delete:
		j.enumsInExpr(j.cat.Table(op.Table.Name), op.Where)
	case *sqlast.SetDefault:
		if j.alter.retyped[op.Column] != nil {
			return // in an earlier pass, to what type ever
		}
		j.enumConstant(columnOf(j.alter.table, op.Column), op.Default)
	case *sqlast.AddColumn:
		j.enumDefault(&op.Column)
	case *sqlast.AddConstraint:
		j.enumsInExpr(j.alter.table, op.Constraint.Expr)
	case *sqlast.CreateTable:
		for i := range op.Columns {
			j.enumDefault(&op.Columns[i])
		}
	case *sqlast.CreateIndex:
		j.enumsInExpr(j.cat.Table(op.Table.Name), op.Where)
	case *sqlast.Select:
		if op.Query != nil {
			for _, t := range op.Query.Targets {
				j.enumsInExpr(nil, t.Expr)
			}
		}
	}
}

func (j *judge) enumsInInsert(op *sqlast.Insert) {
	t := j.cat.Table(op.Table.Name)
	if t == nil {
		return
	}
	var cols []*catalog.Column
	for _, name := range op.Columns {
		cols = append(cols, t.Column(name))
	}
	if len(op.Columns) == 0 && !t.Partial && !t.ColumnsUnknown {
		cols = t.Columns
	}
	if len(cols) == 0 || op.Query == nil {
		return
	}
	if rows := op.Query.ValueRows; rows > 0 && len(op.Values)%rows == 0 {
		width := len(op.Values) / rows
		for i, v := range op.Values {
			if i%width < len(cols) {
				j.enumConstant(cols[i%width], v)
			}
		}
		return
	}
	for i, target := range op.Query.Targets {
		if i < len(cols) {
			j.enumConstant(cols[i], target.Expr)
		}
	}
}

func (j *judge) enumDefault(c *sqlast.ColumnDef) {
	if t := j.cat.Type(c.Type.Name); t != nil && c.Type.ArrayDims == 0 {
		j.enumLabel(t, c.Default)
	}
}

// enumConstant judges a constant that becomes a value of a column.
func (j *judge) enumConstant(c *catalog.Column, e sqlast.Expr) {
	if c == nil || c.Type.ArrayDims > 0 {
		return
	}
	if t := j.cat.TypeAt(c.UserType); t != nil {
		j.enumLabel(t, e)
	}
}

// manyLabels is from where on an enum's labels may not all be in the history.
const manyLabels = 1000

// enumLabel fails e if it is a constant that is no label of t, or one that the
// running transaction added.
func (j *judge) enumLabel(t *catalog.Type, e sqlast.Expr) {
	c, ok := e.(*sqlast.ConstExpr)
	if cast, isCast := e.(*sqlast.CastExpr); isCast {
		if j.cat.Type(cast.Type.Name) != t {
			return
		}
		c, ok = cast.Arg.(*sqlast.ConstExpr)
	}
	if !ok || c.Kind != sqlast.StringConst || t.Kind != sqlast.EnumType {
		return
	}
	if j.cat.CertainType(t) && len(t.Labels) < manyLabels &&
		!slices.ContainsFunc(t.Labels, func(l *catalog.EnumLabel) bool { return l.Value == c.Value }) {
		j.fail("22P02", "invalid input value for enum %s: %q", j.describeType(t), c.Value)
		return
	}
	if !j.env.InTransaction {
		return
	}
	for _, l := range t.Labels {
		if l.Value != c.Value || l.Created.Tx != j.env.Tx || l.Created == t.Created {
			continue
		}
		if j.env.Major >= 17 && t.Created.Tx == j.env.Tx && !t.Partial {
			continue
		}
		j.fail("55P04", "unsafe use of new value %q of enum type %s", l.Value, j.describeType(t))
	}
}

// comparison are the operators that take a constant for a value of the column's
// own type.
var comparison = map[string]bool{"=": true, "<>": true, "!=": true, "<": true, "<=": true, ">": true, ">=": true, "in": true, "not in": true, "between": true}

// enumsInExpr judges casts to an enum and comparisons of a column of t with a
// constant.
func (j *judge) enumsInExpr(t *catalog.Table, e sqlast.Expr) {
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		switch e := e.(type) {
		case *sqlast.CastExpr:
			if typ := j.cat.Type(e.Type.Name); typ != nil && e.Type.ArrayDims == 0 {
				j.enumLabel(typ, e)
			}
			return false
		case *sqlast.OpExpr:
			if !comparison[e.Op] {
				return true // LIKE takes a pattern, ANY an array
			}
			for _, arg := range e.Args {
				if c, ok := arg.(*sqlast.ColumnExpr); ok {
					for _, other := range e.Args {
						j.enumConstant(columnOf(t, c.Column), other)
					}
				}
			}
		}
		return true
	})
}
