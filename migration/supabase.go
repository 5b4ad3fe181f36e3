package migration

import (
	"cmp"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

var (
	supabaseName  = regexp.MustCompile(`^([0-9]+)_(.*)\.sql$`)
	supabaseDelta = regexp.MustCompile(`^(?:\x{feff})?-- pg-delta: transaction=false\r?(?:\n|$)`)
)

// Versions of the CLI that changed what is sent: since one, statements that cannot
// run in a transaction go on their own; since the other, a file with transactions
// of its own is sent as it is.
var (
	supabaseAlone     = cliVersion{2, 109}
	supabaseAsWritten = cliVersion{2, 117}
)

// supabase is the Supabase CLI (pkg/migration of its apps/cli-go, and
// legacy-migration-apply.ts of its apps/cli): the files <version>_<name>.sql of
// supabase/migrations, in the order of the versions as strings. What it sends:
//
//   - before 2.109 the statements of a file, one by one, in one pipeline together
//     with the entry in its history, which the server runs as one transaction;
//   - since then what cannot run in a transaction goes on its own, and what stands
//     between such statements in pipelines of their own;
//   - since 2.117 a file that has BEGIN or COMMIT in it, or whose first line is
//     `-- pg-delta: transaction=false`, is sent statement by statement.
//
// RESET ALL comes before each file. There are no downs; seed.sql and schemas/ are
// not run as migrations.
func supabase() *Framework {
	fw := &Framework{
		Name:             "supabase",
		Title:            "Supabase",
		Downs:            NoDowns,
		Files:            "supabase/migrations/<timestamp>_<name>.sql",
		Late:             "Supabase refuses to go on, unless it is told --include-all",
		Edited:           "Supabase never runs it again",
		LeaveTransaction: "use version 2.109 or newer of Supabase's CLI, which runs the statement on its own",
		Runs:             supabaseName.MatchString,
		Parse: func(f *source.File, opts Options) Scripts {
			return supabaseScripts(f, opts, supabaseAsWritten)
		},
	}
	fw.Detect = func(d *Dir) Evidence { return detectSupabase(fw, d) }
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		s.loadSupabase(d, opts)
		return s, nil
	}
	return fw
}

func detectSupabase(fw *Framework, d *Dir) Evidence {
	parent := path.Dir(d.Path)
	if path.Base(d.Path) != "migrations" || path.Base(parent) != "supabase" {
		return Evidence{}
	}
	e := names(d.sqlFiles(), fw.Runs, "<timestamp>_<name>.sql")
	if config := path.Join(parent, "config.toml"); e.Score > 0 && (&Dir{FS: d.FS, Path: "."}).isFile(config) {
		return Evidence{markerScore + markerShare, append([]string{"there is a " + config}, e.Why...)}
	}
	return e.hint("it is called supabase/migrations")
}

func (s *Stream) loadSupabase(d *Dir, opts Options) {
	version, why := supabaseVersion(d)
	s.Why = append(s.Why, why)
	var files []string
	for i, name := range d.Files {
		switch {
		case i == 0 && strings.HasSuffix(name, "_init.sql") && len(leadingDigits(name)) == 14 && leadingDigits(name) < "20211209000000":
			s.ignore(d, name, "Supabase skips a first file called init that is older than December 2021")
		case supabaseName.MatchString(name):
			files = append(files, name)
		case isSQL(name):
			s.mistake(d, name, "its name is not <timestamp>_<name>.sql", opts)
		default:
			s.ignore(d, name, "not named <timestamp>_<name>.sql")
		}
	}
	slices.SortStableFunc(files, func(a, b string) int { return cmp.Compare(leadingDigits(a), leadingDigits(b)) })
	s.Migrations = d.load(files, func(_ int, f *source.File) Scripts { return supabaseScripts(f, opts, version) })
	for i, m := range s.Migrations {
		m.Version, m.Name = splitName(leadingDigits(files[i]), files[i])
		m.Time = versionTime(m.Version)
	}
	s.finish(opts, func(a, b *Migration) bool { return a.Version == b.Version },
		"Supabase records a version once, so the second file fails on the primary key of its history")
	s.textOrder()
}

