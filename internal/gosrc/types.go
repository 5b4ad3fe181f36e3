package gosrc

import (
	"go/ast"
	"path"
	"strings"
)

// Conn is what a call sends its SQL through.
type Conn int

// The kinds of connection.
const (
	NoConn   Conn = iota // none that is known
	Database             // a pool or connection: outside of a transaction unless BEGIN is sent
	InTx                 // a transaction
	Either               // a type that stands for both, such as bun.IDB and *gorm.DB
)

// conns are the types of connections, without pointer and major version.
var conns = map[string]Conn{
	"database/sql.DB":                        Database,
	"database/sql.Conn":                      Database,
	"database/sql.Tx":                        InTx,
	"github.com/jackc/pgx.Conn":              Database,
	"github.com/jackc/pgx.Tx":                InTx,
	"github.com/jackc/pgx/pgxpool.Pool":      Database,
	"github.com/jackc/pgx/pgxpool.Conn":      Database,
	"github.com/jackc/pgx/pgxpool.Tx":        InTx,
	"github.com/jmoiron/sqlx.DB":             Database,
	"github.com/jmoiron/sqlx.Conn":           Database,
	"github.com/jmoiron/sqlx.Tx":             InTx,
	"github.com/uptrace/bun.DB":              Database,
	"github.com/uptrace/bun.Conn":            Database,
	"github.com/uptrace/bun.Tx":              InTx,
	"github.com/uptrace/bun.IDB":             Either,
	"github.com/go-pg/pg.DB":                 Database,
	"github.com/go-pg/pg.Tx":                 InTx,
	"github.com/go-pg/pg/orm.DB":             Either,
	"github.com/go-pg/migrations.DB":         Either,
	"gorm.io/gorm.DB":                        Either,
	"github.com/jinzhu/gorm.DB":              Either,
	"xorm.io/xorm.Engine":                    Database,
	"xorm.io/xorm.Session":                   Either,
	"github.com/golang-migrate/migrate.Conn": Database,
}

// connOf is what a type, as typeOf writes it, is for SQL.
func connOf(typ string) Conn { return conns[strings.TrimPrefix(typ, "*")] }

// typeOf is a type as written, with the import path in place of the package's
// name and without a major version: "*database/sql.Tx".
func (p *Package) typeOf(e ast.Expr, s *scope) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return "*" + p.typeOf(e.X, s)
	case *ast.ParenExpr:
		return p.typeOf(e.X, s)
	case *ast.Ellipsis:
		return "[]" + p.typeOf(e.Elt, s)
	case *ast.ArrayType:
		return "[]" + p.typeOf(e.Elt, s)
	case *ast.Ident:
		if d, ok := p.types[e.Name]; ok && d.spec.Assign.IsValid() {
			if sel, ok := d.spec.Type.(*ast.SelectorExpr); ok { // an alias of another package's type
				return p.typeOf(sel, s.in(d.file))
			}
		}
		return e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			return unversioned(s.file.imports[x.Name]) + "." + e.Sel.Name
		}
	}
	return ""
}

// unversioned is an import path without what names a major version: an element
// such as /v2, or the end of gopkg.in's elements, such as .v2.
func unversioned(importPath string) string {
	parts := strings.Split(importPath, "/")
	kept := parts[:0]
	for i, part := range parts {
		if i > 0 && len(part) > 1 && part[0] == 'v' && strings.Trim(part[1:], "0123456789") == "" {
			continue
		}
		if at := strings.LastIndex(part, ".v"); at > 0 && parts[0] == "gopkg.in" && strings.Trim(part[at+2:], "0123456789") == "" {
			part = part[:at]
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, "/")
}

// exprType is the type of an expression as far as it can be told; "" if not.
func (p *Package) exprType(e ast.Expr, s *scope, depth int) string {
	if depth > maxDepth || !s.spend() {
		return ""
	}
	depth++
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if b := s.lookup(e.Name); b != nil {
			return b.typ
		}
		if v, ok := p.variables[e.Name]; ok {
			return p.variableType(v, s, depth)
		}
	case *ast.UnaryExpr:
		if t := p.exprType(e.X, s, depth); t != "" {
			return "*" + t
		}
	case *ast.CompositeLit:
		if e.Type != nil {
			return p.typeOf(e.Type, s)
		}
	case *ast.SelectorExpr:
		return p.fieldType(e, s, depth)
	case *ast.CallExpr:
		return p.resultType(e, s, depth)
	}
	return ""
}

