package migration

import (
	"fmt"
	"path"
	"slices"
)

// railsWhy says what a dump of Rails' is good for.
const railsWhy = "Rails' dump of the schema, whose migrations are in Ruby and are not read; other migrations can start from it with `schema:` in miglint.yaml"

// isRails reports whether a folder is the db of a Rails project that keeps its
// schema as the output of pg_dump: structure.sql beside migrate/<number>_<name>.rb.
func isRails(d *Dir) bool {
	if !d.has("structure.sql") || !slices.Contains(d.Subdirs, "migrate") {
		return false
	}
	sub, err := d.sub("migrate")
	return err == nil && slices.ContainsFunc(sub.Files, func(name string) bool {
		return leadingDigits(name) != "" && path.Ext(name) == ".rb"
	})
}

// noteRails lists the dump of a Rails project.
func (set *Set) noteRails(d *Dir) {
	if isRails(d) {
		set.Ignored = append(set.Ignored, Ignored{Path: d.display("structure.sql"), Why: railsWhy})
	}
}

// railsFound is what an error says of the dumps that were found; empty if none
// were.
func (set *Set) railsFound() string {
	for _, i := range set.Ignored {
		if i.Why == railsWhy {
			return fmt.Sprintf("no SQL migrations, but %s: %s", i.Path, i.Why)
		}
	}
	return ""
}
