package rules

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/sqlast"
)

var untrustedLanguage = &analyzer.Rule{
	Name: "untrusted-language", Severity: analyzer.Warning, Concern: analyzer.Losing, Since: "0.1.0",
	Summary: "a function is written in a language that can do anything on the server's machine",
	Why: "Code in an untrusted language (plpython3u, plperlu, pltclu, plsh, …) opens files, sockets and programs as the account " +
		"that PostgreSQL runs as. Who calls the function, PUBLIC by default, has that reach through its arguments. Only " +
		"superusers may create one, and managed services have no such languages: the migration fails there (SQLSTATE 42501 " +
		"or 0A000). Modelled on a database that was left to its own devices when it moved to a managed service.",
	Instead: "PL/pgSQL, SQL, or the trusted plperl and pltcl; work that needs the network or files belongs into the application.",
	Except:  "A server of your own whose roles are all trusted.",
	Bad:     "CREATE EXTENSION plpython3u;\n",
	Good:    "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n';\n",
	Run:     runUntrustedLanguage,
}

func runUntrustedLanguage(p *analyzer.Pass) {
	for op := range p.Ops() {
		message := ""
		switch o := op.Op.(type) {
		case *sqlast.CreateFunction:
			if isUntrusted(o.Language) {
				message = fmt.Sprintf("%s can do anything that the server's account can, for every role that may call it", o.Name)
			}
		case *sqlast.Do:
			if isUntrusted(o.Language) {
				message = fmt.Sprintf("this block is in %s, which can do anything that the server's account can", o.Language)
			}
		case *sqlast.CreateExtension:
			if isUntrusted(o.Name) {
				message = fmt.Sprintf("functions in %s can do anything that the server's account can", o.Name)
			}
		}
		if message != "" {
			p.ReportStmt(op.Stmt, op.I, analyzer.Diagnostic{Message: message})
		}
	}
}

// isUntrusted knows the untrusted languages by the u at their end, as PostgreSQL's
// own have it. C and internal functions are left out: they come with a library
// that somebody has installed already.
func isUntrusted(language string) bool {
	return strings.HasPrefix(language, "pl") && strings.HasSuffix(language, "u") || language == "plsh"
}
