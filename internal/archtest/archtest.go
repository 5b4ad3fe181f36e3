// Package archtest holds the project to its architecture: which package may
// import which, and the habits that keep files readable. docs/architecture.md
// says why; this package says no.
package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const module = "github.com/miglint/miglint"

// imports is the project's import graph: what each package, tests aside, may
// import of the project. Data moves forward from source to report, so an
// import never points the other way.
var imports = map[string][]string{
	"source":                         {},
	"sqlast":                         {"source"},
	"catalog":                        {"source", "sqlast"},
	"effect":                         {"source", "sqlast", "catalog"},
	"migration":                      {"source", "sqlast", "internal/pgparse", "internal/gosrc"},
	"analyzer":                       {"source", "sqlast", "catalog", "effect", "migration"},
	"analyzer/analyzertest":          {"source", "migration", "analyzer"},
	"rules":                          {"source", "sqlast", "catalog", "effect", "migration", "analyzer", "internal/recipe"},
	"report":                         {"source", "sqlast", "effect", "analyzer"},
	"verify":                         {"source", "sqlast", "catalog", "effect", "migration", "internal/pgparse", "internal/pgserver"},
	"internal/pgserver/pgservertest": {"internal/pgserver"},
	"goanalysis":                     {"source", "migration", "analyzer", "rules", "internal/config"},
	"goanalysis/golangci":            {"goanalysis"},
	"cmd/miglint":                    {"internal/cli"},
	"cmd/miglint-vet":                {"goanalysis"},
	"internal/archtest":              {},
	"internal/cli":                   {anything},
	"internal/config":                {"source", "sqlast", "migration", "analyzer"},
	"internal/gendocs":               {anything},
	"internal/pgparse":               {"source", "sqlast"},
	"internal/gosrc":                 {"source"},
	"internal/pgserver":              {},
	"internal/proof":                 {},
	"internal/pyparse":               {"source"},
	"internal/record":                {},
	"internal/recipe":                {"source", "sqlast", "catalog", "effect", "migration", "analyzer"},
	"bench":                          {anything},
	"bench/compare":                  {"bench"},
	"bench/generate":                 {"bench"},
	"conformance":                    {"internal/record"},
	"conformance/popx":               {},
	"bench/replay":                   {"analyzer", "catalog", "effect", "migration", "sqlast", "verify", "internal/pgserver"},
}

// anything marks the composition points, which put the stages together.
const anything = "*"

// external names the one package that may import a module, tests included.
var external = map[string]string{
	"github.com/pganalyze/pg_query_go": "internal/pgparse",
}

// maxLines is how long a file may be, tests aside.
const maxLines = 400

// longFiles are the files that may be longer, each with the reason.
var longFiles = map[string]string{}

// initFiles are the files that may have a func init, each with the reason.
var initFiles = map[string]string{
	"goanalysis/golangci/plugin.go": "golangci-lint imports a plugin for the registration that this makes",
}

// vagueNames say nothing about what is inside; a package or file with such a
// name collects what belongs elsewhere.
var vagueNames = []string{"util", "utils", "common", "helper", "helpers", "misc"}

// machinePath is an absolute path of somebody's own machine.
var machinePath = regexp.MustCompile(`(?:^|[^\w./~$}-])/(?:wor[k]|hom[e]|roo[t]|User[s])/\w`)

// Check reads the module in fsys and returns one sentence for each place where
// it breaks the rules, sorted. Folders that git ignores or that start with a
// dot, except .github and .ci, are left out.
func Check(fsys fs.FS) ([]string, error) {
	var found []string
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if skipped(name) {
				return fs.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || name == ".git" { // a file in a linked work tree
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		found = append(found, checkPaths(name, text)...)
		if path.Ext(name) == ".go" && !inTestdata(name) {
			found = append(found, checkGo(name, text)...)
		}
		return nil
	})
	slices.Sort(found)
	return slices.Compact(found), err
}

func skipped(dir string) bool {
	base := path.Base(dir)
	return base == "dist" || base == "node_modules" ||
		len(base) > 1 && base[0] == '.' && base != ".github" && base != ".ci"
}

func inTestdata(name string) bool { return slices.Contains(strings.Split(name, "/"), "testdata") }

func checkPaths(name string, text []byte) []string {
	if bytes.IndexByte(text, 0) >= 0 {
		return nil // a binary, such as the one go build leaves behind
	}
	var found []string
	for i, line := range bytes.Split(text, []byte("\n")) {
		if m := machinePath.Find(line); m != nil {
			found = append(found, fmt.Sprintf("%s:%d: an absolute path of one machine (%s…): use a relative path or t.TempDir()", name, i+1, bytes.TrimSpace(m)))
		}
	}
	return found
}

func checkGo(name string, text []byte) []string {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil {
		return []string{fmt.Sprintf("%s: does not parse: %v", name, err)}
	}
	test := strings.HasSuffix(name, "_test.go")
	pkg := path.Dir(name)
	found := checkImports(name, pkg, test, file)
	stem := strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".go"), "_test")
	for _, n := range []string{stem, path.Base(pkg), file.Name.Name} {
		if slices.Contains(vagueNames, n) {
			found = append(found, fmt.Sprintf("%s: %q says nothing: name the package or file after what it holds", name, n))
		}
	}
	if lines := bytes.Count(text, []byte("\n")); lines > maxLines && !test && longFiles[name] == "" {
		found = append(found, fmt.Sprintf("%s: %d lines, at most %d: split it by meaning", name, lines, maxLines))
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" && initFiles[name] == "" {
			found = append(found, fmt.Sprintf("%s:%d: func init: list the value where it is used instead", name, files.Position(f.Pos()).Line))
		}
	}
	return found
}

func checkImports(name, pkg string, test bool, file *ast.File) []string {
	allowed, known := imports[pkg]
	if !known {
		return []string{fmt.Sprintf("%s: package %s is not in the table of imports: add it to internal/archtest and to docs/architecture.md, with what it may import", name, pkg)}
	}
	var found []string
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser has checked it
		}
		for mod, only := range external {
			if (imported == mod || strings.HasPrefix(imported, mod+"/")) && pkg != only {
				found = append(found, fmt.Sprintf("%s: imports %s, which only %s may import", name, imported, only))
			}
		}
		dep, ours := strings.CutPrefix(imported, module+"/")
		// A test may put stages together to say what they do in words of SQL.
		if !ours || test || slices.Contains(allowed, dep) || slices.Contains(allowed, anything) {
			continue
		}
		found = append(found, fmt.Sprintf("%s: package %s may not import %s: it may import %s",
			name, pkg, dep, list(allowed)))
	}
	return found
}

func list(packages []string) string {
	if len(packages) == 0 {
		return "nothing of the project"
	}
	return strings.Join(packages, ", ")
}
