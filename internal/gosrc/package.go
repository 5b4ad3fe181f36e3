// Package gosrc reads from Go source what its functions send to a database: the
// calls that run SQL, in order, with the SQL as far as it is known before the
// program runs. It works on the syntax tree alone, so that code which does not
// compile is read as well.
package gosrc

import (
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

// Package is the files of one Go package, or some of them.
type Package struct {
	Files []*File
	fset  *token.FileSet
	funcs map[string]function // by name; methods as Type.name
	// values are the package-level constants and variables with what they are
	// declared as. Variables that something assigns to are left out.
	values map[string]value
	// variables are those and all other package-level variables, for their types.
	variables map[string]variable
	types     map[string]typeDecl
	embeds    func(name string) (*source.File, bool)
}

// File is one Go file.
type File struct {
	Source *source.File
	Syntax *ast.File
	// Problems are the places where it could not be parsed. What could be is in
	// Syntax all the same.
	Problems []Problem
	tokens   *token.File
	imports  map[string]string // path by local name
}

// Problem is a place that is no Go, and why.
type Problem struct {
	Span    source.Span
	Message string
}

type function struct {
	file *File
	decl *ast.FuncDecl
}

type value struct {
	file *File
	expr ast.Expr // nil for an embedded file
	// embedded is the name of the file that //go:embed gives a string or []byte.
	embedded string
}

// variable has the type that it is declared with or, if there is none, the value.
type variable struct {
	file      *File
	typ, expr ast.Expr
}

type typeDecl struct {
	file *File
	spec *ast.TypeSpec
}

// Parse reads the files of a package. It never fails: a file that does not parse
// has Problems. embeds opens a file that //go:embed names, relative to the
// package; nil if there are none to be had.
func Parse(files []*source.File, embeds func(name string) (*source.File, bool)) *Package {
	p := &Package{fset: token.NewFileSet(), funcs: map[string]function{}, values: map[string]value{},
		variables: map[string]variable{}, types: map[string]typeDecl{}, embeds: embeds}
	for _, f := range files {
		p.parse(f)
	}
	for _, f := range p.Files {
		p.declare(f)
	}
	for _, f := range p.Files {
		p.forget(f)
	}
	return p
}

// With is the package with another state of one of its files.
func (p *Package) With(other *source.File) *Package {
	files := make([]*source.File, 0, len(p.Files))
	for _, f := range p.Files {
		if f.Source.Path == other.Path {
			files = append(files, other)
		} else {
			files = append(files, f.Source)
		}
	}
	return Parse(files, p.embeds)
}

func (p *Package) parse(src *source.File) {
	file := &File{Source: src, imports: map[string]string{}}
	syntax, err := parser.ParseFile(p.fset, src.Path, src.Text, parser.ParseComments|parser.SkipObjectResolution)
	if list, ok := err.(scanner.ErrorList); ok { //nolint:errorlint // documented as the type that ParseFile returns
		for _, e := range list {
			at := min(e.Pos.Offset, len(src.Text))
			file.Problems = append(file.Problems, Problem{src.Span(at, at), e.Msg})
		}
	}
	if syntax == nil {
		return
	}
	file.Syntax, file.tokens = syntax, p.fset.File(syntax.FileStart)
	if file.tokens == nil {
		return
	}
	for _, spec := range syntax.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		name := packageName(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		file.imports[name] = importPath
	}
	p.Files = append(p.Files, file)
}

// packageName is what a package of that path is most likely called.
func packageName(importPath string) string {
	name := path.Base(importPath)
	if len(name) > 1 && name[0] == 'v' && strings.Trim(name[1:], "0123456789") == "" {
		name = path.Base(path.Dir(importPath))
	}
	name, _, _ = strings.Cut(name, ".v") // gopkg.in/gormigrate.v2
	return strings.TrimPrefix(strings.TrimSuffix(name, "-go"), "go-")
}

func (p *Package) declare(f *File) {
	for _, d := range f.Syntax.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if t := receiverType(d); t != "" {
				name = t + "." + name
			}
			if name != "init" && name != "_" {
				p.funcs[name] = function{f, d}
			}
		case *ast.GenDecl:
			p.declareAll(f, d)
		}
	}
}

func (p *Package) declareAll(f *File, d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			p.types[spec.Name.Name] = typeDecl{f, spec}
		case *ast.ValueSpec:
			if name := embedded(d, spec); name != "" && len(spec.Names) == 1 {
				p.values[spec.Names[0].Name] = value{file: f, embedded: name}
				continue
			}
			for i, name := range spec.Names {
				if spec.Type != nil || i < len(spec.Values) {
					v := variable{file: f, typ: spec.Type}
					if v.typ == nil {
						v.expr = spec.Values[i]
					}
					p.variables[name.Name] = v
				}
				if i < len(spec.Values) && len(spec.Names) == len(spec.Values) {
					p.values[name.Name] = value{file: f, expr: spec.Values[i]}
				}
			}
		}
	}
}

// embedded is the one file that a //go:embed line above a declaration names.
func embedded(d *ast.GenDecl, spec *ast.ValueSpec) string {
	for _, doc := range []*ast.CommentGroup{spec.Doc, d.Doc} {
		if doc == nil {
			continue
		}
		for _, c := range doc.List {
			if names, ok := strings.CutPrefix(c.Text, "//go:embed "); ok {
				if list := strings.Fields(names); len(list) == 1 && !strings.ContainsAny(list[0], `*?["`+"`") {
					return list[0]
				}
			}
		}
	}
	return ""
}

// forget drops the values of the variables that a file assigns to.
func (p *Package) forget(f *File) {
	ast.Inspect(f.Syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				return true
			}
			for _, left := range n.Lhs {
				if id, ok := left.(*ast.Ident); ok {
					delete(p.values, id.Name)
				}
			}
		case *ast.UnaryExpr:
			if id, ok := n.X.(*ast.Ident); ok && n.Op == token.AND {
				delete(p.values, id.Name)
			}
		}
		return true
	})
}

// receiverType is the type a method belongs to, "" for a function.
func receiverType(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) != 1 {
		return ""
	}
	return typeName(d.Recv.List[0].Type)
}

// typeName is the name of a type without pointer, package and parameters.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// span is where a node stands.
func (f *File) span(n ast.Node) source.Span {
	return f.Source.Span(f.offset(n.Pos()), f.offset(n.End()))
}

// Text is how an expression of the file is written.
func (f *File) Text(e ast.Expr) string { return f.span(e).Text() }

// offset is the byte offset of a position, inside the file whatever the tree of
// a broken file says.
func (f *File) offset(pos token.Pos) int {
	if !pos.IsValid() || int(pos) < f.tokens.Base() || int(pos) > f.tokens.Base()+f.tokens.Size() {
		return 0
	}
	return f.tokens.Offset(pos)
}

// callee names a function of another package that a call calls: the import path
// and the name, such as "fmt" and "Sprintf".
func (f *File) callee(call *ast.CallExpr) (importPath, name string) {
	fun := ast.Unparen(call.Fun)
	switch index := fun.(type) {
	case *ast.IndexExpr:
		fun = index.X
	case *ast.IndexListExpr:
		fun = index.X
	}
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return f.imports[x.Name], sel.Sel.Name
}
