package sqlast

import "github.com/miglint/miglint/source"

// Statements about what is not in a schema. A password itself is never kept, only
// where it stands.
type (
	// CreateRole is CREATE ROLE, USER and GROUP and, with Alter set, ALTER ROLE and
	// USER with attributes.
	CreateRole struct {
		Node
		Name       string
		Alter      bool
		Attributes []string // in lower case, as written: "superuser", "nologin", "bypassrls"
		// PasswordAt is a password in plain text; nowhere if there is none, or it is
		// a hash.
		PasswordAt source.Span
	}
	// CreateSubscription is CREATE SUBSCRIPTION and, with Alter set, ALTER
	// SUBSCRIPTION … CONNECTION.
	CreateSubscription struct {
		Node
		Name       string
		Alter      bool
		CreateSlot bool        // it makes a replication slot on the publisher
		PasswordAt source.Span // of the connection string, if it has a password
	}
	// CreateEventTrigger is CREATE EVENT TRIGGER.
	CreateEventTrigger struct {
		Node
		Name     string
		Event    string   // "ddl_command_start", "sql_drop", "table_rewrite", "login", …
		Tags     []string // of WHEN TAG IN, in upper case; nil for every command
		Function Name
	}
)