// variableType is the type of a package-level constant or variable.
func (p *Package) variableType(v variable, s *scope, depth int) string {
	if v.typ != nil {
		return p.typeOf(v.typ, s.in(v.file))
	}
	return p.exprType(v.expr, s.in(v.file), depth)
}

// fieldType is the type of a field of one of the package's own structs.
func (p *Package) fieldType(e *ast.SelectorExpr, s *scope, depth int) string {
	d, ok := p.types[strings.TrimPrefix(p.exprType(e.X, s, depth), "*")]
	if !ok {
		return ""
	}
	st, ok := d.spec.Type.(*ast.StructType)
	if !ok {
		return ""
	}
	for _, f := range st.Fields.List {
		for _, n := range f.Names {
			if n.Name == e.Sel.Name {
				return p.typeOf(f.Type, s.in(d.file))
			}
		}
	}
	return ""
}

// resultType is the type of what a call returns first: of the package's own
// functions, and of methods that return another connection or the same one.
func (p *Package) resultType(e *ast.CallExpr, s *scope, depth int) string {
	if id, ok := ast.Unparen(e.Fun).(*ast.Ident); ok {
		if fn, ok := p.funcs[id.Name]; ok && fn.decl.Type.Results != nil && len(fn.decl.Type.Results.List) > 0 {
			return p.typeOf(fn.decl.Type.Results.List[0].Type, s.in(fn.file))
		}
		return ""
	}
	if importPath, name := s.file.callee(e); importPath != "" {
		return constructors[unversioned(importPath)+"."+name]
	}
	sel, ok := ast.Unparen(e.Fun).(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	recv := p.exprType(sel.X, s, depth)
	if t := chained(strings.TrimPrefix(recv, "*"), sel.Sel.Name); t != "" {
		return t
	}
	switch conn := connOf(recv); {
	case conn == NoConn:
		return ""
	case begins[sel.Sel.Name]:
		return path.Dir(recv) + "/" + strings.TrimSuffix(path.Base(recv), path.Ext(path.Base(recv))) + ".Tx"
	case sel.Sel.Name == "Conn", sel.Sel.Name == "Acquire":
		return recv
	}
	return ""
}

// constructors are functions of other packages, and what they return first.
var constructors = map[string]string{
	"database/sql.Open":                            "*database/sql.DB",
	"github.com/jackc/pgx.Connect":                 "*github.com/jackc/pgx.Conn",
	"github.com/jackc/pgx/pgxpool.New":             "*github.com/jackc/pgx/pgxpool.Pool",
	"github.com/jmoiron/sqlx.NewDb":                "*github.com/jmoiron/sqlx.DB",
	"github.com/jmoiron/sqlx.Connect":              "*github.com/jmoiron/sqlx.DB",
	"github.com/uptrace/bun.NewDB":                 "*github.com/uptrace/bun.DB",
	"github.com/uptrace/bun/migrate.NewMigrations": "*github.com/uptrace/bun/migrate.Migrations",
	"github.com/go-pg/migrations.NewCollection":    "*github.com/go-pg/migrations.Collection",
	"gorm.io/gorm.Open":                            "*gorm.io/gorm.DB",
}

// begins are the methods that begin a transaction and return it.
var begins = map[string]bool{
	"Begin": true, "BeginTx": true, "Beginx": true, "BeginTxx": true, "MustBegin": true, "MustBeginTx": true,
	"BeginContext": true,
}
