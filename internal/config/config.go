// Package config reads miglint.yaml. It is strict: a key, rule or value that
// miglint does not know is an error with its place in the file and the nearest
// name that would have been right.
package config

import (
	"time"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

// FileName is the name of the configuration file.
const FileName = "miglint.yaml"

// DefaultMaxLockTimeout is the longest lock_timeout that is no finding unless
// lock-timeout.max says otherwise: a queue behind a waiting ACCESS EXCLUSIVE lock
// is an outage after a few seconds.
const DefaultMaxLockTimeout = 10 * time.Second

// Config is what the user decided. The zero value is not useful; see Default.
type Config struct {
	Path string // of the file; "" if there is none
	// Dir is the folder that Paths, Schema and Exclude are relative to.
	Dir string

	Postgres       int    // major version; 0: not said
	Framework      string // "": detect
	Transaction    string // of a plain folder: "", "statement", "file", "run", "implicit"
	MultiStatement bool   // golang-migrate's x-multi-statement
	Paths          []string
	Exclude        []string // doublestar patterns
	Schema         string   // pg_dump --schema-only file to start from
	Placeholders   map[string]string
	Layouts        []*migration.Layout // their folders are relative to Dir

	NoDowns         bool
	Deprecated      []string
	MinAge          time.Duration
	TimeoutByRole   bool // the migrating role sets lock_timeout
	MaxLockTimeout  time.Duration
	SmallTables     []string
	Severities      map[string]analyzer.Severity // by the rule's own name
	FailOn          analyzer.Severity            // Off: never
	severitiesSetAt map[string]int               // line, to report a rule that is set twice
}

// Default is the configuration without a file.
func Default() *Config {
	return &Config{
		MaxLockTimeout: DefaultMaxLockTimeout,
		FailOn:         analyzer.Error,
		Severities:     map[string]analyzer.Severity{},
	}
}

// Options are the decisions that rules need. Schema is what replay starts from.
func (c *Config) Options(schema []*sqlast.Statement) analyzer.Options {
	return analyzer.Options{
		Major:             c.Postgres,
		Schema:            schema,
		Severities:        c.Severities,
		NoDowns:           c.NoDowns,
		Deprecated:        c.Deprecated,
		MinAge:            c.MinAge,
		LockTimeoutByRole: c.TimeoutByRole,
		MaxLockTimeout:    c.MaxLockTimeout,
		SmallTables:       c.SmallTables,
	}
}
