package gosrc

import (
	"go/ast"
	"go/token"
	"reflect"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

// bunModel is the table that bun makes of a struct (schema/table.go of bun).
type bunModel struct {
	table  string // as written: "name" or "schema.name"
	alias  string
	at     source.Span
	fields []bunField
}

type bunField struct {
	name, sqlType, sqlDefault string
	notNull, isPK, identity   bool
	unique                    []string // names of its unique groups; "" for one of its own
	at                        source.Span
}

// bunModelOf is the model of an argument of Model: a pointer to a struct, or to a
// list of them. ok is false if its type is not in the package.
func (p *Package) bunModelOf(e ast.Expr, s *scope) (m bunModel, ok bool) {
	name, st, file := p.structType(e, s, 0)
	if st == nil {
		return m, false
	}
	m = bunModel{alias: underscore(name), at: s.file.span(e)}
	m.table = inflected(m.alias)
	return m, p.bunFields(&m, st, s.in(file), 0)
}

// structType is the struct that an expression is a value of, a pointer to, or a
// list of: &T{}, new(T), (*T)(nil), []T{}, or a variable of such a type.
func (p *Package) structType(e ast.Expr, s *scope, depth int) (name string, st *ast.StructType, file *File) {
	if depth > maxDepth || !s.spend() {
		return "", nil, nil
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.UnaryExpr:
		return p.structType(e.X, s, depth+1)
	case *ast.StarExpr:
		return p.structType(e.X, s, depth+1)
	case *ast.ArrayType:
		return p.structType(e.Elt, s, depth+1)
	case *ast.StructType:
		return "", e, s.file
	case *ast.CompositeLit:
		if e.Type != nil {
			return p.structType(e.Type, s, depth+1)
		}
	case *ast.CallExpr:
		if id, ok := e.Fun.(*ast.Ident); ok && id.Name == "new" && len(e.Args) == 1 {
			return p.structType(e.Args[0], s, depth+1)
		}
		if _, ok := ast.Unparen(e.Fun).(*ast.StarExpr); ok {
			return p.structType(e.Fun, s, depth+1)
		}
	case *ast.Ident:
		return p.namedStruct(e, s, depth)
	}
	return "", nil, nil
}

func (p *Package) namedStruct(e *ast.Ident, s *scope, depth int) (name string, st *ast.StructType, file *File) {
	if b := s.lookup(e.Name); b != nil {
		if b.expr != nil {
			return p.structType(b.expr, b.in, depth+1)
		}
		return p.structNamed(strings.TrimLeft(b.typ, "*[]"))
	}
	return p.structNamed(e.Name)
}

func (p *Package) structNamed(name string) (string, *ast.StructType, *File) {
	d, ok := p.types[name]
	if !ok {
		return "", nil, nil
	}
	st, ok := d.spec.Type.(*ast.StructType)
	if !ok {
		return "", nil, nil
	}
	return name, st, d.file
}

// bunFields adds the columns of a struct, embedded structs included.
func (p *Package) bunFields(m *bunModel, st *ast.StructType, s *scope, depth int) bool {
	if depth > maxDepth {
		return false
	}
	for _, f := range st.Fields.List {
		text := ""
		if f.Tag != nil {
			text, _ = strconv.Unquote(f.Tag.Value) // a tag that is no string has no options
		}
		raw := reflect.StructTag(text).Get("bun")
		t := parseTag(raw)
		switch {
		case raw == "-":
		case len(f.Names) == 0 && typeName(f.Type) == "BaseModel":
			m.base(t)
		case len(f.Names) == 0:
			_, inner, file := p.structType(f.Type, s, depth)
			if inner == nil || !p.bunFields(m, inner, s.in(file), depth+1) {
				return false // a struct of another package
			}
		case t.has("rel") || t.has("m2m") || t.has("scanonly"):
		default:
			for _, n := range f.Names {
				if token.IsExported(n.Name) {
					m.fields = append(m.fields, p.bunField(n, f.Type, t, s))
				}
			}
		}
	}
	return true
}

func (m *bunModel) base(t tag) {
	if t.name != "" {
		m.table = t.name
	}
	if name, ok := t.value("table"); ok {
		m.table = name
	}
	if alias, ok := t.value("alias"); ok {
		m.alias = alias
	}
}

func (p *Package) bunField(name *ast.Ident, typ ast.Expr, t tag, s *scope) bunField {
	f := bunField{name: underscore(name.Name), at: s.file.span(name), notNull: t.has("notnull") || t.has("pk") || t.has("autoincrement"),
		isPK: t.has("pk"), identity: t.has("identity")}
	if t.name != "" {
		f.name = t.name
	}
	if column, ok := t.value("column"); ok {
		f.name = column
	}
	f.sqlDefault, _ = t.value("default")
	for _, names := range t.options["unique"] {
		f.unique = append(f.unique, strings.Split(names, ",")...)
	}
	if f.sqlType, _ = t.value("type"); f.sqlType == "" {
		f.sqlType = p.bunType(typ, t, s)
	}
	if serial, ok := bunSerials[strings.ToUpper(f.sqlType)]; ok && t.has("autoincrement") && !f.identity {
		f.sqlType = serial
	}
	return f
}

var bunSerials = map[string]string{"SMALLINT": "SMALLSERIAL", "INTEGER": "SERIAL", "BIGINT": "BIGSERIAL"}

// bunTypes are the types of columns by Go type (dialect/pgdialect/sqltype.go).
var bunTypes = map[string]string{
	"bool": "BOOLEAN", "int": "BIGINT", "int8": "SMALLINT", "int16": "SMALLINT", "int32": "INTEGER", "int64": "BIGINT",
	"uint": "BIGINT", "uint8": "SMALLINT", "byte": "SMALLINT", "uint16": "SMALLINT", "uint32": "INTEGER", "uint64": "BIGINT",
	"rune": "INTEGER", "float32": "REAL", "float64": "DOUBLE PRECISION", "string": "VARCHAR",
	"time.Time": "TIMESTAMPTZ", "database/sql.NullTime": "TIMESTAMPTZ", "github.com/uptrace/bun.NullTime": "TIMESTAMPTZ",
	"time.Duration": "BIGINT", "database/sql.NullBool": "BOOLEAN", "database/sql.NullFloat64": "DOUBLE PRECISION",
	"database/sql.NullInt64": "BIGINT", "database/sql.NullString": "VARCHAR", "encoding/json.RawMessage": "JSONB",
	"net.IP": "INET", "net.IPNet": "CIDR", "[]uint8": "BYTEA", "[]byte": "BYTEA",
}

// bunType is the type of a column that the tag does not name.
func (p *Package) bunType(typ ast.Expr, t tag, s *scope) string {
	if t.has("hstore") {
		return "HSTORE"
	}
	for {
		star, ok := typ.(*ast.StarExpr)
		if !ok {
			break
		}
		typ = star.X
	}
	if list, ok := typ.(*ast.ArrayType); ok && t.has("array") {
		return p.bunType(list.Elt, tag{}, s) + "[]"
	}
	name := p.typeOf(typ, s)
	if d, ok := p.types[name]; ok {
		if id, ok := d.spec.Type.(*ast.Ident); ok {
			name = id.Name
		}
	}
	if sql, ok := bunTypes[name]; ok {
		return sql
	}
	switch typ.(type) {
	case *ast.ArrayType, *ast.MapType, *ast.StructType:
		return "JSONB"
	}
	if _, ok := p.types[name]; ok {
		return "JSONB" // a struct, or a list
	}
	return "VARCHAR" // a type of another package: most are strings
}

// inflected is the plural that bun gives a table's name (jinzhu/inflection, as far
// as its regular rules go).
func inflected(s string) string {
	switch {
	case s == "":
		return ""
	case strings.HasSuffix(s, "s"), strings.HasSuffix(s, "x"), strings.HasSuffix(s, "ch"), strings.HasSuffix(s, "sh"):
		return s + "es"
	case strings.HasSuffix(s, "y") && len(s) > 1 && !strings.ContainsRune("aeiou", rune(s[len(s)-2])):
		return s[:len(s)-1] + "ies"
	}
	return s + "s"
}
