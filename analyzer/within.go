package analyzer

import (
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/sqlast"
)

// Within says what runs a statement that stands in the body of a DO block, a
// function or a procedure.
type Within struct {
	By *Stmt // the DO, or the statement that calls the routine; it may be within another itself
	// Routine is "function f" or "procedure p"; "" for a DO block.
	Routine string
	MayRun  bool // an IF, a CASE, a loop or an error decides
	Caught  bool // a handler may catch its failure
	Undone  bool // a handler takes back what it did
	Many    bool // in a loop that runs nobody knows how often
}

// Outermost returns the statement of the file that runs this one: itself unless
// it stands within a routine.
func (s *Stmt) Outermost() *Stmt {
	for s.Within != nil {
		s = s.Within.By
	}
	return s
}

// Line returns the line on which the statement starts; for one in a function that
// stands in another file, that of the call in the script.
func (s *Stmt) Line() int {
	if by := s.Outermost(); by.Span.File != s.Span.File {
		return by.Span.StartPos().Line
	}
	return s.Span.StartPos().Line
}

// Routine names the routine that the statement stands in: "DO block", "function f",
// "procedure p"; "" if it is in none.
func (s *Stmt) Routine() string {
	switch {
	case s.Within == nil:
		return ""
	case s.Within.Routine == "":
		return "DO block"
	}
	return s.Within.Routine
}

// Bounds on what is followed of the routines that a script calls.
const (
	maxCalls      = 8    // of routines within each other
	maxCalled     = 2000 // statements of routines that are called, in one script
	maxConditions = 20   // nested, of the kind IF … THEN RETURN
	maxArms       = 20   // of an IF or CASE that leave different schemas
)

// spot is where in a routine the walk is.
type spot struct {
	client   bool // in the program that sends the statements, not in a routine
	by       *Stmt
	routine  string
	comments []sqlast.Comment    // of the body
	calls    []*catalog.Function // that led here
	mayRun   bool
	many     bool
	atomic   bool // COMMIT and ROLLBACK are refused
	sub      bool // in a block with EXCEPTION: a subtransaction
	nested   int  // conditions of the kind IF … THEN RETURN
	outer    *level
}

// level is an arm that may not run, or a block with handlers: what keeps the
// failure of a statement in it from being one.
type level struct {
	outer    *level
	guard    bool
	handlers []sqlast.Handler
	caught   string // the SQLSTATE of the failure that was none
}

// guarded returns the spot in an arm that may not run.
func (in spot) guarded() spot {
	in.outer = &level{outer: in.outer, guard: true}
	in.mayRun = true
	return in
}

// absorbs returns the innermost level for which a failure is none; nil if it is
// one. A statement that may run and would certainly find what it makes there
// already, or what it changes missing, is what the condition around it is there to
// prevent: the history decides the condition then, and the arm does not run. The
// whole arm, for its statements run together or not at all; a mistake in it is
// better missed than a guard called one.
func (in *spot) absorbs(fails *effect.Failure) *level {
	if fails == nil || fails.IfRows {
		return nil
	}
	for l := in.outer; l != nil; l = l.outer {
		if l.guard && isPresence(fails) || l.handler(fails.SQLState) != nil {
			l.caught = fails.SQLState
			return l
		}
	}
	return nil
}

// handler returns the handler that catches an error and does not raise another.
func (l *level) handler(state string) *sqlast.Handler {
	for i := range l.handlers {
		if h := &l.handlers[i]; catches(h.Conditions, state) {
			for _, step := range h.Body {
				if leave, ok := step.(*sqlast.Leave); ok && leave.Kind == sqlast.RaiseException && !leave.Sometimes {
					return nil
				}
			}
			return h
		}
	}
	return nil
}

// isPresence reports whether an error says that something is there already, or
// that it is not.
func isPresence(fails *effect.Failure) bool {
	switch fails.SQLState {
	case "42P07", "42710", "42701", "42P06", "42723", // duplicate table, object, column, schema and function
		"42P01", "42703", "42704", "42883", "3F000": // undefined
		return true
	}
	return strings.Contains(fails.Message, " already ") || strings.HasPrefix(fails.Message, "multiple primary keys ")
}
