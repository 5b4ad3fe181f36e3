package sqlast

import "github.com/miglint/miglint/source"

type (
	// CreateView is CREATE VIEW and CREATE MATERIALIZED VIEW.
	CreateView struct {
		Node
		Name         Name
		Materialized bool
		Replace      bool
		IfNotExists  bool
		Temporary    bool
		NoData       bool
		// SecurityInvoker is WITH (security_invoker): it reads with the rights of who
		// queries it (PostgreSQL 15). CREATE OR REPLACE without it takes it away.
		SecurityInvoker bool
		Columns         []string
		Query           *Query
	}
	// RefreshMaterializedView is REFRESH MATERIALIZED VIEW.
	RefreshMaterializedView struct {
		Node
		Name         Name
		Concurrently bool
		NoData       bool
	}
	// CreateSequence is CREATE SEQUENCE.
	CreateSequence struct {
		Node
		Name        Name
		IfNotExists bool
		Temporary   bool
		As          string // type, "" for bigint
		OwnedBy     *ColumnOf
		Options     SequenceOptions
	}
	// AlterSequence is ALTER SEQUENCE with sequence options.
	AlterSequence struct {
		Node
		Name     Name
		IfExists bool
		As       string
		Options  SequenceOptions
		Owned    bool      // OWNED BY was written
		OwnedBy  *ColumnOf // nil with Owned: OWNED BY NONE
	}
	// ColumnOf names a column of a table.
	ColumnOf struct {
		Table  Name
		Column string
	}
	// CreateType is CREATE TYPE.
	CreateType struct {
		Node
		Name       Name
		Kind       TypeKind
		Labels     []string    // of an enum
		Attributes []ColumnDef // of a composite type
	}
	// AddEnumValue is ALTER TYPE … ADD VALUE.
	AddEnumValue struct {
		Node
		Type        Name
		Value       string
		ValueAt     source.Span
		IfNotExists bool
		Before      string
		After       string
	}
	// AlterAttribute is ALTER TYPE … ADD, DROP or ALTER ATTRIBUTE.
	AlterAttribute struct {
		Node
		Type      Name
		Action    string // "add", "drop", "alter"
		Attribute ColumnDef
		IfExists  bool
		Cascade   bool
	}
	// CreateDomain is CREATE DOMAIN. NOT NULL and DEFAULT are in Base.
	CreateDomain struct {
		Node
		Name Name
		Base ColumnDef // Type, Collation, NotNull, Default and check Constraints
	}
	// AlterDomain is ALTER DOMAIN.
	AlterDomain struct {
		Node
		Name       Name
		Action     string // "set default", "drop default", "set not null", "drop not null", "add constraint", "drop constraint", "validate constraint"
		Default    Expr
		Constraint Constraint // of "add constraint"; its Name alone for drop and validate
		IfExists   bool
		Cascade    bool
	}
	// CreateFunction is CREATE FUNCTION and CREATE PROCEDURE.
	CreateFunction struct {
		Node
		Name            Name
		Procedure       bool
		Replace         bool
		Args            []FunctionArg
		Returns         TypeName // zero for procedures and RETURNS TABLE
		ReturnsTable    bool
		Language        string // lower case; "sql" for a body written without LANGUAGE
		Volatility      Volatility
		SecurityDefiner bool
		Settings        []string // names of SET clauses
		Body            string   // the AS string, unquoted
		BodyAt          source.Span
		Atomic          bool // BEGIN ATOMIC or RETURN instead of a string
		// Routine reads the body, anew each time, for a call that gives parameters the
		// values of constants, by name; nil if the language is neither plpgsql nor sql.
		Routine func(given map[string]string) *Routine
	}
	// AlterFunction is ALTER FUNCTION, PROCEDURE and ROUTINE with attributes. A nil
	// pointer is an attribute not mentioned.
	AlterFunction struct {
		Node
		Object          ObjectKind // OtherObject for ROUTINE
		Name            Name
		Args            []TypeName
		HasArgs         bool
		Volatility      *Volatility
		SecurityDefiner *bool
		Settings        []string // names of SET clauses
		Reset           []string // names of RESET clauses, "all" for RESET ALL
	}
	// FunctionArg is a parameter of a function.
	FunctionArg struct {
		Name       string
		Type       TypeName
		Mode       string // "in", "out", "inout", "variadic", "table"
		HasDefault bool
	}
	// CreateTrigger is CREATE TRIGGER.
	CreateTrigger struct {
		Node
		Name       string
		Table      Relation
		Function   Name
		Replace    bool
		Constraint bool
		RefTable   Name
		Row        bool
		Columns    []string // UPDATE OF columns
		When       Expr
		Deferrable bool
		// InitiallyDeferred is set when it fires at COMMIT.
		InitiallyDeferred bool
		Events            []string // "insert", "update", "delete", "truncate"
	}
	// CreateRule is CREATE RULE.
	CreateRule struct {
		Node
		Name    string
		Table   Relation
		Event   string // "select", "insert", "update", "delete"
		Instead bool
		Replace bool
	}
	// CreatePolicy is CREATE POLICY; with Alter set, ALTER POLICY, which leaves
	// what it does not mention as it was.
	CreatePolicy struct {
		Node
		Name        string
		Table       Relation
		Alter       bool
		Restrictive bool     // AS RESTRICTIVE
		Command     string   // "all", "select", "insert", "update", "delete"; "" for ALTER POLICY
		Roles       []string // "public" for PUBLIC; nil for an ALTER POLICY without TO
		Using       Expr
		Check       Expr
	}
	// CreateSchema is CREATE SCHEMA. Its schema elements are ops of their own.
	CreateSchema struct {
		Node
		Name        string
		IfNotExists bool
	}
	// CreateExtension is CREATE EXTENSION.
	CreateExtension struct {
		Node
		Name        string
		IfNotExists bool
		Schema      string
	}
	// CreatePublication is CREATE PUBLICATION and, by its Action, ALTER PUBLICATION.
	CreatePublication struct {
		Node
		Name      string
		Action    string // "create", "add", "drop", "set", "options"
		AllTables bool
		Tables    []Relation
		Schemas   []string
		Publish   []string // the option: "insert", "update", "delete", "truncate"; nil if it is not written
	}
	// CommentOn is COMMENT ON. On and Sub are as in Rename.
	CommentOn struct {
		Node
		Object ObjectKind
		Name   Name
		On     Relation
		Sub    string
		Text   *string // nil: IS NULL
	}
	// Grant is GRANT and REVOKE of privileges on objects, and those in ALTER
	// DEFAULT PRIVILEGES.
	Grant struct {
		Node
		Revoke     bool
		Default    bool // ALTER DEFAULT PRIVILEGES: on objects that will be created; Names is empty
		Object     ObjectKind
		Names      []Name
		AllIn      []string // schemas of ALL TABLES IN SCHEMA and the like, or of ALTER DEFAULT PRIVILEGES
		Privileges []string // lower case; empty for ALL
		Grantees   []string // "public" for PUBLIC
	}
	// CreateStatistics is CREATE STATISTICS.
	CreateStatistics struct {
		Node
		Name  Name
		Table Relation
	}
)

