package sqlast

import "github.com/miglint/miglint/source"

// Routine is what the body of a DO block, a function or a procedure does with
// SQL, as far as it can be read.
type Routine struct {
	Span     source.Span // the body, between its quotes
	Body     []RoutineStmt
	Comments []Comment // every comment of the body, in order
	// Problem is set when the body cannot be read at all: nothing is known of it.
	Problem *Problem
}

// RoutineStmt is one step of a routine. The set is closed: the types below.
// Steps that touch nothing (assignments, RAISE NOTICE, NULL) are left out; the
// queries inside them are there as Run.
type RoutineStmt interface{ routineStmt() }

type (
	// Run is one SQL statement: written as such, or built by EXECUTE.
	Run struct {
		// Stmt has a Problem of kind UnresolvedSQL if EXECUTE builds a text that is
		// not known before it runs. A value that EXECUTE quotes as a literal and that
		// is not known stands as '0'.
		Stmt *Statement
		// Dynamic is set for EXECUTE. Stmt.Span is then the string it is written
		// in, or the expression that builds it.
		Dynamic bool
	}
	// Choose is IF and CASE: one of the arms runs, or none unless Total.
	Choose struct {
		Span  source.Span
		Arms  [][]RoutineStmt
		Total bool // it has an ELSE
	}
	// Loop is LOOP, WHILE, FOR and FOREACH: the body runs not at all, once or many
	// times.
	Loop struct {
		Span source.Span
		Body []RoutineStmt
		// Times is how often the body runs where the text says so (FOR i IN 1..4);
		// 0 where it does not.
		Times int
	}
	// Protected is a block with an EXCEPTION section. It is a subtransaction: what
	// it did is rolled back when a handler takes over.
	Protected struct {
		Span     source.Span
		Body     []RoutineStmt
		Handlers []Handler
	}
	// Leave is RETURN and RAISE EXCEPTION (ends the routine), EXIT and CONTINUE
	// (ends or goes on with a loop). With Sometimes set it has a WHEN.
	Leave struct {
		Span      source.Span
		Kind      LeaveKind
		Sometimes bool
	}
	// Send is a query of one or more statements that a program sends, such as a
	// migration written in Go. A program is a routine that runs on the client.
	Send struct{ Stmts []*Statement }
	// EndTransaction is COMMIT and ROLLBACK.
	EndTransaction struct {
		Span     source.Span
		Rollback bool
	}
)

// Handler is one WHEN of an EXCEPTION section.
type Handler struct {
	// Conditions are names as PostgreSQL lists them ("duplicate_object"), SQLSTATEs
	// ("42710"), or "others".
	Conditions []string
	Body       []RoutineStmt
}

// LeaveKind says what a Leave leaves.
type LeaveKind int

// The kinds of Leave.
const (
	Return LeaveKind = iota
	RaiseException
	Exit
	Continue
)

func (*Run) routineStmt()            {}
func (*Choose) routineStmt()         {}
func (*Loop) routineStmt()           {}
func (*Protected) routineStmt()      {}
func (*Leave) routineStmt()          {}
func (*EndTransaction) routineStmt() {}
func (*Send) routineStmt()           {}
