package pyparse

import "github.com/miglint/miglint/source"

// Node is a piece of the syntax tree. The set is closed: every Node is a Stmt,
// an Expr, or one of the parts of these that are declared here. The span of a
// node lies within that of the node it is part of; only decorators stand before
// the function or class that they belong to, as in CPython.
type Node interface{ Span() source.Span }

// Stmt is a statement.
type Stmt interface {
	Node
	stmt()
}

// Expr is an expression.
type Expr interface {
	Node
	expr()
}

type place struct{ at source.Span }

// Span is the range of the file that the node was written in.
func (p place) Span() source.Span { return p.at }

type stmtNode struct{ place }

func (stmtNode) stmt() {}

type exprNode struct{ place }

func (exprNode) expr() {}

// Module is a file.
type Module struct {
	File     *source.File
	Body     []Stmt
	Comments []source.Span // from each # to the end of its line, in order
	Problems []Problem     // why nothing of the file was read; Body is empty then
}

// Problem is why a file cannot be read at all.
type Problem struct {
	At      source.Span
	Message string
}

// Bad is a statement that cannot be parsed, with the blocks that belong to it.
// Error is the place where it stops being Python.
type Bad struct {
	stmtNode
	Error   source.Span
	Message string
}

// Import is import a.b as c, d.
type Import struct {
	stmtNode
	Names []Alias
}

// ImportFrom is from ..a import b as c. Level counts the dots before Module; a
// star is a name of its own.
type ImportFrom struct {
	stmtNode
	Module string
	Level  int
	Names  []Alias
}

// Alias is one imported name; As is empty where there is none.
type Alias struct {
	place
	Name, As string
}

// Assign is a = b = value, with a target per equals sign.
type Assign struct {
	stmtNode
	Targets []Expr
	Value   Expr
}

// AnnAssign is target: annotation = value; Value may be nil.
type AnnAssign struct {
	stmtNode
	Target, Annotation, Value Expr
}

// AugAssign is target += value; Op is "+".
type AugAssign struct {
	stmtNode
	Target Expr
	Op     string
	Value  Expr
}

// TypeAlias is type Name = value.
type TypeAlias struct {
	stmtNode
	Name  *Name
	Value Expr
}

// FunctionDef is def or async def. Its span starts at that word.
type FunctionDef struct {
	stmtNode
	Decorators []Expr
	Async      bool
	Name       *Name
	Params     []Param
	Returns    Expr // or nil
	Body       []Stmt
}

// ParamKind is how a parameter takes its argument.
type ParamKind uint8

// Those before a star, before a slash, after a star, *args and **kwargs.
const (
	Plain ParamKind = iota
	PositionalOnly
	KeywordOnly
	VarPositional
	VarKeyword
)

// Param is a parameter of a function or lambda. Annotation and Default may be nil.
type Param struct {
	place
	Kind                ParamKind
	Name                string
	Annotation, Default Expr
}

// ClassDef is a class. Its span starts at that word.
type ClassDef struct {
	stmtNode
	Decorators []Expr
	Name       *Name
	Bases      []Expr
	Keywords   []Keyword
	Body       []Stmt
}

// If is if; an elif is an If alone in Else.
type If struct {
	stmtNode
	Test       Expr
	Body, Else []Stmt
}

// For is for or async for.
type For struct {
	stmtNode
	Async        bool
	Target, Iter Expr
	Body, Else   []Stmt
}

// While is while.
type While struct {
	stmtNode
	Test       Expr
	Body, Else []Stmt
}

// With is with or async with.
type With struct {
	stmtNode
	Async bool
	Items []WithItem
	Body  []Stmt
}

// WithItem is context as target; Target may be nil.
type WithItem struct {
	place
	Context, Target Expr
}

// Try is try; Star says that its handlers are except*.
type Try struct {
	stmtNode
	Body          []Stmt
	Handlers      []Handler
	Star          bool
	Else, Finally []Stmt
}

// Handler is except type as name. Type is nil, or a tuple, for none or several.
type Handler struct {
	place
	Type Expr
	Name string
	Body []Stmt
}

// Match is match; the patterns of its cases and their guards are not read.
type Match struct {
	stmtNode
	Subject Expr
	Cases   []Case
}

// Case is a case of a match.
type Case struct {
	place
	Body []Stmt
}

// Return is return; Value may be nil.
type Return struct {
	stmtNode
	Value Expr
}

// Raise is raise exc from cause; both may be nil.
type Raise struct {
	stmtNode
	Exc, Cause Expr
}

// Assert is assert test, msg; Msg may be nil.
type Assert struct {
	stmtNode
	Test, Msg Expr
}

// Delete is del.
type Delete struct {
	stmtNode
	Targets []Expr
}

// Scope is global or nonlocal.
type Scope struct {
	stmtNode
	Nonlocal bool
	Names    []string
}

// ExprStmt is an expression alone.
type ExprStmt struct {
	stmtNode
	X Expr
}

// Pass is pass.
type Pass struct{ stmtNode }

// Break is break.
type Break struct{ stmtNode }

// Continue is continue.
type Continue struct{ stmtNode }
