// Package catalog is the schema between two statements.
//
// A Catalog is built by applying statements in the order the migrations run. It
// is a persistent value: Snapshot costs nothing, and what a snapshot returned is
// never changed by later statements. Every *Table, *Index and so on that it
// hands out is therefore read-only for callers.
//
// Replay never fails: a statement about an object that the catalog has not seen
// makes a partial object (Partial is set), and nothing is assumed about the rest
// of it.
package catalog

import (
	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// Key is a schema-qualified name.
type Key struct{ Schema, Name string }

// String prints the key as pg_locks users read it: schema.name, quoted where
// needed.
func (k Key) String() string {
	return sqlast.QuoteIdent(k.Schema) + "." + sqlast.QuoteIdent(k.Name)
}

// Origin says where in the history something happened.
type Origin struct {
	Migration int         // ordinal of the migration in its stream; StartingSchema for the schema replay began with
	Down      bool        // in the migration's down script
	Version   string      // the migration's version, for messages
	Tx        int         // ordinal of the transaction, unique in the run; autocommitted statements have one each
	Span      source.Span // the op, or Call
	// Call is the statement of a script that calls the routine in which the op stands;
	// nowhere for others.
	Call source.Span
}

// StartingSchema is the Migration of objects that were there before the first
// migration.
const StartingSchema = -1

// Same reports whether two origins are in the same migration and direction.
func (o Origin) Same(p Origin) bool { return o.Migration == p.Migration && o.Down == p.Down }

// Table is a table, partitioned table or foreign table.
type Table struct {
	Key
	Partial     bool // created before history began: columns, constraints and so on may be missing
	Doubtful    bool // a statement that history cannot follow may have changed it: see Catalog.Certain
	Created     Origin
	Filled      *Origin // when rows were first put in by the migrations themselves; nil: never
	Emptied     *Origin // TRUNCATE, or DELETE without WHERE, since rows last came in; nil: never
	FilledRows  int     // how many literal rows the migrations put in; -1: unknown, or many
	Persistence sqlast.Persistence
	Foreign     bool

	// ColumnsUnknown is set when a query made the table and its columns could not
	// be told from it; Columns has those that could.
	ColumnsUnknown bool

	Columns     []*Column
	Constraints []*Constraint
	Indexes     []*Index // all of them, also those behind constraints
	Triggers    []*Trigger
	Policies    []*Policy
	RLS         bool
	ForceRLS    bool
	RLSAt       *Origin // of the statement that last set RLS; nil if history has none

	PartitionBy *sqlast.PartitionBy   // of a partitioned table
	PartitionOf Key                   // of a partition
	Bound       sqlast.PartitionBound // of a partition
	Partitions  []Key                 // direct ones
	Inherits    []Key
	OfType      Key   // the composite type of a typed table
	Children    []Key // tables that inherit from it, partitions excluded

	Sequences       []Key // that its columns own
	ReferencedBy    []Key // tables with a foreign key to this one, itself excluded
	ReferencedViews []Key // views and materialized views that read it
	Publications    []string
	ReplicaIdentity string // "" for default, "full", "nothing", or the index name
	Comment         string
	Options         map[string]string
	AccessMethod    string
}

// Column is a column of a table.
type Column struct {
	Name       string
	Type       sqlast.TypeName // serial types are replaced by their integer type
	UserType   Key             // the user-defined type or domain that Type is (of); zero for PostgreSQL's own
	Collation  *sqlast.Name    // nil: that of the type
	NotNull    bool
	Inherited  bool // came from a parent table and goes with it
	Generated  sqlast.Generated
	Identity   sqlast.Identity
	Default    sqlast.Expr
	Expression sqlast.Expr // of a generated column
	Sequence   Key         // owned sequence of a serial or identity column
	Comment    string
	CommentAt  *Origin // when Comment was set; nil if there is none
	Created    Origin
}

// Constraint is a table constraint; column constraints are table constraints
// here.
type Constraint struct {
	sqlast.Constraint        // Name is always set: the server's own choice where none was written
	Valid             bool   // false: NOT VALID and not yet validated
	Parent            string // the constraint of the parent table that it came from; "" if it is the table's own
	Local             bool   // with Parent: the table had it first, and keeps it when the parent's is dropped
	RefTable          Key    // of a foreign key; RefColumns is always set if they are known
	RefIndex          string // index of RefTable that a foreign key depends on; "" if it is not known
	Index             string // name of the index behind UNIQUE, PRIMARY KEY, EXCLUDE
	Created           Origin
	Validated         Origin // when it became valid, if later than Created
}

// Index is an index of a table or materialized view.
type Index struct {
	Key
	Table            Key
	Unique           bool
	Primary          bool
	Method           string
	Elements         []sqlast.IndexElem
	Include          []string
	Where            sqlast.Expr
	NullsNotDistinct bool
	Constraint       string // the constraint it belongs to
	// Names are those of the index's own columns, if a column of the table has
	// been renamed since it was made: copies of the index are named after them.
	Names   []string
	Valid   bool // false: ON ONLY a partitioned table and not every partition attached
	Only    bool // created ON ONLY a partitioned table
	Parent  Key  // partitioned index it is attached to
	Created Origin
}

// Trigger is a trigger of a table.
type Trigger struct {
	Name       string
	Function   sqlast.Name
	Columns    []string
	When       sqlast.Expr
	Row        bool
	Constraint bool
	Deferrable bool
	// InitiallyDeferred is set when it fires at COMMIT.
	InitiallyDeferred bool
	Events            []string // as in sqlast.CreateTrigger
	Inherited         bool     // came from the partitioned table
	Disabled          bool
	Created           Origin
}

// Policy is a row security policy.
type Policy struct {
	Name         string
	Restrictive  bool
	Command      string   // as in sqlast.CreatePolicy
	Roles        []string // "public" for PUBLIC
	Using, Check sqlast.Expr
	Created      Origin
}

// View is a view or materialized view.
type View struct {
	Key
	Materialized    bool
	Populated       bool // materialized views: not WITH NO DATA
	SecurityInvoker bool // reads with the rights of who queries it
	Columns         []string
	Types           []sqlast.TypeName // of Columns, zero where history cannot tell
	Query           *sqlast.Query
	Reads           []Key       // relations it reads, resolved
	Uses            []ColumnRef // columns of Reads that it uses; what * stood for is spelled out
	MayUse          []ColumnRef // columns of Reads that it may use: names that fit several relations
	Indexes         []*Index    // of a materialized view
	ReferencedViews []Key       // views that read it
	Doubtful        bool        // as of a table
	Comment         string
	Created         Origin
}

// Sequence is a sequence.
type Sequence struct {
	Key
	OwnedBy Key    // table; zero if not owned
	Column  string // of OwnedBy
	UsedBy  []Key  // tables with a default that draws from it, OwnedBy excluded
	Created Origin
	// Doubtful is as of a table: see Catalog.Certain.
	Doubtful bool

	Type      string // int2, int4 or int8: it ends with the type unless Bounded
	Bounded   bool   // MAXVALUE was written
	Start     int64
	Increment int64
	Cycle     bool
	// Floor is the least number that it may hand out next: what START, RESTART or
	// setval() set it to. It may have come further since.
	Floor int64
}

// ColumnRef names a column of a table or view. Column "*" is every column of a
// relation whose columns are not known.
type ColumnRef struct {
	Table  Key
	Column string
}

// Type is a user-defined type or domain.
type Type struct {
	Key
	Kind    sqlast.TypeKind
	Domain  bool
	Partial bool
	// Doubtful is as of a table: see Catalog.CertainType.
	Doubtful bool
	Labels   []*EnumLabel
	// Base, NotNull, Default and Checks of a domain; Attributes of a composite
	// type.
	Base       sqlast.TypeName
	BaseType   Key // the user-defined type that Base is (of); zero for PostgreSQL's own
	NotNull    bool
	Default    sqlast.Expr
	Checks     []*Constraint
	Attributes []*Column
	UsedBy     []Key // tables with a column of the type
	UsedIn     []Key // types and domains made of it
	// TypedTables are the tables OF a composite type; one whose OfType is not this
	// type has gone, or the type has another name by now.
	TypedTables []Key
	Functions   []Key // functions with a parameter or result of the type, or that had one
	Created     Origin
}

// EnumLabel is a label of an enum. Created equals the type's own for labels the
// type was created with.
type EnumLabel struct {
	Value   string
	Created Origin
}

// Function is a function or procedure.
type Function struct {
	Key
	Args       []sqlast.FunctionArg // user-defined types under their full names
	Returns    sqlast.TypeName      // likewise; zero for procedures, RETURNS TABLE, and where OUT parameters say it
	Procedure  bool
	Doubtful   bool // as of a table: see Catalog.CertainFunction
	Language   string
	Volatility sqlast.Volatility
	Body       string
	BodyAt     source.Span
	Created    Origin
	// SecurityDefiner functions run as their owner; Settings are the names of the
	// parameters that a SET clause fixes; Atomic is a body that is parsed already.
	SecurityDefiner bool
	Settings        []string
	Atomic          bool
	// Routine reads the body, anew each time; nil as in sqlast.CreateFunction.
	Routine func(given map[string]string) *sqlast.Routine

	code *code
}

// Publication is a publication.
type Publication struct {
	Name      string
	Partial   bool // created before history began: its tables and Publish may be missing
	AllTables bool
	Tables    []Key
	Schemas   []string // of TABLES IN SCHEMA
	Publish   []string // what it publishes; nil for everything
	Created   Origin
}

// Column returns the column of that name, or nil.
func (t *Table) Column(name string) *Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Constraint returns the constraint of that name, or nil.
func (t *Table) Constraint(name string) *Constraint {
	for _, c := range t.Constraints {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Index returns the index of that name, or nil.
func (t *Table) Index(name string) *Index {
	for _, i := range t.Indexes {
		if i.Name == name {
			return i
		}
	}
	return nil
}

// PrimaryKey returns the primary key constraint, or nil.
func (t *Table) PrimaryKey() *Constraint {
	for _, c := range t.Constraints {
		if c.Kind == sqlast.PrimaryKey {
			return c
		}
	}
	return nil
}
