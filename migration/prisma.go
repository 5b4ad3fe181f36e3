package migration

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

const (
	prismaFile = "migration.sql"
	prismaLock = "migration_lock.toml"
)

var (
	prismaFolder = regexp.MustCompile(`^\d+_`)
	// prismaSplit is the first version whose schema engine cuts a script into
	// statements.
	prismaSplit = cliVersion{7, 4}
)

// prisma is Prisma Migrate: a folder <timestamp>_<name> for each migration with a
// migration.sql in it, in the order of the folders' names (listMigrations.ts of
// @prisma/migrate). There are no downs. The schema engine sends a script as one
// query; from 7.4 on it cuts it into statements and sends each on its own, unless
// there is one that its parser, sqlparser 0.61, does not know (apply_migration_script
// of flavour/postgres/connector/native/mod.rs). It never begins a transaction.
func prisma() *Framework {
	fw := &Framework{
		Name:             "prisma",
		Title:            "Prisma",
		Downs:            NoDowns,
		Files:            "<timestamp>_<name>/migration.sql",
		Recursive:        true,
		Late:             "Prisma runs it late, after those that were there before",
		Edited:           "Prisma never runs it again, and `prisma migrate dev` asks to reset the database, even if only a comment differs",
		Checksums:        true,
		LeaveTransaction: "put the statement in a migration of its own",
		AloneInFile:      true,
		Runs:             func(name string) bool { return name == prismaFile },
		Detect:           detectPrisma,
		Parse:            func(f *source.File, opts Options) Scripts { return prismaScripts(f, opts, false) },
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		if s.checkPrismaLock(d) {
			return s, nil
		}
		for _, name := range d.Files {
			switch {
			case name == prismaLock:
			case isSQL(name):
				s.mistake(d, name, "it runs the migration.sql of the folders here, and no files beside them", opts)
			default:
				s.ignore(d, name, "not in a folder of a migration")
			}
		}
		version, why := prismaVersion(d)
		s.Why = append(s.Why, why)
		splits := !version.less(prismaSplit)
		s.loadFolders(d, prismaFile, ": Prisma stops there with P3015", opts, func(f *source.File) Scripts { return prismaScripts(f, opts, splits) })
		return s, nil
	}
	return fw
}

func detectPrisma(d *Dir) Evidence {
	if d.has(prismaLock) {
		return Evidence{markerScore + markerShare, []string{"there is a " + prismaLock}}
	}
	e := d.subfolders(prismaFolder, prismaFile, "<timestamp>_<name> with a migration.sql")
	if e.Score == 0 || hasSnapshots(d) { // Drizzle's
		return Evidence{}
	}
	if name, _ := d.above("schema.prisma"); name != "" {
		return e.hint("there is a " + name)
	}
	return e
}

// checkPrismaLock reads the provider as the engine does, which wants the line
// exactly as it wrote it. It reports whether the migrations are for another
// database.
func (s *Stream) checkPrismaLock(d *Dir) (other bool) {
	if !d.has(prismaLock) {
		return false
	}
	in := d.read(prismaLock)
	report := func(at source.Span, message, suggestion string) {
		s.Problems = append(s.Problems, Problem{Rule: "prisma-lock", Span: at, Message: message, Suggestion: suggestion})
	}
	for l := range lines(in.file) {
		if !strings.HasPrefix(l.text, "provider") {
			continue
		}
		provider := strings.Trim(strings.TrimLeft(strings.TrimPrefix(l.text, "provider"), " ="), `"' `)
		switch exact := fmt.Sprintf("provider = %q", provider); {
		case provider != "postgresql" && provider != "cockroachdb" && isTOMLKey(provider) && !strings.HasPrefix(provider, "postgres"):
			s.OtherDatabase = provider + ", says " + d.display(prismaLock)
			return true
		case l.text != exact || provider != "postgresql" && provider != "cockroachdb":
			if provider != "cockroachdb" {
				exact = `provider = "postgresql"`
			}
			report(l.span(in.file), "Prisma takes this for another provider and refuses to run any migration (P3019): it wants the line exactly as it wrote it", exact)
		}
		return false
	}
	report(in.file.Span(0, 0), "Prisma finds no provider in the file and refuses to run any migration (P3019)", "")
	return false
}

// prismaVersion is the version of Prisma, an old one if nothing tells.
func prismaVersion(d *Dir) (v cliVersion, why string) {
	for _, name := range []string{"prisma", "@prisma/client"} {
		if v, where := toolVersion(d, name); where != "" {
			sends := "sends a file as one query"
			if !v.less(prismaSplit) {
				sends = "cuts a file into statements"
			}
			return v, where + ", which " + sends
		}
	}
	return v, "nothing says which version of Prisma runs them, so it is taken for one before 7.4, which sends a file as one query"
}

func prismaScripts(f *source.File, opts Options, splits bool) Scripts {
	tx := Implicit
	up, problems := runner{title: "Prisma"}.entire(f, opts, tx)
	if stmts := up.Statements(); splits && !slices.ContainsFunc(stmts, unknownToSQLParser) {
		up.Batches = separately(stmts)
	}
	return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
}

// unknownToSQLParser reports whether the Rust crate sqlparser is known not to
// read a statement; found by giving it each kind.
func unknownToSQLParser(stmt *sqlast.Statement) bool {
	var w [4]string
	leadingWords(stmt.Text, w[:])
	has := func(re *regexp.Regexp) bool { return re.MatchString(stmt.Text) }
	switch w[0] {
	case "DO", "REINDEX", "CLUSTER", "REFRESH", "LOCK":
		return true
	case "VACUUM":
		return w[1] == "ANALYZE" || strings.Contains(stmt.Text, "(")
	case "DROP":
		return w[1] == "INDEX" && w[2] == "CONCURRENTLY"
	case "CREATE":
		return w[1] == "STATISTICS" || w[1] == "TABLE" && has(sqlparserExclude)
	case "INSERT":
		return has(sqlparserUpsert)
	case "ALTER":
		return w[1] == "SYSTEM" || w[1] == "SEQUENCE" || w[1] == "DATABASE" ||
			w[1] == "TABLE" && (has(sqlparserUsingIndex) || has(sqlparserDetach) || has(sqlparserExclude))
	}
	return false
}

var (
	sqlparserUsingIndex = regexp.MustCompile(`(?i)\s(UNIQUE|KEY)\s+USING\s+INDEX\s`)
	sqlparserDetach     = regexp.MustCompile(`(?i)\s(DETACH|ATTACH)\s+PARTITION\s`)
	sqlparserExclude    = regexp.MustCompile(`(?i)\bEXCLUDE\s+USING\s`)
	sqlparserUpsert     = regexp.MustCompile(`(?is)\bSELECT\b.*\bON\s+CONFLICT\b`)
)

// hasSnapshots reports whether the folders of d hold what drizzle-kit puts beside
// a migration.sql.
func hasSnapshots(d *Dir) bool {
	i := slices.IndexFunc(d.Subdirs, prismaFolder.MatchString)
	return i >= 0 && bytes.Contains(d.head(d.Subdirs[i]+"/snapshot.json", headSize), []byte("{"))
}
