package sqlast

import "github.com/miglint/miglint/source"

// Persistence of a table, view or sequence.
type Persistence int

// The kinds of persistence.
const (
	Permanent Persistence = iota
	Temporary
	Unlogged
)

// CreateTable is CREATE TABLE, CREATE TABLE AS and SELECT INTO.
type CreateTable struct {
	Node
	Name        Name
	Persistence Persistence
	Foreign     bool
	IfNotExists bool
	Columns     []ColumnDef
	Constraints []Constraint // table constraints; those of columns are in Columns
	Likes       []Like
	Inherits    []Name
	OfType      Name
	PartitionBy *PartitionBy
	PartitionOf Name
	Bound       PartitionBound
	Query       *Query // CREATE TABLE AS, SELECT INTO
	NoData      bool
	Options     map[string]string // storage parameters
	Method      string            // access method
	Tablespace  string
}

// Like is a LIKE clause; Including holds the lower-case INCLUDING options
// ("all", "indexes", "constraints", "defaults", …) that remain after EXCLUDING.
type Like struct {
	Table     Name
	Including []string
}

// PartitionBy is PARTITION BY. Columns holds "" for an expression.
type PartitionBy struct {
	Strategy string // "range", "list", "hash"
	Columns  []string
}

// PartitionBound is FOR VALUES … or DEFAULT.
type PartitionBound struct {
	Default bool
	Text    string // as written
}

// The actions of ALTER TABLE. Table is repeated in each; Kind tells ALTER TABLE
// from ALTER INDEX, ALTER VIEW, ALTER SEQUENCE and so on.
type (
	// AlterTarget is the relation that an ALTER names.
	AlterTarget struct {
		Table Relation
		Kind  ObjectKind // as the statement says: Table, Index, View, MaterializedView, Sequence, ForeignTable, Type
	}

	// AddColumn is ADD [COLUMN].
	AddColumn struct {
		Node
		AlterTarget
		IfNotExists bool
		Column      ColumnDef
	}
	// DropColumn is DROP [COLUMN].
	DropColumn struct {
		Node
		AlterTarget
		Column   string
		IfExists bool
		Cascade  bool
	}
	// AlterColumnType is ALTER COLUMN … TYPE.
	AlterColumnType struct {
		Node
		AlterTarget
		Column    string
		Type      TypeName
		Collation Name
		Using     Expr
	}
	// SetDefault is ALTER COLUMN … SET DEFAULT; Default is nil for DROP DEFAULT.
	SetDefault struct {
		Node
		AlterTarget
		Column  string
		Default Expr
	}
	// SetNotNull is ALTER COLUMN … SET NOT NULL.
	SetNotNull struct {
		Node
		AlterTarget
		Column string
	}
	// DropNotNull is ALTER COLUMN … DROP NOT NULL.
	DropNotNull struct {
		Node
		AlterTarget
		Column string
	}
	// SetExpression is ALTER COLUMN … SET EXPRESSION (PostgreSQL 17); Expr is nil
	// for DROP EXPRESSION.
	SetExpression struct {
		Node
		AlterTarget
		Column   string
		Expr     Expr
		IfExists bool
	}
	// AlterIdentity is ALTER COLUMN … ADD GENERATED, SET GENERATED or DROP IDENTITY.
	AlterIdentity struct {
		Node
		AlterTarget
		Column   string
		Action   string // "add", "set", "drop"
		Identity Identity
		Options  SequenceOptions
		IfExists bool
	}
	// AlterColumnOption is SET STATISTICS, SET STORAGE, SET COMPRESSION and
	// SET/RESET (attribute options) of a column.
	AlterColumnOption struct {
		Node
		AlterTarget
		Column string // "" for a column given by number
		Option string // "statistics", "storage", "compression", "options"
	}
	// AddConstraint is ADD CONSTRAINT.
	AddConstraint struct {
		Node
		AlterTarget
		Constraint Constraint
	}
	// DropConstraint is DROP CONSTRAINT.
	DropConstraint struct {
		Node
		AlterTarget
		Constraint string
		IfExists   bool
		Cascade    bool
	}
	// ValidateConstraint is VALIDATE CONSTRAINT.
	ValidateConstraint struct {
		Node
		AlterTarget
		Constraint string
	}
	// AlterConstraint is ALTER CONSTRAINT. A nil pointer is an attribute not
	// mentioned.
	AlterConstraint struct {
		Node
		AlterTarget
		Constraint string
		Deferrable *bool
		// InitiallyDeferred goes with Deferrable: not mentioned, it is reset.
		InitiallyDeferred bool
		Enforced          *bool // PostgreSQL 18
		Inherit           *bool // PostgreSQL 18
	}
	// AttachPartition is ATTACH PARTITION, of a table or an index (Kind Index).
	AttachPartition struct {
		Node
		AlterTarget
		Partition Name
		Bound     PartitionBound
	}
	// DetachPartition is DETACH PARTITION.
	DetachPartition struct {
		Node
		AlterTarget
		Partition    Name
		Concurrently bool
		Finalize     bool
	}
	// Inherit is INHERIT or NO INHERIT.
	Inherit struct {
		Node
		AlterTarget
		Parent Name
		No     bool
	}
	// SetLogged is SET LOGGED or SET UNLOGGED.
	SetLogged struct {
		Node
		AlterTarget
		Logged bool
	}
	// SetAccessMethod is SET ACCESS METHOD; Method is "" for DEFAULT.
	SetAccessMethod struct {
		Node
		AlterTarget
		Method string
	}
	// SetTablespace is SET TABLESPACE.
	SetTablespace struct {
		Node
		AlterTarget
		Tablespace string
	}
	// SetStorageParameters is SET (…) and RESET (…) of a relation. Parameters
	// maps the name to the value, "" for RESET and for a name without value.
	SetStorageParameters struct {
		Node
		AlterTarget
		Reset      bool
		Parameters map[string]string
	}
	// RowSecurity is ENABLE, DISABLE, FORCE or NO FORCE ROW LEVEL SECURITY.
	RowSecurity struct {
		Node
		AlterTarget
		Action string // "enable", "disable", "force", "no force"
	}
	// EnableTrigger is ENABLE or DISABLE of TRIGGER and RULE.
	EnableTrigger struct {
		Node
		AlterTarget
		Trigger string // "" for ALL and USER
		All     bool   // ALL (USER leaves it false)
		Disable bool
		Rule    bool
		Mode    string // "", "always", "replica"
	}
	// ReplicaIdentity is REPLICA IDENTITY.
	ReplicaIdentity struct {
		Node
		AlterTarget
		Identity string // "default", "full", "nothing", "index"
		Index    string
	}
	// ClusterOn is CLUSTER ON index or SET WITHOUT CLUSTER (Index "").
	ClusterOn struct {
		Node
		AlterTarget
		Index string
	}
	// OtherAlter is an action of ALTER that has no type of its own. Action is its
	// key words in lower case ("of", "not of", "options", …).
	OtherAlter struct {
		Node
		AlterTarget
		Action string
	}
)

