package migration

import (
	"go/ast"
	"path"
	"strings"

	"github.com/miglint/miglint/internal/gosrc"
	"github.com/miglint/miglint/source"
)

// gooseFunc is a Go migration as it registers itself with goose.
type gooseFunc struct {
	version, name string
	call          gosrc.Call
	up, down      gooseDirection
}

// gooseDirection is one function of a registration.
type gooseDirection struct {
	fn ast.Expr // nil: none
	tx TxShape
}

// gooseFuncs are the Go migrations of a package, in the order they are written
// (register.go and migration.go of goose v3).
func gooseFuncs(p *gosrc.Package) []gooseFunc {
	var found []gooseFunc
	for _, call := range p.Calls("github.com/pressly/goose") {
		if g, ok := gooseRegistration(p, call); ok {
			found = append(found, g)
		}
	}
	return found
}

func gooseRegistration(p *gosrc.Package, call gosrc.Call) (g gooseFunc, ok bool) {
	g = gooseFunc{call: call}
	args, fileName := call.Args, path.Base(call.File.Source.Path)
	tx := PerFile
	switch call.Name {
	case "AddMigration", "AddMigrationContext":
	case "AddMigrationNoTx", "AddMigrationNoTxContext":
		tx = PerStatement
	case "AddNamedMigration", "AddNamedMigrationContext", "AddNamedMigrationNoTx", "AddNamedMigrationNoTxContext":
		if strings.Contains(call.Name, "NoTx") {
			tx = PerStatement
		}
		if len(args) == 0 {
			return g, false
		}
		named, known := p.Constant(call, args[0])
		if !known {
			return g, false
		}
		fileName, args = path.Base(named), args[1:]
	case "NewGoMigration":
		return g.fromStruct(p, args)
	default:
		return g, false
	}
	version, ok := gooseVersion(fileName)
	if !ok || len(args) != 2 {
		return g, false
	}
	g.version, g.name = splitName(version, fileName)
	g.name = strings.TrimSuffix(g.name, ".go")
	g.up, g.down = gooseDirection{args[0], tx}, gooseDirection{args[1], tx}
	return g, true
}

// fromStruct reads NewGoMigration(version, up, down *GoFunc).
func (g gooseFunc) fromStruct(p *gosrc.Package, args []ast.Expr) (gooseFunc, bool) {
	if len(args) != 3 {
		return g, false
	}
	version, ok := p.Constant(g.call, args[0])
	if !ok {
		return g, false
	}
	g.version = version
	direction := func(e ast.Expr) gooseDirection {
		if fn := p.Field(g.call, e, "RunDB"); fn != nil {
			return gooseDirection{fn, PerStatement}
		}
		return gooseDirection{p.Field(g.call, e, "RunTx"), PerFile}
	}
	g.up, g.down = direction(args[1]), direction(args[2])
	return g, true
}

// migration is the registration as a migration.
func (g gooseFunc) migration(p *gosrc.Package, opts Options) *Migration {
	m := &Migration{Version: g.version, Name: g.name, Time: versionTime(g.version), Files: []*source.File{g.call.File.Source}}
	m.parse = func() Scripts {
		both := Scripts{Up: unread(g.call.File.Source)}
		for _, problem := range g.call.File.Problems {
			both.Problems = append(both.Problems, Problem{Rule: "unreadable-file", Span: problem.Span,
				Message: "the Go code cannot be read here, and what it runs may be missing: " + problem.Message})
		}
		if s := g.script(p, g.up, opts); s != nil {
			both.Up = s
		}
		both.Down = g.script(p, g.down, opts)
		return both
	}
	return m
}

// script is nil for a direction that has no function.
func (g gooseFunc) script(p *gosrc.Package, d gooseDirection, opts Options) *Script {
	if gosrc.IsNil(d.fn) {
		return nil
	}
	s := goScript(p, g.call, d.fn, d.tx, opts)
	if s == nil {
		return unread(g.call.File.Source)
	}
	if d.tx == PerFile {
		s.LeaveTransaction = "register the migration with goose.AddMigrationNoTxContext, whose functions take a *sql.DB"
	}
	return s
}
