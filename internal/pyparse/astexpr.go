package pyparse

import (
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

// Name is a name that is not a keyword, as it is written (CPython brings it to
// its NFKC form).
type Name struct {
	exprNode
	ID string
}

// Attribute is value.name.
type Attribute struct {
	exprNode
	Value Expr
	Attr  *Name
}

// Call is func(args). Args holds the positional ones and *more, Keywords those
// with a name and **more.
type Call struct {
	exprNode
	Func     Expr
	Args     []Expr
	Keywords []Keyword
}

// Keyword is name=value; Name is nil for **value.
type Keyword struct {
	place
	Name  *Name
	Value Expr
}

// Constant is one of None, True, False and the ellipsis.
type Constant struct {
	exprNode
	Word string // None, True, False or ...
}

// Number is the literal of a number.
type Number struct {
	exprNode
	Literal string // without underscores
}

// Int is the value of an integer literal that fits.
func (n *Number) Int() (int64, bool) {
	digits := n.Literal
	if strings.Trim(digits, "0") == "" {
		return 0, true // 00, which Go reads as octal and Python not
	}
	v, err := strconv.ParseInt(digits, 0, 64)
	return v, err == nil
}

// String is a string or bytes literal, or several one after the other. Text is
// its value, in UTF-8 unless it is bytes. A named character (\N{…}) and half a
// surrogate pair stand in it as U+FFFD; Inexact says that there is one.
type String struct {
	exprNode
	Text    source.Fragment
	Bytes   bool
	Inexact bool
}

// FString is an f-string, alone or among string literals. Parts are *String
// and *Hole in order. That {x=} also says "x=" is text of the String before it.
type FString struct {
	exprNode
	Parts []Expr
}

// Hole is a replacement field of an f-string. Conversion is r, s, a or 0;
// Format is what follows the colon, nil if there is none.
type Hole struct {
	exprNode
	Value      Expr
	Conversion byte
	Format     *FString
}

// List is a list.
type List struct {
	exprNode
	Elts []Expr
}

// Tuple is a tuple. Its span has the parentheses, if there are any.
type Tuple struct {
	exprNode
	Elts []Expr
}

// Set is a set with at least one element.
type Set struct {
	exprNode
	Elts []Expr
}

// Dict is a dict.
type Dict struct {
	exprNode
	Items []DictItem
}

// DictItem is key: value; Key is nil for **value.
type DictItem struct {
	place
	Key, Value Expr
}

// Subscript is value[index]. Several indexes are a Tuple.
type Subscript struct {
	exprNode
	Value, Index Expr
}

// Slice is lower:upper:step in a subscript; each may be nil.
type Slice struct {
	exprNode
	Lower, Upper, Step Expr
}

// UnaryOp is op operand, with op one of + - ~ not.
type UnaryOp struct {
	exprNode
	Op      string
	Operand Expr
}

// BinOp is left op right.
type BinOp struct {
	exprNode
	Left  Expr
	Op    string
	Right Expr
}

// BoolOp is two or more values with and, or with or, between them.
type BoolOp struct {
	exprNode
	Op     string
	Values []Expr
}

// Compare is left op right op right…: Ops has one operator for each of Rights.
// Operators of two words have one blank between them.
type Compare struct {
	exprNode
	Left   Expr
	Ops    []string
	Rights []Expr
}

// IfExp is body if test else orElse.
type IfExp struct {
	exprNode
	Body, Test, Else Expr
}

// Lambda is lambda params: body.
type Lambda struct {
	exprNode
	Params []Param
	Body   Expr
}

// CompKind is what a comprehension makes.
type CompKind uint8

// In parentheses, in brackets, and in braces without and with keys.
const (
	Generator CompKind = iota
	ListComp
	SetComp
	DictComp
)

// Comprehension is elt for … in … if …; Key is nil but for dicts, of which Elt is
// the value.
type Comprehension struct {
	exprNode
	Kind     CompKind
	Key, Elt Expr
	Clauses  []CompFor
}

// CompFor is one for of a comprehension with its conditions.
type CompFor struct {
	place
	Async        bool
	Target, Iter Expr
	Ifs          []Expr
}

// Starred is *value.
type Starred struct {
	exprNode
	Value Expr
}

// Await is await value.
type Await struct {
	exprNode
	Value Expr
}

// Yield is yield value, or yield from value; Value may be nil.
type Yield struct {
	exprNode
	From  bool
	Value Expr
}

// NamedExpr is target := value.
type NamedExpr struct {
	exprNode
	Target *Name
	Value  Expr
}
