package sqlast

import (
	"strconv"

	"github.com/miglint/miglint/source"
)

// Expr is a scalar expression, as far as its volatility, the columns it reads
// and what it proves about NULL depend on it. The set is closed.
type Expr interface {
	Pos() source.Span
	expr()
}

// ExprNode gives an expression its span (the whole expression).
type ExprNode struct{ At source.Span }

// Pos returns the bytes of the expression.
func (n ExprNode) Pos() source.Span { return n.At }

func (ExprNode) expr() {}

// ConstKind is the kind of a literal.
type ConstKind int

// The kinds of literal.
const (
	NullConst ConstKind = iota
	StringConst
	NumberConst
	BoolConst
	BitConst
)

type (
	// ConstExpr is a literal; Value is its text without quotes.
	ConstExpr struct {
		ExprNode
		Kind  ConstKind
		Value string
	}
	// ColumnExpr is a column reference. Qualifier is the table or alias written
	// before the dot, if any. Column "*" is a star.
	ColumnExpr struct {
		ExprNode
		Qualifier string
		Column    string
		// WholeRow is set for the t.* of f(t.*): it is the row as one value, and names
		// none of its columns (transformWholeRowRef in parse_expr.c).
		WholeRow bool
	}
	// FuncExpr is a call of a function. The SQL value functions are here too,
	// under their lower-case key word: current_timestamp, current_user, ….
	FuncExpr struct {
		ExprNode
		Name Name
		Args []Expr
	}
	// CastExpr is CAST(x AS t) or x::t.
	CastExpr struct {
		ExprNode
		Arg  Expr
		Type TypeName
	}
	// BoolOpExpr is AND, OR or NOT.
	BoolOpExpr struct {
		ExprNode
		Op   string // "and", "or", "not"
		Args []Expr
	}
	// NullTestExpr is x IS [NOT] NULL.
	NullTestExpr struct {
		ExprNode
		Arg Expr
		Not bool // IS NOT NULL
	}
	// OpExpr is an operator applied to one or two arguments; also IN, LIKE,
	// BETWEEN, = ANY and the like, whose Op is their lower-case key word.
	OpExpr struct {
		ExprNode
		Op   string
		Args []Expr // one (prefix) or more
	}
	// CollateExpr is x COLLATE c.
	CollateExpr struct {
		ExprNode
		Arg       Expr
		Collation Name
	}
	// SubqueryExpr is a sub-select, EXISTS or ARRAY(SELECT …); x IN (SELECT …)
	// is an OpExpr "in" whose last argument is one.
	SubqueryExpr struct {
		ExprNode
		Query *Query
	}
	// CompositeExpr is any other expression: CASE, ARRAY[…], ROW(…), COALESCE
	// (Kind "coalesce"), GREATEST, subscripts. Args are all its parts.
	CompositeExpr struct {
		ExprNode
		Kind string
		Args []Expr
	}
)

// WalkExpr calls f for e and every expression below it, outermost first, until f
// returns false for a node, whose children are then not visited. It does not
// enter sub-selects.
func WalkExpr(e Expr, f func(Expr) bool) {
	if e == nil || !f(e) {
		return
	}
	for _, arg := range ExprArgs(e) {
		WalkExpr(arg, f)
	}
}

// ExprArgs returns the direct sub-expressions of e.
func ExprArgs(e Expr) []Expr {
	switch e := e.(type) {
	case *FuncExpr:
		return e.Args
	case *CastExpr:
		return []Expr{e.Arg}
	case *BoolOpExpr:
		return e.Args
	case *NullTestExpr:
		return []Expr{e.Arg}
	case *OpExpr:
		return e.Args
	case *CollateExpr:
		return []Expr{e.Arg}
	case *CompositeExpr:
		return e.Args
	}
	return nil
}

// Columns returns the column references in e in order of appearance, without
// those inside sub-selects.
func Columns(e Expr) []*ColumnExpr {
	var cols []*ColumnExpr
	WalkExpr(e, func(e Expr) bool {
		if c, ok := e.(*ColumnExpr); ok {
			cols = append(cols, c)
		}
		return true
	})
	return cols
}

// Int64 returns the value of a whole number written as a literal, with or without
// casts; ok is false for any other expression.
func Int64(e Expr) (value int64, ok bool) {
	for {
		cast, isCast := e.(*CastExpr)
		if !isCast {
			break
		}
		e = cast.Arg
	}
	c, ok := e.(*ConstExpr)
	if !ok || c.Kind != NumberConst && c.Kind != StringConst {
		return 0, false
	}
	value, err := strconv.ParseInt(c.Value, 10, 64)
	return value, err == nil
}

