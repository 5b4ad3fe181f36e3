package migration

import (
	"fmt"
	"sort"

	"github.com/miglint/miglint/internal/pgparse"
	"github.com/miglint/miglint/source"
)

// unresolvedRule reports what is not known of a file that is a template.
const unresolvedRule = "unresolved-sql"

// template reports what a template leaves open: branches that are not read, once;
// and placeholders that reach the server as they are, once. A program may fill the
// file in before the runner has it, so neither is more than worth knowing.
func (r runner) template(res pgparse.Result) []Problem {
	var problems []Problem
	if n := len(res.Branches); n > 0 {
		what := "this branch of the template is not judged: the first one is, and no value decides"
		switch {
		case n == 2:
			what += "; nor is 1 more in this file"
		case n > 2:
			what += fmt.Sprintf("; nor are %d more in this file", n-1)
		}
		problems = append(problems, Problem{Rule: unresolvedRule, Span: res.Branches[0],
			Message: what + "; give a value for the condition under `placeholders`"})
	}
	if !r.literal {
		return problems
	}
	var sent []source.Span
	for _, h := range res.Holes {
		if !h.Resolved && !unresolvedAt(res, h.Span.Start) {
			sent = append(sent, h.Span)
		}
	}
	if len(sent) == 0 {
		return problems
	}
	more := ""
	switch n := len(sent) - 1; {
	case n == 1:
		more = ", as is 1 more in this file"
	case n > 1:
		more = fmt.Sprintf(", as are %d more in this file", n)
	}
	return append(problems, Problem{Rule: unresolvedRule, Span: sent[0], Message: fmt.Sprintf(
		"%s is sent as it is%s: %s fills in no placeholders, and PostgreSQL takes it for a syntax error; if your program fills it in, give its value under `placeholders`",
		sent[0].Text(), more, r.title)})
}

// unresolvedAt reports whether the statement at an offset could not be read, which
// is said already.
func unresolvedAt(res pgparse.Result, at int) bool {
	i := sort.Search(len(res.Statements), func(i int) bool { return res.Statements[i].Span.End > at })
	return i < len(res.Statements) && res.Statements[i].Span.Start <= at && res.Statements[i].Problem != nil
}
