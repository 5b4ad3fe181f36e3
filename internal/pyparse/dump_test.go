package pyparse

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

// dumper prints a tree as testdata/dump.py prints CPython's.
type dumper struct {
	strings.Builder
	file *source.File
}

func dump(m *Module) string {
	d := &dumper{file: m.File}
	d.stmts(0, "", m.Body)
	return d.String()
}

func (d *dumper) position(offset int) string {
	p := d.file.Position(offset)
	start := d.file.LineStart(p.Line)
	if p.Line == 1 && strings.HasPrefix(string(d.file.Text[:min(3, len(d.file.Text))]), byteOrderMark) {
		start = len(byteOrderMark)
	}
	return fmt.Sprintf("%d:%d", p.Line, offset-start)
}

func (d *dumper) line(depth int, label, words string, at source.Span, inside bool) {
	d.WriteString(strings.Repeat("  ", depth))
	if label != "" {
		d.WriteString(label + "=")
	}
	d.WriteString(words)
	if !at.IsZero() && !inside {
		d.WriteString(" " + d.position(at.Start) + "-" + d.position(at.End))
	}
	d.WriteString("\n")
}

func (d *dumper) stmts(depth int, label string, body []Stmt) {
	for _, s := range body {
		d.stmt(depth, label, s)
	}
}

func (d *dumper) stmt(depth int, label string, s Stmt) {
	head := func(words string) { d.line(depth, label, words, s.Span(), false) }
	x := func(label string, e Expr) { d.expr(depth+1, label, e, false) }
	xs := func(label string, es []Expr) { d.exprs(depth+1, label, es, false) }
	body := func(label string, b []Stmt) { d.stmts(depth+1, label, b) }
	switch s := s.(type) {
	case *Bad:
		head("Bad " + strconv.Quote(s.Message))
	case *Import:
		head("Import")
		d.aliases(depth+1, s.Names)
	case *ImportFrom:
		words := "ImportFrom"
		if s.Module != "" {
			words += " " + s.Module
		}
		head(words + " " + strconv.Itoa(s.Level))
		d.aliases(depth+1, s.Names)
	case *Assign:
		head("Assign")
		xs("targets", s.Targets)
		x("value", s.Value)
	case *AnnAssign:
		head("AnnAssign")
		x("target", s.Target)
		x("annotation", s.Annotation)
		x("value", s.Value)
	case *AugAssign:
		head("AugAssign " + s.Op)
		x("target", s.Target)
		x("value", s.Value)
	case *TypeAlias:
		head("TypeAlias")
		x("name", s.Name)
		x("value", s.Value)
	case *FunctionDef:
		head(async(s.Async) + "FunctionDef " + s.Name.ID)
		d.params(depth+1, s.Params, false)
		body("body", s.Body)
		xs("decorator_list", s.Decorators)
		x("returns", s.Returns)
	case *ClassDef:
		head("ClassDef " + s.Name.ID)
		xs("bases", s.Bases)
		d.keywords(depth+1, s.Keywords, false)
		body("body", s.Body)
		xs("decorator_list", s.Decorators)
	case *If:
		head("If")
		x("test", s.Test)
		body("body", s.Body)
		body("orelse", s.Else)
	case *For:
		head(async(s.Async) + "For")
		x("target", s.Target)
		x("iter", s.Iter)
		body("body", s.Body)
		body("orelse", s.Else)
	case *While:
		head("While")
		x("test", s.Test)
		body("body", s.Body)
		body("orelse", s.Else)
	case *With:
		head(async(s.Async) + "With")
		for _, i := range s.Items {
			d.line(depth+1, "items", "withitem", source.Span{}, false)
			d.expr(depth+2, "context_expr", i.Context, false)
			d.expr(depth+2, "optional_vars", i.Target, false)
		}
		body("body", s.Body)
	case *Try:
		d.try(depth, label, s)
	case *Match:
		head("Match")
		x("subject", s.Subject)
		for _, c := range s.Cases {
			d.line(depth+1, "cases", "match_case", source.Span{}, false)
			d.stmts(depth+2, "body", c.Body)
		}
	case *Return:
		head("Return")
		x("value", s.Value)
	case *Raise:
		head("Raise")
		x("exc", s.Exc)
		x("cause", s.Cause)
	case *Assert:
		head("Assert")
		x("test", s.Test)
		x("msg", s.Msg)
	case *Delete:
		head("Delete")
		xs("targets", s.Targets)
	case *Scope:
		words := "Global "
		if s.Nonlocal {
			words = "Nonlocal "
		}
		head(words + strings.Join(s.Names, " "))
	case *ExprStmt:
		head("Expr")
		x("value", s.X)
	case *Pass, *Break, *Continue:
		head(strings.TrimPrefix(fmt.Sprintf("%T", s), "*pyparse."))
	default:
		head(fmt.Sprintf("%T", s))
	}
}

func async(is bool) string {
	if is {
		return "Async"
	}
	return ""
}

func (d *dumper) try(depth int, label string, s *Try) {
	words := "Try"
	if s.Star {
		words = "Try *"
	}
	d.line(depth, label, words, s.Span(), false)
	d.stmts(depth+1, "body", s.Body)
	for _, h := range s.Handlers {
		d.line(depth+1, "handlers", strings.TrimSpace("ExceptHandler "+h.Name), source.Span{}, false)
		d.expr(depth+2, "type", h.Type, false)
		d.stmts(depth+2, "body", h.Body)
	}
	d.stmts(depth+1, "orelse", s.Else)
	d.stmts(depth+1, "finalbody", s.Finally)
}

func (d *dumper) aliases(depth int, names []Alias) {
	for _, a := range names {
		d.line(depth, "names", strings.TrimSpace("alias "+a.Name+" "+a.As), source.Span{}, false)
	}
}

