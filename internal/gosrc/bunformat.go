package gosrc

import (
	"go/ast"
	"strconv"
	"strings"
)

// formatted writes an expression with its arguments in place of the question
// marks (schema/formatter.go).
func (q *bunQuery) formatted(args []ast.Expr) {
	if len(args) == 0 {
		return
	}
	q.sql = append(q.sql, q.p.bunFormat(args[0], args[1:], q.s)...)
}

// bunFormat is also what GORM and go-pg do: an argument for each question mark. One
// whose value is not known stands as a parameter.
func (p *Package) bunFormat(format ast.Expr, args []ast.Expr, s *scope) Text {
	t := p.eval(format, s, 0)
	if len(args) == 0 {
		return t
	}
	var out Text
	n := 0
	for i, piece := range t {
		if piece.Hole {
			out = append(out, piece)
			continue
		}
		whole, done := t[i:i+1], 0
		for at := 0; at < len(piece.Text) && n < len(args); at++ {
			if piece.Text[at] != '?' || at > 0 && piece.Text[at-1] == '\\' || at+1 < len(piece.Text) && isLetter(piece.Text[at+1]) {
				continue
			}
			out = append(append(out, whole.slice(done, at)...), p.bunArg(args[n], n+1, s)...)
			n, done = n+1, at+1
			if out.size() > maxText {
				return hole(s.file.span(format))
			}
		}
		out = append(out, whole.slice(done, len(piece.Text))...)
	}
	return out
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// bunArg is an argument of a query: bun.Ident and bun.Name are names, bun.Safe is
// SQL, any other one a value, which stands as parameter n if it is not known.
func (p *Package) bunArg(arg ast.Expr, n int, s *scope) Text {
	at := s.file.span(arg)
	if call, ok := ast.Unparen(arg).(*ast.CallExpr); ok && len(call.Args) == 1 {
		switch importPath, name := s.file.callee(call); {
		case unversioned(importPath) != "github.com/uptrace/bun":
		case name == "Ident", name == "Name":
			return quoted(false, p.eval(call.Args[0], s, 0), at)
		case name == "Safe":
			return p.eval(call.Args[0], s, 0)
		}
	}
	t := p.eval(arg, s, 0)
	if !t.Known() {
		return folded("$"+strconv.Itoa(n), at)
	}
	if lit, ok := ast.Unparen(arg).(*ast.BasicLit); ok && lit.Value[0] != '"' && lit.Value[0] != '`' {
		return t
	}
	return quoted(true, t, at)
}

// sent is the SQL of a call of a connection, whose arguments bun, GORM and go-pg
// put in it themselves. A connection of a type that is not known does so if there
// are arguments and no parameter.
func (p *Package) sent(args []ast.Expr, typ string, s *scope) Text {
	t := p.eval(args[0], s, 0)
	switch typ = strings.TrimPrefix(typ, "*"); {
	case len(args) == 1:
		return t
	case strings.HasPrefix(typ, "github.com/uptrace/bun."), typ == gormDB, typ == gormOldDB, strings.HasPrefix(typ, "github.com/go-pg/"):
	case connOf(typ) != NoConn, strings.Contains(t.String(), "$1"):
		return t
	}
	return p.bunFormat(args[0], args[1:], s)
}
