package migration

import (
	"path"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

const plainName = "plain"

// plain is a folder of SQL files that no framework owns, run as
// `psql -f file` in the order a person would give them.
func plain() *Framework {
	fw := &Framework{
		Name:  plainName,
		Title: "psql",
		Downs: NoDowns,
		Files: "<name>.sql",
		Runs:  func(name string) bool { return isSQL(name) && !isDown(name) },
		Parse: parsePlain,
	}
	fw.Detect = detectPlain
	fw.Load = func(d *Dir, opts Options) (*Stream, error) {
		s := newStream(fw, d)
		var files []string
		for _, name := range d.Files {
			switch {
			case fw.Runs(name):
				files = append(files, name)
			case isSQL(name):
				s.ignore(d, name, "a down migration by its name: a plain folder has only ups")
			default:
				s.ignore(d, name, "not named <name>.sql")
			}
		}
		slices.SortFunc(files, compareNatural)
		s.Migrations = d.load(files, func(_ int, f *source.File) Scripts { return parsePlain(f, opts) })
		for i, m := range s.Migrations {
			m.Version, m.Name = splitName(leadingDigits(files[i]), files[i])
			m.Time = versionTime(m.Version)
		}
		s.judge(opts)
		return s, nil
	}
	return fw
}

func detectPlain(d *Dir) Evidence {
	files := d.sqlFiles()
	numbered := 0
	for _, name := range files {
		if leadingDigits(name) != "" {
			numbered++
		}
	}
	switch {
	case len(files) == 0, isRails(d):
		return Evidence{}
	case numbered*2 > len(files):
		return Evidence{numberedScore, []string{share(numbered, len(files), "SQL file begins", "SQL files begin") + " with a number, and no framework's signs were found"}}
	}
	return Evidence{anySQLScore, []string{"there are SQL files, and no framework's signs were found"}}
}

// isDown reports whether a file calls itself the way back of another.
func isDown(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, path.Ext(name)))
	return name == "down" || strings.HasSuffix(name, ".down") || strings.HasSuffix(name, "_down") || strings.HasSuffix(name, "-down")
}

func parsePlain(f *source.File, opts Options) Scripts {
	r, tx := runner{title: "psql", psql: true}, PerStatement
	switch opts.Transaction {
	case "file":
		tx = PerFile
	case "run":
		tx = PerRun
	case "implicit":
		r, tx = runner{title: "the driver"}, Implicit
	}
	up, problems := r.entire(f, opts, tx)
	if tx == PerFile || tx == PerRun { // psql --single-transaction sends each statement on its own
		up.Batches = eachAlone(up.Batches)
	}
	return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
}