func (d *dumper) params(depth int, params []Param, inside bool) {
	kinds := map[ParamKind]string{Plain: "plain", PositionalOnly: "positional", KeywordOnly: "keyword", VarPositional: "*", VarKeyword: "**"}
	for _, p := range params {
		d.line(depth, "param", kinds[p.Kind]+" "+p.Name, source.Span{}, false)
		d.expr(depth+1, "annotation", p.Annotation, inside)
		d.expr(depth+1, "default", p.Default, inside)
	}
}

func (d *dumper) keywords(depth int, keywords []Keyword, inside bool) {
	for _, k := range keywords {
		words := "keyword"
		if k.Name != nil {
			words += " " + k.Name.ID
		}
		d.line(depth, "keywords", words, source.Span{}, false)
		d.expr(depth+1, "value", k.Value, inside)
	}
}

func (d *dumper) exprs(depth int, label string, es []Expr, inside bool) {
	for _, e := range es {
		d.expr(depth, label, e, inside)
	}
}

func (d *dumper) expr(depth int, label string, e Expr, inside bool) {
	if e == nil {
		return
	}
	head := func(words string) { d.line(depth, label, words, e.Span(), inside) }
	x := func(label string, e Expr) { d.expr(depth+1, label, e, inside) }
	xs := func(label string, es []Expr) { d.exprs(depth+1, label, es, inside) }
	switch e := e.(type) {
	case *Name:
		head("Name " + e.ID)
	case *Attribute:
		head("Attribute " + e.Attr.ID)
		x("value", e.Value)
	case *Call:
		head("Call")
		x("func", e.Func)
		xs("args", e.Args)
		d.keywords(depth+1, e.Keywords, inside)
	case *Constant:
		head(e.Word)
	case *Number:
		head(number(e))
	case *String:
		kind := "str "
		if e.Bytes {
			kind = "bytes "
		}
		head(kind + quotedBytes(e.Text.Text))
	case *FString:
		head("JoinedStr")
		d.exprs(depth+1, "values", e.Parts, true)
	case *Hole:
		words := "FormattedValue"
		if e.Conversion != 0 {
			words += " " + string(rune(e.Conversion))
		}
		head(words)
		x("value", e.Value)
		if e.Format != nil {
			d.expr(depth+1, "format_spec", e.Format, inside)
		}
	case *List:
		head("List")
		xs("elts", e.Elts)
	case *Tuple:
		head("Tuple")
		xs("elts", e.Elts)
	case *Set:
		head("Set")
		xs("elts", e.Elts)
	case *Dict:
		words := "Dict"
		for _, i := range e.Items {
			if i.Key == nil {
				words += " -"
			}
		}
		head(words)
		for _, i := range e.Items {
			x("keys", i.Key)
		}
		for _, i := range e.Items {
			x("values", i.Value)
		}
	case *Subscript:
		head("Subscript")
		x("value", e.Value)
		x("slice", e.Index)
	case *Slice:
		head("Slice")
		x("lower", e.Lower)
		x("upper", e.Upper)
		x("step", e.Step)
	case *UnaryOp:
		head("UnaryOp " + e.Op)
		x("operand", e.Operand)
	case *BinOp:
		head("BinOp " + e.Op)
		x("left", e.Left)
		x("right", e.Right)
	case *BoolOp:
		head("BoolOp " + e.Op)
		xs("values", e.Values)
	case *Compare:
		head("Compare " + strings.Join(e.Ops, " "))
		x("left", e.Left)
		xs("comparators", e.Rights)
	case *IfExp:
		head("IfExp")
		x("test", e.Test)
		x("body", e.Body)
		x("orelse", e.Else)
	case *Lambda:
		head("Lambda")
		d.params(depth+1, e.Params, inside)
		x("body", e.Body)
	case *Comprehension:
		head([...]string{"GeneratorExp", "ListComp", "SetComp", "DictComp"}[e.Kind])
		if e.Key != nil {
			x("key", e.Key)
			x("value", e.Elt)
		} else {
			x("elt", e.Elt)
		}
		for _, c := range e.Clauses {
			is := 0
			if c.Async {
				is = 1
			}
			d.line(depth+1, "generators", fmt.Sprintf("comprehension %d", is), source.Span{}, false)
			d.expr(depth+2, "target", c.Target, inside)
			d.expr(depth+2, "iter", c.Iter, inside)
			d.exprs(depth+2, "ifs", c.Ifs, inside)
		}
	case *Starred:
		head("Starred")
		x("value", e.Value)
	case *Await:
		head("Await")
		x("value", e.Value)
	case *Yield:
		if e.From {
			head("YieldFrom")
		} else {
			head("Yield")
		}
		x("value", e.Value)
	case *NamedExpr:
		head("NamedExpr")
		x("target", e.Target)
		x("value", e.Value)
	default:
		head(fmt.Sprintf("%T", e))
	}
}

func quotedBytes(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(s) {
		if 32 <= c && c < 127 && c != '\\' && c != '"' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "\\x%02x", c)
		}
	}
	return b.String() + `"`
}

// number is the value of a literal, for a float the bytes of it.
func number(n *Number) string {
	float := func(s string) string {
		v, _ := strconv.ParseFloat(s, 64)
		return fmt.Sprintf("%x", binary.BigEndian.AppendUint64(nil, math.Float64bits(v)))
	}
	literal := strings.ToLower(n.Literal)
	if imag, ok := strings.CutSuffix(literal, "j"); ok {
		return "imag " + float(imag)
	}
	if v, ok := n.Int(); ok {
		return fmt.Sprintf("int %x", v)
	}
	if v, ok := new(big.Int).SetString(literal, 0); ok {
		return fmt.Sprintf("int %x", v)
	}
	return "float " + float(literal)
}
