package gosrc

import (
	"go/ast"
	"slices"
	"strings"
)

// The types that chains of calls of GORM (version 2, and version 1 before it) and
// go-pg go along.
const (
	gormDB       = "gorm.io/gorm.DB"
	gormOldDB    = "github.com/jinzhu/gorm.DB"
	gormMigrator = "gorm.io/gorm.Migrator"
	goPGQuery    = "github.com/go-pg/pg/orm.Query"
)

// gormBuilders are the methods of a *gorm.DB that make SQL of models or of what
// they are given, and change something with it.
var gormBuilders = setOf("AutoMigrate Create CreateInBatches Save FirstOrCreate Update Updates UpdateColumn UpdateColumns Delete " +
	"CreateTable DropTable DropTableIfExists ModifyColumn DropColumn AddIndex AddUniqueIndex RemoveIndex AddForeignKey RemoveForeignKey")

// gormLooks are the methods of gorm's Migrator that only look at the database.
var gormLooks = setOf("HasTable HasColumn HasIndex HasConstraint CurrentDatabase FullDataTypeOf ColumnTypes GetTables GetIndexes TableType GetTypeAliases")

// goPGBuilders are those of go-pg's query.
var goPGBuilders = setOf("Insert SelectOrInsert Update UpdateNotZero Delete ForceDelete CreateTable DropTable CreateComposite DropComposite")

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// chained is the type of what a method of a chain returns; "" if that is not known.
func chained(recv, method string) string {
	switch {
	case recv == gormDB && method == "Migrator":
		return gormMigrator
	case recv == gormDB, recv == gormOldDB:
		return "*" + recv // every other method returns another
	case recv == goPGQuery, strings.Contains(recv, "go-pg/") && strings.HasPrefix(method, "Model"):
		return "*" + goPGQuery
	}
	return ""
}

// builds notes a call that has GORM or go-pg make SQL, and reports whether it is
// one of their methods. The others change nothing.
func (w *walker) builds(e *ast.CallExpr, sel *ast.SelectorExpr, s *scope) bool {
	var changes bool
	name := sel.Sel.Name
	switch strings.TrimPrefix(w.p.exprType(sel.X, s, 0), "*") {
	case gormDB, gormOldDB:
		changes = gormBuilders[name] || slices.Contains(runners, name)
	case gormMigrator:
		changes = !gormLooks[name]
	case goPGQuery:
		changes = goPGBuilders[name]
	default:
		return false
	}
	if changes {
		w.add(Step{Kind: Unread, At: s.file.span(e), Call: s.file.span(e), Conn: Either, Builder: sel.Sel.Name})
	}
	return true
}
