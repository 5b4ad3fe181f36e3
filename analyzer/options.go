package analyzer

import (
	"time"

	"github.com/miglint/miglint/sqlast"
)

// DefaultMajor is the PostgreSQL major assumed when none is configured: the
// oldest supported one, so that nothing is called safe that is not safe there.
const DefaultMajor = 14

// Options are the user's decisions that rules need.
type Options struct {
	Major int // PostgreSQL major; 0 for DefaultMajor
	// Schema is the schema that replay starts from.
	Schema []*sqlast.Statement
	// Review is set when the judged migrations are changes under review and the
	// others are there already.
	Review bool
	// Severities overrides the severity of rules, by name. Off disables.
	Severities map[string]Severity
	// NoDowns says that this project never writes down migrations.
	NoDowns bool
	// Deprecated lists "table.column" or "schema.table.column" that may be
	// dropped, and MinAge how much older than the drop the mark in an earlier
	// migration must be.
	Deprecated []string
	MinAge     time.Duration
	// LockTimeoutByRole says that the role or connection that runs migrations
	// sets lock_timeout; MaxLockTimeout is the longest that is no finding.
	LockTimeoutByRole bool
	MaxLockTimeout    time.Duration
	// SmallTables are tables ("name" or "schema.name") whose locks, rewrites and
	// scans do not matter.
	SmallTables []string
}

// PostgresMajor returns the major to judge by.
func (o *Options) PostgresMajor() int {
	if o.Major == 0 {
		return DefaultMajor
	}
	return o.Major
}
