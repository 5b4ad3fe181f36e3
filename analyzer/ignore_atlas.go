package analyzer

import (
	"bytes"
	"strings"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

const atlasPrefix = "atlas:nolint"

// atlasClasses are the names that Atlas gives to groups of its checks, and the
// codes of each that are aliases of our rules.
var atlasClasses = map[string][]string{
	"destructive":      {"DS101", "DS102", "DS103"},
	"data_depend":      {"MF103", "MF104"},
	"incompatible":     {"BC101", "BC102"},
	"condrop":          {"CD103"},
	"concurrent_index": {"PG101", "PG102", "PG103"},
	"nestedtx":         {"TX201"},
}

// atlasIgnore reads Atlas's `atlas:nolint [class or code …]`; without a name it is
// about everything. In the comments that a file begins with, above an empty line, it
// is about the whole file; else about the statement that it stands on.
func atlasIgnore(c sqlast.Comment, stmt source.Span) (names []string, scope source.Span, ok bool) {
	rest, found := strings.CutPrefix(c.Text, atlasPrefix)
	if !found || rest != "" && rest[0] != ' ' {
		return nil, source.Span{}, false
	}
	for word := range strings.FieldsSeq(rest) {
		if codes := atlasClasses[word]; codes != nil {
			names = append(names, codes...)
		} else {
			names = append(names, word)
		}
	}
	if len(names) == 0 {
		names = []string{""}
	}
	switch {
	case atTop(c.Span):
		return names, source.Span{}, true
	case stmt.IsZero():
		return nil, source.Span{}, true // it stands on nothing
	}
	return names, stmt, true
}

// atTop reports whether a line comment is one of those that a file begins with and
// that an empty line, or nothing, follows.
func atTop(at source.Span) bool {
	isComment := func(line []byte) bool { return bytes.HasPrefix(line, []byte("--")) }
	head, rest := at.File.Text[:at.Start], at.File.Text[at.Start:]
	for line := range bytes.Lines(head) {
		if !isComment(line) {
			return false
		}
	}
	for line := range bytes.Lines(rest) {
		if !isComment(line) {
			return len(bytes.TrimSpace(line)) == 0
		}
	}
	return true
}