// Target returns the relation an action of ALTER names.
func (t AlterTarget) Target() AlterTarget { return t }

// AlterAction is an op that is an action of an ALTER of a relation.
type AlterAction interface {
	Op
	Target() AlterTarget
}

type (
	// Rename is ALTER … RENAME of any object. For a Column, Attribute,
	// TableConstraint, Trigger, Policy, RewriteRule or EnumValue, On is the
	// relation, domain or type that has it and Old its name there; for everything
	// else Name is the object's own name.
	Rename struct {
		Node
		Object   ObjectKind
		Via      ObjectKind // the kind named after ALTER: ALTER TABLE idx RENAME has Table
		Name     Name
		Args     []TypeName // of a function, procedure or aggregate, if written
		HasArgs  bool
		On       Relation
		Old      string
		New      string
		IfExists bool
	}
	// SetSchema is ALTER … SET SCHEMA.
	SetSchema struct {
		Node
		Object   ObjectKind
		Name     Name
		Args     []TypeName // as in Rename
		HasArgs  bool
		Schema   string
		IfExists bool
	}
	// OwnerTo is ALTER … OWNER TO.
	OwnerTo struct {
		Node
		Object   ObjectKind
		Name     Name
		Owner    string
		IfExists bool
	}
	// Drop is DROP of one object; a statement that names several has one each.
	// For a Trigger, Policy or RewriteRule, On is its table.
	Drop struct {
		Node
		Object       ObjectKind
		Name         Name
		On           Name
		Args         []TypeName // of a function, procedure or aggregate, if written
		HasArgs      bool
		IfExists     bool
		Cascade      bool
		Concurrently bool
	}
	// CreateIndex is CREATE INDEX. Name is empty when the server makes one up.
	CreateIndex struct {
		Node
		Name             string
		NameAt           source.Span
		Table            Relation
		Unique           bool
		Concurrently     bool
		IfNotExists      bool
		Method           string // "btree" when not written
		Elements         []IndexElem
		Include          []string
		Where            Expr
		NullsNotDistinct bool
		Options          map[string]string
		Tablespace       string
	}
	// Reindex is REINDEX.
	Reindex struct {
		Node
		Object       ObjectKind // Index, Table, Schema, Database; OtherObject for SYSTEM
		Name         Name
		Concurrently bool
	}
	// Cluster is CLUSTER (Table empty: every clustered table) or, with Repack
	// set, REPACK of PostgreSQL 19.
	Cluster struct {
		Node
		Table        Relation
		Index        string
		Repack       bool
		Concurrently bool
	}
	// Vacuum is VACUUM and ANALYZE; no Tables means the whole database.
	Vacuum struct {
		Node
		Tables  []Relation
		Vacuum  bool // false: plain ANALYZE
		Full    bool
		Analyze bool
	}
	// LockTable is LOCK TABLE. Mode is PostgreSQL's number, 1 (ACCESS SHARE) to
	// 8 (ACCESS EXCLUSIVE).
	LockTable struct {
		Node
		Tables []Relation
		Mode   int
		NoWait bool
	}
	// Truncate is TRUNCATE.
	Truncate struct {
		Node
		Tables          []Relation
		Cascade         bool
		RestartIdentity bool
	}
)
