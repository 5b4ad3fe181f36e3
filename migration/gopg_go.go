package migration

import (
	"strings"

	"github.com/miglint/miglint/internal/gosrc"
)

// goPGFuncs are the Go migrations of a package (Register and RegisterTx in
// go-pg/migrations' collection.go), whose version is that of the file that calls.
func goPGFuncs(p *gosrc.Package) []goRegistered {
	var found []goRegistered
	for _, call := range append(p.Calls(goPGModule), p.MethodCalls(goPGModule, "Collection")...) {
		d := goDirection{tx: PerStatement}
		switch strings.TrimPrefix(call.Name, "Must") {
		case "Register":
		case "RegisterTx":
			d.tx, d.leave = PerFile, "register the migration with migrations."+strings.TrimSuffix(call.Name, "Tx")
		default:
			continue
		}
		version, name, ok := goPGParts(goFileName(call))
		if !ok || len(call.Args) == 0 || len(call.Args) > 2 {
			continue
		}
		g := goRegistered{version: version, name: name, call: call, up: d, down: d}
		g.up.fn = call.Args[0]
		if len(call.Args) == 2 {
			g.down.fn = call.Args[1]
		}
		found = append(found, g)
	}
	return found
}
