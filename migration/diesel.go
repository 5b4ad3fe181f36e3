package migration

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// dieselFolder are the two schemes of names that diesel_cli has given its
// folders. Diesel itself takes any name.
var (
	dieselFolder  = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}-\d{6}(-\d+)?|\d+)_`)
	dieselDate    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}-\d{6}`)
	dieselInitial = "00000000000000_diesel_initial_setup"
)

const dieselMetadata = "metadata.toml"

// diesel is the diesel_migrations crate: a folder <version>_<name> for each
// migration with up.sql, and perhaps down.sql and metadata.toml in it. The version
// is what stands before the first underscore without its dashes, and versions are
// compared as strings (its migrations_internals and migration_harness). A file is
// sent as one query, in a transaction unless metadata.toml says otherwise; the
// embedded form, embed_migrations!, does the same.
func diesel() *Framework {
	fw := &Framework{
		Name:             "diesel",
		Title:            "Diesel",
		Downs:            RequiredDown,
		Files:            "<version>_<name>/up.sql",
		Recursive:        true,
		Late:             "Diesel runs it late, after those that were there before",
		Edited:           "Diesel never runs it again",
		LeaveTransaction: "put `run_in_transaction = false` in a metadata.toml beside the file",
		AloneInFile:      true,
		Runs:             func(name string) bool { return name == "up.sql" || name == "down.sql" },
		Detect:           detectDiesel,
	}
	fw.Parse = func(f *source.File, opts Options) Scripts {
		up, problems := dieselScript(f, opts, true)
		return Scripts{Up: up, Problems: problems}
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		for _, name := range d.Files {
			if isSQL(name) && leadingDigits(name) != "" {
				s.mistake(d, name, "it runs the up.sql of folders named <version>_<name>, and no files beside them", opts)
			} else {
				s.ignore(d, name, "not in a folder of a migration")
			}
		}
		s.loadDiesel(d, opts)
		return s, nil
	}
	return fw
}

// detectDiesel asks for a sign of Rust where the names are but numbers: others
// keep an up.sql in such folders too.
func detectDiesel(d *Dir) Evidence {
	e := d.subfolders(dieselFolder, "up.sql", "<version>_<name> with an up.sql")
	if e.Score == 0 {
		return e
	}
	sign := dieselSign(d)
	if sign == "" && !slices.ContainsFunc(d.Subdirs, dieselDate.MatchString) {
		return Evidence{Score: min(e.Score, numberedScore-1), Why: e.Why}
	}
	return e.hint(sign)
}

// dieselSign is what speaks for Diesel in or above the folder.
func dieselSign(d *Dir) string {
	if slices.Contains(d.Subdirs, dieselInitial) {
		return "there is a folder " + dieselInitial
	}
	if name, _ := d.above("diesel.toml"); name != "" {
		return "there is a " + name
	}
	if name, text := d.above("Cargo.toml"); bytes.Contains(text, []byte("diesel")) {
		return name + " requires diesel"
	}
	return ""
}

// dieselMigration is one folder.
type dieselMigration struct {
	version, name string
	up            input
	down          *input
	noTx          bool
	problems      []Problem // of metadata.toml
}

