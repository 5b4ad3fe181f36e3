package migration

import (
	"go/ast"

	"github.com/miglint/miglint/internal/gosrc"
)

// bunFuncs are the Go migrations of a package (Register and Add in bun's
// migrate/migrations.go): Register takes the name from the file that calls it, Add
// from the struct. bun begins no transaction for them.
func bunFuncs(p *gosrc.Package) []goRegistered {
	var found []goRegistered
	for _, call := range p.MethodCalls(bunPackage, "Migrations") {
		g := goRegistered{call: call}
		ok := false
		switch {
		case (call.Name == "Register" || call.Name == "MustRegister") && len(call.Args) == 2:
			g.version, g.name, ok = bunParts(goFileName(call))
			g.up, g.down = bunDirection(call.Args[0]), bunDirection(call.Args[1])
		case call.Name == "Add" && len(call.Args) == 1:
			m := call.Args[0]
			g.version, ok = p.FieldConstant(call, m, "Name")
			g.name, _ = p.FieldConstant(call, m, "Comment")
			g.up, g.down = bunDirection(p.Field(call, m, "Up")), bunDirection(p.Field(call, m, "Down"))
		}
		if ok {
			found = append(found, g)
		}
	}
	return found
}

func bunDirection(fn ast.Expr) goDirection { return goDirection{fn: fn, tx: PerStatement} }
