package migration

import (
	"go/ast"
	"path"
	"strings"

	"github.com/miglint/miglint/internal/gosrc"
)

// gooseFuncs are the Go migrations of a package, in the order they are written
// (register.go and migration.go of goose v3).
func gooseFuncs(p *gosrc.Package) []goRegistered {
	var found []goRegistered
	for _, call := range p.Calls("github.com/pressly/goose") {
		if g, ok := gooseRegistration(p, call); ok {
			found = append(found, g)
		}
	}
	return found
}

func gooseRegistration(p *gosrc.Package, call gosrc.Call) (g goRegistered, ok bool) {
	g = goRegistered{call: call}
	args, fileName := call.Args, goFileName(call)
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
		return gooseStruct(p, g, args)
	default:
		return g, false
	}
	version, ok := gooseVersion(fileName)
	if !ok || len(args) != 2 {
		return g, false
	}
	g.version, g.name = splitName(version, fileName)
	g.name = strings.TrimSuffix(g.name, ".go")
	g.up, g.down = gooseDirection(args[0], tx), gooseDirection(args[1], tx)
	return g, true
}

func gooseDirection(fn ast.Expr, tx TxShape) goDirection {
	d := goDirection{fn: fn, tx: tx, outside: tx == PerStatement}
	if tx == PerFile {
		d.leave = "register the migration with goose.AddMigrationNoTxContext, whose functions take a *sql.DB"
	}
	return d
}

// gooseStruct reads NewGoMigration(version, up, down *GoFunc).
func gooseStruct(p *gosrc.Package, g goRegistered, args []ast.Expr) (goRegistered, bool) {
	if len(args) != 3 {
		return g, false
	}
	version, ok := p.Constant(g.call, args[0])
	if !ok {
		return g, false
	}
	g.version = version
	direction := func(e ast.Expr) goDirection {
		if fn := p.Field(g.call, e, "RunDB"); fn != nil {
			return gooseDirection(fn, PerStatement)
		}
		return gooseDirection(p.Field(g.call, e, "RunTx"), PerFile)
	}
	g.up, g.down = direction(args[1]), direction(args[2])
	return g, true
}