// SequenceOptions say which numbers a sequence hands out. A nil pointer is an
// option that was not written.
type SequenceOptions struct {
	Start, Increment, Max *int64
	Restart               bool // RESTART: at RestartWith, or at the start value
	RestartWith           *int64
	Cycle                 bool
}

// TypeKind is the kind of a CREATE TYPE.
type TypeKind int

// The kinds of type.
const (
	BaseType TypeKind = iota // also shell types
	EnumType
	CompositeType
	RangeType
)

// Volatility of a function.
type Volatility int

// Volatilities, weakest promise first. Volatile is what an unmarked function is.
const (
	Volatile Volatility = iota
	Stable
	Immutable
)

type (
	// Select is a SELECT, VALUES or TABLE on its own.
	Select struct {
		Node
		Query *Query
	}
	// Insert is INSERT.
	Insert struct {
		Node
		Table      Relation
		Columns    []string
		Query      *Query // nil for DEFAULT VALUES; Query.ValueRows tells a VALUES list
		Values     []Expr // every expression of a VALUES list, in order
		OnConflict bool
		Overriding string // OVERRIDING "system" or "user" VALUE, "" if not written
	}
	// Update is UPDATE.
	Update struct {
		Node
		Table Relation
		Set   []Assignment
		Where Expr
		From  []Relation
		Query *Query // everything it reads: FROM, sub-selects, WITH
	}
	// Assignment is one column = value of UPDATE … SET.
	Assignment struct {
		Column string
		Value  Expr
	}
	// Delete is DELETE.
	Delete struct {
		Node
		Table Relation
		Where Expr
		Using []Relation
		Query *Query
	}
	// Merge is MERGE.
	Merge struct {
		Node
		Table Relation
		Query *Query
	}
	// Copy is COPY. From is COPY … FROM.
	Copy struct {
		Node
		Table Relation
		Query *Query // COPY (query) TO
		From  bool
		Stdin bool // FROM STDIN or TO STDOUT
	}
	// Set is SET, RESET, and a SELECT of nothing but set_config(). Name is lower
	// case ("all" for RESET ALL); Values are as written, without quotes.
	Set struct {
		Node
		Name   string
		Values []string
		Local  bool
		Reset  bool // RESET, or SET … TO DEFAULT
	}
	// SetConstraints is SET CONSTRAINTS.
	SetConstraints struct {
		Node
		Names    []Name // none for ALL
		Deferred bool
	}
	// Transaction is a transaction control statement.
	Transaction struct {
		Node
		Kind      TransactionKind
		Savepoint string
		Chain     bool // AND CHAIN
	}
	// Do is a DO block.
	Do struct {
		Node
		Language string // "plpgsql" when not written
		Body     string
		BodyAt   source.Span
		Routine  *Routine // nil if Language is not plpgsql
	}
	// Call is CALL of a procedure.
	Call struct {
		Node
		Name Name
	}
	// Other is a statement without a type of its own. Tag is PostgreSQL's command
	// tag (ALTER SYSTEM, CREATE DATABASE, DROP OWNED, NOTIFY, …).
	Other struct {
		Node
		Tag        string
		Names      []Name
		PasswordAt source.Span // of the option that holds a password: of a server or user mapping
	}
)

// TransactionKind is a transaction control command.
type TransactionKind int

// The transaction control commands.
const (
	Begin TransactionKind = iota
	Commit
	Rollback
	Savepoint
	ReleaseSavepoint
	RollbackToSavepoint
	PrepareTransaction
	CommitPrepared
	RollbackPrepared
	SetTransaction // SET TRANSACTION
)
