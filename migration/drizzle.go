package migration

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/miglint/miglint/source"
)

const drizzleJournalFile = "meta/_journal.json"

var (
	drizzleFolder  = regexp.MustCompile(`^\d{14}_`)
	drizzleBreak   = "--> statement-breakpoint"
	drizzleMark    = regexp.MustCompile(`--> statement-breakpoint`)
	drizzleDialect = regexp.MustCompile(`"dialect"\s*:\s*"([^"]*)"`)
)

// drizzle is drizzle-orm's migrator (its drizzle-orm/src/migrator.ts and
// pg-core/dialect.ts). Before 1.0 meta/_journal.json lists the migrations, in the
// order in which they run; one runs if its `when` is after that of the newest that
// has run. From 1.0 on each is a folder <timestamp>_<name> with migration.sql and
// snapshot.json, run in the order of the names if it has not run yet. A file is
// cut at `--> statement-breakpoint`, each piece is one query, and all pending
// migrations run in one transaction, with no way out; only the migrator for
// Neon's HTTP driver has none.
func drizzle() *Framework {
	fw := &Framework{
		Name:             "drizzle",
		Title:            "Drizzle",
		Downs:            NoDowns,
		Files:            "<tag>.sql with an entry in meta/_journal.json",
		Recursive:        true,
		Mark:             drizzleMark,
		Directive:        drizzleBreak,
		Late:             "Drizzle before 1.0 skips it without a word where a newer one has run",
		Edited:           "Drizzle never runs it again",
		LeaveTransaction: "run this by hand before the migration, which then says IF NOT EXISTS: Drizzle has no way out of its transaction",
		Runs:             isSQL,
		Detect:           detectDrizzle,
		Parse:            drizzleScripts,
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		if d.isFile(drizzleJournalFile) {
			s.loadDrizzleJournal(d, opts)
		} else {
			s.loadDrizzleFolders(d, opts)
		}
		return s, nil
	}
	return fw
}

func detectDrizzle(d *Dir) Evidence {
	if slices.Contains(d.Subdirs, "meta") && d.isFile(drizzleJournalFile) {
		return Evidence{markerScore + markerShare, []string{"there is the journal " + drizzleJournalFile}}
	}
	e := d.subfolders(drizzleFolder, prismaFile, "<timestamp>_<name> with a migration.sql")
	if e.Score == 0 || !hasSnapshots(d) {
		return Evidence{}
	}
	return Evidence{markerScore + markerShare, append(e.Why, "they hold a snapshot.json")}
}

// forDrizzlePostgres reports whether a dialect of drizzle-kit speaks
// PostgreSQL's SQL; "pg" is its old name.
func forDrizzlePostgres(dialect string) bool {
	return dialect == "postgresql" || dialect == "pg" || dialect == "postgres"
}

// loadDrizzleFolders reads the layout of 1.0.
func (s *Stream) loadDrizzleFolders(d *Dir, opts Options) {
	for _, name := range d.Subdirs {
		if m := drizzleDialect.FindSubmatch(d.head(name+"/snapshot.json", headSize)); m != nil && !forDrizzlePostgres(string(m[1])) {
			s.OtherDatabase = string(m[1]) + ", says " + d.display(name) + "/snapshot.json"
			return
		}
	}
	for _, name := range d.Files {
		if isSQL(name) {
			s.mistake(d, name, "it runs the migration.sql of the folders here, and no files beside them", opts)
		} else {
			s.ignore(d, name, "not in a folder of a migration")
		}
	}
	s.loadFolders(d, prismaFile, "", opts, func(f *source.File) Scripts { return drizzleScripts(f, opts) })
}

// loadDrizzleJournal reads the layout of the versions before 1.0.
func (s *Stream) loadDrizzleJournal(d *Dir, opts Options) {
	in := d.read(drizzleJournalFile)
	if !in.text {
		s.Problems = append(s.Problems, in.problems...)
	}
	j := readDrizzleJournal(in.file)
	if j.dialect != "" && !forDrizzlePostgres(j.dialect) {
		s.OtherDatabase = j.dialect + ", says " + d.display(drizzleJournalFile)
		return
	}
	s.Problems = append(s.Problems, j.problems...)
	listed := map[string]bool{}
	var names []string
	var entries []drizzleEntry
	for _, e := range j.entries {
		name := e.tag + ".sql"
		switch {
		case listed[name]:
			s.Problems = append(s.Problems, drizzleProblem(e.tagAt, fmt.Sprintf("the journal has %s twice: Drizzle runs the file twice", e.tag)))
		case !d.has(name) && !d.isFile(name):
			s.Problems = append(s.Problems, drizzleProblem(e.tagAt, fmt.Sprintf("there is no file %s: Drizzle refuses to run any migration", name)))
		default:
			names, entries = append(names, name), append(entries, e)
		}
		listed[name] = true
	}
	for _, name := range d.Files {
		switch {
		case listed[name]:
		case j.broken && isSQL(name): // the order of the names is most likely that of the journal
			names, entries = append(names, name), append(entries, drizzleEntry{tag: strings.TrimSuffix(name, ".sql")})
		case isSQL(name):
			s.mistake(d, name, "it has no entry in "+drizzleJournalFile, opts)
		default:
			s.ignore(d, name, "has no entry in "+drizzleJournalFile)
		}
	}
	s.Migrations = d.load(names, func(_ int, f *source.File) Scripts { return drizzleScripts(f, opts) })
	for i, m := range s.Migrations {
		m.Version, m.Name = splitName(leadingDigits(entries[i].tag), entries[i].tag)
		if entries[i].when > 0 {
			m.Time = time.UnixMilli(entries[i].when).UTC()
		}
	}
	s.judge(opts)
	s.skippedByDrizzle(entries)
}

// skippedByDrizzle reports entries that are not newer than one before them.
func (s *Stream) skippedByDrizzle(entries []drizzleEntry) {
	newest := 0
	for i, e := range entries {
		if i == 0 || e.when > entries[newest].when {
			newest = i
			continue
		}
		if m := s.Migrations[i]; m.Judged && e.whenAt.File != nil {
			p := drizzleProblem(e.whenAt, fmt.Sprintf("%s is not newer than %s, which runs before it: Drizzle skips it without a word on a database that has that one", e.tag, entries[newest].tag))
			p.Suggestion = fmt.Sprint(entries[newest].when + 1)
			p.Related, p.RelatedMsg = entries[newest].whenAt, "the time that it must be after"
			m.Problems = append(m.Problems, p)
		}
	}
}

func drizzleProblem(at source.Span, message string) Problem {
	return Problem{Rule: "drizzle-journal", Span: at, Message: message}
}

// drizzleScripts cuts a file where the migrator does, also inside strings.
func drizzleScripts(f *source.File, opts Options) Scripts {
	var sections []section
	text := string(f.Text)
	for at := 0; ; {
		i := strings.Index(text[at:], drizzleBreak)
		if i < 0 {
			sections = append(sections, section{start: at, end: len(text), pieces: []piece{{at, len(text), PerRun, true}}})
			break
		}
		sections = append(sections, section{start: at, end: at + i, pieces: []piece{{at, at + i, PerRun, true}}})
		at += i + len(drizzleBreak)
	}
	up, problems := runner{title: "Drizzle"}.script(f, opts, sections...)
	return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
}