// supabaseVersion is the version of the CLI, one that is new if nothing tells.
func supabaseVersion(d *Dir) (v cliVersion, why string) {
	if v, where := toolVersion(d, "supabase"); where != "" {
		return v, where
	}
	return supabaseAsWritten, "nothing says which version of Supabase's CLI runs them, so it is taken for a new one"
}

func supabaseScripts(f *source.File, opts Options, version cliVersion) Scripts {
	tx := Implicit
	if version.less(supabaseAlone) {
		tx = PerFile // the entry in the history is in it, so even a single statement is not alone
	}
	up, problems := runner{title: "Supabase"}.entire(f, opts, tx)
	both := Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
	stmts := up.Statements()
	switch {
	case version.less(supabaseAlone):
	case !version.less(supabaseAsWritten) && (supabaseDelta.Match(f.Text) || slices.ContainsFunc(stmts, controlsTransaction)):
		up.NoTransaction = true
		up.Batches = separately(stmts)
	case slices.ContainsFunc(stmts, supabaseStandalone):
		up.NoTransaction = true
		up.Batches = aroundStandalone(stmts)
	}
	return both
}

// separately sends each statement on its own, to commit on its own.
func separately(stmts []*sqlast.Statement) []Batch {
	bs := make([]Batch, 0, len(stmts))
	for i := range stmts {
		bs = append(bs, Batch{stmts[i : i+1 : i+1], PerStatement})
	}
	return bs
}

// aroundStandalone sends the statements that cannot run in a transaction on their
// own, and those between in one transaction each time.
func aroundStandalone(stmts []*sqlast.Statement) []Batch {
	var bs []Batch
	for len(stmts) > 0 {
		n := slices.IndexFunc(stmts, supabaseStandalone)
		switch {
		case n == 0:
			bs = append(bs, Batch{stmts[:1:1], PerStatement})
			n = 1
		case n < 0:
			n = len(stmts)
			fallthrough
		default:
			bs = append(bs, Batch{stmts[:n:n], Implicit})
		}
		stmts = stmts[n:]
	}
	return bs
}

// controlsTransaction reports whether a statement begins or ends a transaction.
func controlsTransaction(stmt *sqlast.Statement) bool {
	var w [3]string
	leadingWords(stmt.Text, w[:])
	switch w[0] {
	case "BEGIN", "COMMIT", "END", "ABORT":
		return true
	case "START", "PREPARE":
		return w[1] == "TRANSACTION"
	case "ROLLBACK":
		return w[1] != "TO" && w[2] != "TO"
	}
	return false
}

// supabaseStandalone reports whether the CLI knows that a statement cannot run in
// a transaction, by its first words.
func supabaseStandalone(stmt *sqlast.Statement) bool {
	var w [4]string
	leadingWords(stmt.Text, w[:])
	if w[0] == "CREATE" && w[1] == "UNIQUE" {
		copy(w[1:], w[2:])
	}
	switch w[0] {
	case "CREATE", "DROP":
		return w[1] == "INDEX" && w[2] == "CONCURRENTLY" || w[1] == "DATABASE" || w[1] == "TABLESPACE" || w[1] == "SUBSCRIPTION"
	case "REINDEX":
		return w[1] == "DATABASE" || w[1] == "SYSTEM" || w[1] == "SCHEMA" || strings.Contains(strings.ToUpper(stmt.Text), " CONCURRENTLY")
	case "ALTER":
		return w[1] == "SYSTEM" || w[1] == "TABLE" && supabaseDetach.MatchString(stmt.Text)
	case "DISCARD":
		return w[1] == "ALL"
	}
	return w[0] == "VACUUM" || w[0] == "CLUSTER"
}

var supabaseDetach = regexp.MustCompile(`(?i)\sDETACH\s+PARTITION\s+("[^"]*"|\S+)\s+(CONCURRENTLY|FINALIZE)(\s|$)`)
