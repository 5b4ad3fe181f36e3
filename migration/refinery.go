package migration

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

var (
	refineryName = regexp.MustCompile(`^([UV])(\d+(?:\.\d+)?)__(\w+)\.(rs|sql)$`)
	refineryNear = regexp.MustCompile(`(?i)^[uv]_*\d[\d._]*_.*\.sql$`)
)

// refinery is the refinery crate (its refinery_core/src/util.rs, runner.rs and
// traits): V<version>__<name>.sql in the folder and those below it, in the order
// of the versions, which are whole numbers. It differs from Flyway in that the name
// has only letters, digits and underscores; that U is a migration that may come
// late, not an undo; and that each file is sent as one query in a transaction of
// its own, with no way out. Migrations may be written in Rust too. A program that
// calls set_grouped(true) has one transaction around all of them, which no file
// tells.
func refinery() *Framework {
	fw := &Framework{
		Name:             "refinery",
		Title:            "refinery",
		Downs:            NoDowns,
		Files:            "V<version>__<name>.sql",
		Recursive:        true,
		Late:             "refinery stops because a migration is missing, unless the file is named U<version>__<name>.sql",
		Edited:           "refinery stops because the checksum differs, even if only a comment does",
		Checksums:        true,
		LeaveTransaction: "run this by hand before the migration, which then says IF NOT EXISTS: refinery has no way out of its transaction",
		Parse:            parseRefinery,
	}
	fw.Runs = func(name string) bool {
		m := refineryName.FindStringSubmatch(name)
		return m != nil && m[4] == "sql"
	}
	fw.Detect = func(d *Dir) Evidence {
		sign := refinerySign(d)
		if sign == "" { // the same names are Flyway's
			return Evidence{}
		}
		return names(d.sqlFiles(), fw.Runs, "V<version>__<name>.sql").hint(sign)
	}
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		tree := d.tree()
		s := newStream(fw, tree)
		s.loadRefinery(tree, opts)
		return s, nil
	}
	return fw
}

// refinerySign is what speaks for refinery in or above the folder.
func refinerySign(d *Dir) string {
	for _, name := range d.Files {
		if m := refineryName.FindStringSubmatch(name); m != nil && m[4] == "rs" {
			return "there is " + name
		}
	}
	if name, text := d.above("Cargo.toml"); bytes.Contains(text, []byte("refinery")) {
		return name + " requires refinery"
	}
	if name, _ := d.above("refinery.toml"); name != "" {
		return "there is a " + name
	}
	return ""
}

// refineryFile is a file that refinery runs.
type refineryFile struct {
	path, version, name string
	rust                bool
}

func (s *Stream) loadRefinery(d *Dir, opts Options) {
	bits := 32
	if _, text := d.above("Cargo.toml"); bytes.Contains(text, []byte("int8-versions")) {
		bits = 64
	}
	var files []refineryFile
	for _, name := range d.Files {
		m := refineryName.FindStringSubmatch(path.Base(name))
		switch {
		case m == nil && refineryNear.MatchString(path.Base(name)):
			s.mistake(d, name, "its name is not V<version>__<name>.sql, with nothing but letters, digits and underscores in the name", opts)
			continue
		case m == nil:
			s.ignore(d, name, "not named V<version>__<name>.sql")
			continue
		}
		if _, err := strconv.ParseInt(m[2], 10, bits); err != nil && m[4] == "sql" {
			why := fmt.Sprintf("%s is no whole number of %d bits, and while the file is there refinery refuses to run any migration", m[2], bits)
			if bits == 32 && !strings.Contains(m[2], ".") {
				why += "; its feature int8-versions allows 64"
			}
			s.mistake(d, name, why, opts)
			continue
		}
		if m[4] == "rs" {
			s.ignore(d, name, "written in Rust, which miglint does not read")
		}
		files = append(files, refineryFile{name, m[2], m[3], m[4] == "rs"})
	}
	slices.SortStableFunc(files, func(a, b refineryFile) int {
		return cmp.Or(compareNumbers(a.version, b.version), cmp.Compare(a.name, b.name))
	})
	afterUnread := make([]bool, 0, len(files))
	var names []string
	var sql []refineryFile
	unread := false
	for _, f := range files {
		if f.rust {
			unread = true
			continue
		}
		names, sql = append(names, f.path), append(sql, f)
		afterUnread, unread = append(afterUnread, unread), false
	}
	s.Migrations = d.load(names, func(_ int, f *source.File) Scripts { return parseRefinery(f, opts) })
	for i, m := range s.Migrations {
		m.Version, m.Name, m.AfterUnread = sql[i].version, strings.ReplaceAll(sql[i].name, "_", " "), afterUnread[i]
		m.Time = versionTime(m.Version)
	}
	s.finish(opts, func(a, b *Migration) bool { return compareNumbers(a.Version, b.Version) == 0 },
		"refinery runs both, and the second fails on the primary key of its history")
}

func parseRefinery(f *source.File, opts Options) Scripts {
	up, problems := runner{title: "refinery"}.entire(f, opts, PerFile)
	return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
}
