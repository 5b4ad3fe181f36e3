package migration

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

const sqlxNoTransaction = "-- no-transaction"

var (
	// sqlxMark is what sqlx-cli writes into a new file, and its one directive.
	sqlxMark = regexp.MustCompile(`\A-- (no-transaction|Add (up |down )?migration script here)`)
	sqlxNear = regexp.MustCompile(`(?i)^\s*(--|/\*)\s*no[-_]transactions?\b`)
	// sqlxCrate is the dependency in a Cargo.toml.
	sqlxCrate = regexp.MustCompile(`(?m)^\s*sqlx(-core|-postgres)?\s*[.=]|^\s*\[[\w.-]*dependencies\.sqlx(-core|-postgres)?\]`)
)

// sqlx is the migrator of the Rust crate sqlx (sqlx-core/src/migrate/source.rs):
// either one file per migration or an up and a down file, sent as one query, in a
// transaction unless its first bytes are `-- no-transaction`. Versions are compared
// as numbers, and a checksum of every file that has run is kept.
func sqlx() *Framework {
	fw := &Framework{
		Name:             "sqlx",
		Title:            "sqlx",
		Downs:            OptionalDown,
		Files:            "<number>_<name>.sql or .up.sql, with sqlx in Cargo.toml",
		Mark:             sqlxMark,
		Directive:        sqlxNoTransaction,
		Late:             "sqlx runs it late, after those that were there before",
		Edited:           "sqlx stops with a checksum mismatch, even if only a comment differs",
		Checksums:        true,
		LeaveTransaction: "make `-- no-transaction` the very first line of the file, with a single statement below it",
		AloneInFile:      true,
		Runs:             func(name string) bool { _, _, ok := sqlxParts(name); return ok },
		Parse:            sqlxPairs.alone,
	}
	fw.Detect = func(d *Dir) Evidence { return detectSqlx(fw, d) }
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		loadSqlx(s, d, opts)
		return s, nil
	}
	return fw
}

// detectSqlx needs more than the names, which are those of many: a line of
// sqlx-cli, the .sqlx folder, sqlx.toml, or the crate in a Cargo.toml.
func detectSqlx(fw *Framework, d *Dir) Evidence {
	e := names(d.sqlFiles(), fw.Runs, "<number>_<name>.sql")
	if e.Score == 0 {
		return e
	}
	var signs []string
	if m := markers(d, sqlxMark, "-- Add migration script here` or `-- no-transaction"); m.Score > 0 {
		signs = append(signs, m.Why[0])
	}
	for p := d.Path; ; p = path.Dir(p) {
		if info, err := fs.Stat(d.FS, path.Join(p, ".sqlx")); err == nil && info.IsDir() {
			signs = append(signs, "there is a folder "+path.Join(p, ".sqlx"))
		}
		cargo := (&Dir{FS: d.FS, Path: p}).head("Cargo.toml", hintSize)
		if sqlxCrate.Match(cargo) {
			signs = append(signs, path.Join(p, "Cargo.toml")+" depends on sqlx")
			break
		}
		if p == "." || p == "/" {
			break
		}
	}
	if name, _ := d.above("sqlx.toml"); name != "" {
		signs = append(signs, "there is a "+name)
	}
	if len(signs) == 0 {
		return Evidence{}
	}
	for _, sign := range signs[:min(3, len(signs))] {
		e = e.hint(sign)
	}
	return e
}

// sqlxParts cuts a name at its first underscore.
func sqlxParts(name string) (version, title string, ok bool) {
	version, title, found := strings.Cut(name, "_")
	if !found || !strings.HasSuffix(title, ".sql") || leadingDigits(version) != version {
		return "", "", false
	}
	_, err := strconv.ParseInt(version, 10, 64)
	title = strings.TrimSuffix(title, ".sql")
	title = strings.TrimSuffix(strings.TrimSuffix(title, ".up"), ".down")
	return version, title, err == nil
}

var sqlxPairs = pairing{
	compare: compareNumbers,
	script:  sqlxScript,
	twice:   "sqlx records a version once, so the second file fails, and stops every run once one of them has run",
}

func loadSqlx(s *Stream, d *Dir, opts Options) {
	var halves []*half
	for _, name := range d.Files {
		version, title, ok := sqlxParts(name)
		switch {
		case ok:
			halves = append(halves, &half{name: name, version: version, title: title, down: strings.HasSuffix(name, ".down.sql")})
		case strings.HasSuffix(name, ".sql") && strings.Contains(name, "_"):
			s.mistake(d, name, "its name does not begin with a number and an underscore, for which sqlx refuses the whole folder", opts)
		case isSQL(name) && leadingDigits(name) != "":
			s.mistake(d, name, "its name is not <number>_<name>.sql", opts)
		default:
			s.ignore(d, name, "not named <number>_<name>.sql")
		}
	}
	s.Migrations = sqlxPairs.load(d, halves, opts)
	s.finish(opts, func(a, b *Migration) bool { return false }, "")
	s.mixed(opts)
	if !slices.ContainsFunc(halves, func(h *half) bool { return isUpDown(h.name) }) {
		forward := *s.Framework // a folder of single files is one without downs by choice
		forward.Downs = NoDowns
		s.Framework = &forward
	}
}

// mixed reports the migrations of the rarer kind in a folder that has both simple
// and reversible ones.
func (s *Stream) mixed(opts Options) {
	var kinds [2][]*source.File // simple, up
	for _, m := range s.Migrations {
		if f := m.Files[0]; !strings.HasSuffix(f.Path, ".down.sql") {
			kinds[b2i(strings.HasSuffix(f.Path, ".up.sql"))] = append(kinds[b2i(strings.HasSuffix(f.Path, ".up.sql"))], f)
		}
	}
	if len(kinds[0]) == 0 || len(kinds[1]) == 0 {
		return
	}
	rare, message := kinds[0], "this migration has one file and others have an up and a down: sqlx does not undo it when it goes back past it"
	if len(kinds[1]) < len(kinds[0]) {
		rare, message = kinds[1], "this migration is an .up.sql and others are single files: sqlx undoes only those with a .down.sql when it goes back"
	}
	for _, f := range rare {
		if opts.judges(f) {
			s.Problems = append(s.Problems, Problem{Rule: "sqlx-directive", Span: f.Span(0, 0),
				Message: fmt.Sprintf("%s; sqlx-cli takes a folder to be of one kind", message)})
		}
	}
}

func sqlxScript(f *source.File, opts Options) (*Script, []Problem) {
	tx := PerFile
	noTx := bytes.HasPrefix(f.Text, []byte(sqlxNoTransaction))
	if noTx {
		tx = Implicit
	}
	script, problems := runner{title: "sqlx"}.entire(f, opts, tx)
	script.NoTransaction = noTx
	for _, c := range script.Comments {
		if noTx || !sqlxNear.MatchString(c.Span.Text()) {
			continue
		}
		problems = append(problems, Problem{Rule: "sqlx-directive", Span: c.Span, Suggestion: sqlxNoTransaction,
			Message: "sqlx takes this for a comment and runs the file in a transaction: the file must begin with exactly `" + sqlxNoTransaction + "`"})
	}
	return script, problems
}
