package catalog

import (
	"slices"
	"strconv"
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// alike reports whether two expressions may mean the same: it is false only where
// they surely do not. Casts do not count, for the server adds and drops them, nor
// does the way in which a list of values is written.
func alike(a, b sqlast.Expr) bool {
	a, b = bare(a), bare(b)
	if a == nil || b == nil {
		return isNull(a) && isNull(b)
	}
	if x, ok := a.(*sqlast.ConstExpr); ok {
		if y, ok := b.(*sqlast.ConstExpr); ok {
			return sameConst(x, y)
		}
	}
	if x, ok := a.(*sqlast.OpExpr); ok {
		if y, ok := b.(*sqlast.OpExpr); ok && sameExprs(x.Args, y.Args) {
			return x.Op == y.Op
		}
	}
	wordsA, doubtA := exprWords(a)
	wordsB, doubtB := exprWords(b)
	return doubtA || doubtB || slices.Equal(wordsA, wordsB)
}

// bare takes casts and parentheses off.
func bare(e sqlast.Expr) sqlast.Expr {
	for {
		switch n := e.(type) {
		case *sqlast.CastExpr:
			e = n.Arg
		case *sqlast.CollateExpr:
			e = n.Arg
		default:
			return e
		}
	}
}

func isNull(e sqlast.Expr) bool {
	c, ok := e.(*sqlast.ConstExpr)
	return e == nil || ok && c.Kind == sqlast.NullConst
}

func sameConst(a, b *sqlast.ConstExpr) bool {
	return a.Kind == b.Kind && a.Value == b.Value || constWord(a) == constWord(b)
}

// constWord is a literal's value in one spelling.
func constWord(c *sqlast.ConstExpr) string {
	if c.Kind == sqlast.NullConst {
		return "null"
	}
	if n, err := strconv.ParseFloat(c.Value, 64); err == nil {
		return strconv.FormatFloat(n, 'g', -1, 64)
	}
	value := strings.ToLower(strings.TrimSpace(c.Value))
	switch value {
	case "t", "yes", "on":
		return "true"
	case "f", "no", "off":
		return "false"
	}
	return value
}

// exprWords returns what an expression is made of, sorted and without
// repetitions: its columns, its literals and the functions it calls. doubt is set
// if not all of it can be seen.
func exprWords(e sqlast.Expr) (words []string, doubt bool) {
	sqlast.WalkExpr(e, func(e sqlast.Expr) bool {
		switch e := e.(type) {
		case *sqlast.ConstExpr:
			words = append(words, "'"+constWord(e))
		case *sqlast.ColumnExpr:
			words = append(words, e.Column)
		case *sqlast.FuncExpr:
			if name, ok := sequenceName(e); ok {
				words = append(words, "sequence "+name)
				return false
			}
			words = append(words, functionWord(e.Name.Name)+"(")
		case *sqlast.SubqueryExpr:
			doubt = true
		}
		return true
	})
	slices.Sort(words)
	return slices.Compact(words), doubt
}

// sequenceName is the name, without its schema, that a call such as nextval gives.
func sequenceName(call *sqlast.FuncExpr) (string, bool) {
	if call.Name.Name != "nextval" || len(call.Args) != 1 {
		return "", false
	}
	text, ok := bare(call.Args[0]).(*sqlast.ConstExpr)
	if !ok {
		return "", false
	}
	parts := splitIdent(text.Value, '.')
	if len(parts) == 0 {
		return "", false
	}
	return parts[len(parts)-1], true
}

// functionWord is one name for all that give the time of the transaction.
func functionWord(name string) string {
	switch name {
	case "current_timestamp", "transaction_timestamp", "localtimestamp":
		return "now"
	}
	return name
}

// exprText is the text of an expression as it was written.
func exprText(e sqlast.Expr) string {
	if e == nil {
		return ""
	}
	return e.Pos().Text()
}

// sameText reports whether two pieces of code differ in nothing but blanks, case
// and comments.
func sameText(a, b string) bool { return a == b || squeeze(a) == squeeze(b) }

// squeeze takes blanks and comments out and folds case.
func squeeze(code string) string {
	var out strings.Builder
	for r := (codeReader{text: code}); r.at < len(code); {
		from := r.at
		r.skip()
		if r.at == from+1 && strings.IndexByte(" \t\r\n;", code[from]) < 0 {
			out.WriteByte(code[from])
		}
	}
	return strings.ToLower(out.String())
}