// Query is what a SELECT, VALUES or WITH reads and does, as far as effects and
// dependencies need it; sub-selects and CTEs are folded in.
type Query struct {
	At        source.Span
	Reads     []Relation    // every relation read, CTE names excluded
	Locks     []Relation    // relations under FOR UPDATE / SHARE
	Columns   []*ColumnExpr // every column reference in the query
	Targets   []Target      // the output columns of the top level
	Functions []*FuncExpr   // every function called
	Writes    []Op          // Insert, Update, Delete inside WITH
	ValueRows int           // rows of a plain VALUES list; 0 if not one
	Limit     bool          // the top level has LIMIT or FETCH FIRST
	Into      Name          // SELECT … INTO
}

// Target is an output column of a query.
type Target struct {
	Name string // the alias, or the name PostgreSQL derives; "*" for a star
	Expr Expr
}

// TypeName is a type as written. Name is PostgreSQL's internal name for the
// key-word types (int4, int8, varchar, bpchar, timestamptz, …); user-defined
// types keep theirs. The serial pseudo-types are Name serial2, serial4, serial8
// (and the aliases smallserial, serial, bigserial are folded to them). CHAR
// without a length is bpchar with Mods [1], as PostgreSQL's grammar has it.
//
// Name.Span is the whole type as written, modifiers and array bounds included.
type TypeName struct {
	Name
	Mods      []int  // type modifiers as written: varchar(20) → [20], numeric(10,2) → [10 2]
	ModText   string // modifiers as written if they are not all integers: "Point, 4326"; Mods is empty then
	Interval  string // fields of INTERVAL, "day to second"
	ArrayDims int
	SetOf     bool
}

// IsSerial reports whether the type is one of the serial pseudo-types.
func (t TypeName) IsSerial() bool {
	return t.Schema == "" && t.ArrayDims == 0 && (t.Name.Name == "serial4" || t.Name.Name == "serial8" || t.Name.Name == "serial2")
}

// ColumnDef is a column of CREATE TABLE or ADD COLUMN. NOT NULL, DEFAULT,
// GENERATED and COLLATE are fields; CHECK, UNIQUE, PRIMARY KEY and REFERENCES
// are Constraints (each with its own span).
type ColumnDef struct {
	At          source.Span
	Name        string
	NameSpan    source.Span
	Type        TypeName
	Collation   Name
	NotNull     bool
	NotNullAt   source.Span // the NOT NULL clause
	Null        bool        // an explicit NULL
	Default     Expr        // nil: none written
	DefaultAt   source.Span // the DEFAULT clause, key word included
	Generated   Generated
	Expression  Expr             // of a generated column
	Identity    Identity         // GENERATED … AS IDENTITY
	Sequence    *SequenceOptions // written with GENERATED … AS IDENTITY
	Constraints []Constraint
	Storage     string
	Compression string
}

// Generated is how a generated column is kept.
type Generated uint8

// The kinds of generated column.
const (
	NotGenerated Generated = iota
	Stored
	Virtual // PostgreSQL 18
)

// Identity is the kind of an identity column.
type Identity uint8

// The kinds of identity column.
const (
	NoIdentity Identity = iota
	Always
	ByDefault
)

// ConstraintKind is a kind of constraint.
type ConstraintKind int

// The kinds of constraint.
const (
	Check ConstraintKind = iota
	Unique
	PrimaryKey
	ForeignKey
	Exclusion
	NotNullConstraint // PostgreSQL 18: a NOT NULL with a name or as a table constraint
)

var constraintNames = [...]string{"check", "unique", "primary key", "foreign key", "exclusion", "not-null"}

// String is the kind in PostgreSQL's words: "foreign key", "check", ….
func (k ConstraintKind) String() string { return constraintNames[k] }

// Constraint is a table or column constraint.
type Constraint struct {
	At                source.Span // from CONSTRAINT or its first key word to its last attribute
	Kind              ConstraintKind
	Name              string   // "": the server makes one up
	Columns           []string // of a column constraint: its column; nil for a CHECK
	Expr              Expr     // of a CHECK
	NotValid          bool
	NotValidAt        source.Span
	NotEnforced       bool // PostgreSQL 18
	NoInherit         bool
	Deferrable        bool
	InitiallyDeferred bool

	// UNIQUE, PRIMARY KEY and EXCLUDE
	UsingIndex       string
	Include          []string
	NullsNotDistinct bool
	WithoutOverlaps  bool // PostgreSQL 18
	Method           string
	Elements         []IndexElem // of EXCLUDE
	Operators        []string    // of EXCLUDE, one for each element
	Where            Expr        // of EXCLUDE

	// FOREIGN KEY
	RefTable   Name
	RefColumns []string
	OnDelete   string // "cascade", "set null", "set default", "restrict", "" for no action
	OnUpdate   string
	Period     bool // PostgreSQL 18
}

// IndexElem is a key of an index: a column or an expression.
type IndexElem struct {
	Column     string // "" for an expression
	Expr       Expr
	Collation  Name
	OpClass    Name
	Desc       bool
	NullsFirst bool // written NULLS FIRST
	NullsLast  bool // written NULLS LAST
}
