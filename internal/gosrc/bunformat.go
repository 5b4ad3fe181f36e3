package gosrc

import (
	"go/ast"
)

// formatted writes an expression with its arguments in place of the question
// marks (schema/formatter.go).
func (q *bunQuery) formatted(args []ast.Expr) {
	if len(args) == 0 {
		return
	}
	q.sql = append(q.sql, q.p.bunFormat(args[0], args[1:], q.s)...)
}

func (p *Package) bunFormat(format ast.Expr, args []ast.Expr, s *scope) Text {
	t := p.eval(format, s, 0)
	if len(args) == 0 || !t.Known() {
		return t
	}
	text := t.String()
	var out Text
	done := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '?' || len(args) == 0 || i+1 < len(text) && isLetter(text[i+1]) {
			continue
		}
		out = append(append(out, t.slice(done, i)...), p.bunArg(args[0], s)...)
		args, done = args[1:], i+1
	}
	return append(out, t.slice(done, len(text))...)
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// bunArg is an argument of a query: bun.Ident and bun.Name are names, bun.Safe is
// SQL, any other one a value.
func (p *Package) bunArg(arg ast.Expr, s *scope) Text {
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
		return hole(at)
	}
	if lit, ok := ast.Unparen(arg).(*ast.BasicLit); ok && lit.Value[0] != '"' && lit.Value[0] != '`' {
		return t
	}
	return quoted(true, t, at)
}