func (s *Stream) loadDiesel(d *Dir, opts Options) {
	var all []*dieselMigration
	for i, sub := range s.subs(d) {
		if sub == nil || len(sub.Files)+len(sub.Subdirs) == 0 {
			continue
		}
		if !sub.has("up.sql") {
			s.noUp(sub, opts)
			continue
		}
		m := readDiesel(sub)
		m.version, m.name, _ = strings.Cut(d.Subdirs[i], "_")
		m.version = strings.ReplaceAll(m.version, "-", "")
		all = append(all, m)
		for _, name := range sub.Files {
			if name != "up.sql" && name != "down.sql" && name != dieselMetadata {
				s.dieselExtra(sub, name, opts)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *dieselMigration) int { return cmp.Compare(a.version, b.version) })
	for _, f := range all {
		m := pair(&f.up, f.down, func(file *source.File) (*Script, []Problem) {
			script, problems := dieselScript(file, opts, !f.noTx)
			if file == f.up.file && !script.HasStatements() {
				problems = append(problems, emptyQuery(file))
			}
			return script, problems
		})
		m.Version, m.Name, m.Time, m.Problems = f.version, f.name, versionTime(f.version), f.problems
		s.Migrations = append(s.Migrations, m)
	}
	s.finish(opts, func(a, b *Migration) bool { return a.Version == b.Version },
		"Diesel keeps the migrations by version and runs only one of the two")
	s.textOrder()
}

// noUp reports a folder without an up.sql, for which Diesel refuses them all.
func (s *Stream) noUp(sub *Dir, opts Options) {
	sql := sub.sqlFiles()
	if len(sql) == 0 {
		for _, name := range sub.Files {
			s.ignore(sub, name, "its folder has no up.sql: Diesel refuses to run any migration while it is there")
		}
		return
	}
	for _, name := range sql {
		s.mistake(sub, name, "its folder has no up.sql, and while that is so Diesel refuses to run any migration", opts)
	}
}

// dieselExtra lists a file that Diesel does not read.
func (s *Stream) dieselExtra(sub *Dir, name string, opts Options) {
	const why = "it reads up.sql, down.sql and metadata.toml"
	if strings.EqualFold(name, "up.sql") || strings.EqualFold(name, "down.sql") || closest(name, dieselMetadata) != "" {
		s.mistake(sub, name, why, opts)
		return
	}
	s.ignore(sub, name, why)
}

func readDiesel(sub *Dir) *dieselMigration {
	m := &dieselMigration{up: sub.read("up.sql")}
	if sub.has("down.sql") {
		down := sub.read("down.sql")
		m.down = &down
	}
	if sub.has(dieselMetadata) {
		if in := sub.read(dieselMetadata); in.text {
			m.noTx, m.problems = dieselSettings(in.file)
		}
	}
	return m
}

// dieselSettings reads metadata.toml as its TomlMetadata does. A file that is no
// TOML, or in which the flag is no boolean, counts as none, which means a
// transaction. A file without the flag means none: serde gives a field that is
// missing the boolean false. Keys it does not know are skipped.
func dieselSettings(f *source.File) (noTx bool, problems []Problem) {
	const key = "run_in_transaction"
	report := func(at source.Span, message, suggestion string) {
		problems = append(problems, Problem{Rule: "diesel-metadata", Span: at, Message: message, Suggestion: suggestion})
	}
	keys, broken := tomlKeys(f)
	if !broken.IsZero() {
		report(broken, "Diesel cannot read this line as TOML: it skips the file and runs the migration in a transaction", "")
		return false, problems
	}
	found := false
	for _, k := range keys {
		switch {
		case k.table != "" || k.name != key:
			message := fmt.Sprintf("Diesel skips the unknown key %s", k.name)
			if k.table != "" {
				message = fmt.Sprintf("Diesel skips what stands under [%s]", k.table)
			}
			suggestion := ""
			if closest(k.name, key) != "" && (k.value == "true" || k.value == "false") {
				suggestion = key + " = " + k.value
			}
			report(k.at, message+": it knows only "+key+", at the top", suggestion)
		case k.value == "true" || k.value == "false":
			noTx, found = k.value == "false", true
		default:
			suggestion := ""
			if word := strings.ToLower(strings.Trim(k.value, `"'`)); word == "true" || word == "false" {
				suggestion = word
			}
			report(k.raw, "Diesel takes only true or false here: it skips the file and runs the migration in a transaction", suggestion)
			return false, problems
		}
	}
	switch {
	case found:
		return noTx, problems
	case len(problems) > 0:
		problems[0].Message += "; without that, metadata.toml makes it run the migration outside a transaction"
	default:
		report(f.Span(0, 0), "without "+key+" in it, metadata.toml makes Diesel run the migration outside a transaction", "")
	}
	return true, problems
}

// dieselScript reads one direction.
func dieselScript(f *source.File, opts Options, inTx bool) (*Script, []Problem) {
	tx := PerFile
	if !inTx {
		tx = Implicit
	}
	s, problems := runner{title: "Diesel", literal: true}.entire(f, opts, tx)
	s.NoTransaction = !inTx
	return s, problems
}

// emptyQuery is what becomes of an up of nothing but comments: libpq's answer to
// it is an error to Diesel (its pg/connection/result.rs). A down like that is
// missing-down's business.
func emptyQuery(f *source.File) Problem {
	return Problem{Rule: "diesel-metadata", Span: f.Span(0, 0),
		Message: "there is no statement in the file: Diesel fails with \"Received an empty query\""}
}
