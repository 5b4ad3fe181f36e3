// Package rules is the rules miglint ships, one file each.
package rules

import "github.com/miglint/miglint/analyzer"

// All returns every rule, in the order they are listed to users: what locks, what
// fails, what loses data, what breaks running code, what cannot be undone, then
// files and comments. Adding a rule is one file and one line here.
func All() []*analyzer.Rule {
	return append([]*analyzer.Rule{
		indexNotConcurrent,
		missingDown,
	}, analyzer.IgnoreRules()...)
}
