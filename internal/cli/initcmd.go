package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/miglint/miglint/internal/config"
	"github.com/miglint/miglint/migration"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [path ...]",
		Short: "Write a commented " + config.FileName + " with what was detected",
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := a.project(&sourceFlags{}, args, false)
			if err != nil {
				return err
			}
			defer p.close()
			set, err := p.load(false)
			if err != nil {
				return err
			}
			for _, s := range set.Streams {
				if s.Root != "" && !filepath.IsLocal(filepath.FromSlash(s.Root)) {
					return fmt.Errorf("%s is not below the current folder, where %s would be written: run init in a folder above the migrations", s.Root, config.FileName)
				}
			}
			if err := writeNew(config.FileName, starter(set)); err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "wrote %s\n", config.FileName)
			for _, s := range set.Streams {
				fmt.Fprintf(a.stdout, "  %s: %s, %s\n", printable(shown(s.Root)), s.Framework.Title, count(len(s.Migrations), "migration"))
			}
			return nil
		},
	}
}

// writeNew writes a file that must not exist yet.
func writeNew(name, text string) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s already exists: edit it, or remove it first", name)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, reason(err))
	}
	if _, err := f.WriteString(text); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", name, reason(err))
	}
	return f.Close()
}

// starter is a configuration that says what was detected and shows the other keys
// in comments.
func starter(set *migration.Set) string {
	var b strings.Builder
	b.WriteString("# Configuration of miglint. Every key is optional.\n\n# Where the migrations are, relative to this file.\npaths:\n")
	same := true
	for _, s := range set.Streams {
		root := s.Root
		if root == "" {
			root = "."
		}
		fmt.Fprintf(&b, "  - %q\n", root)
		same = same && s.Framework.Name == set.Streams[0].Framework.Name
	}
	b.WriteString("\n# The migration framework. Detected when it is left out; `miglint detect` says why.\n")
	if len(set.Streams) > 0 && same {
		fmt.Fprintf(&b, "framework: %s\n", set.Streams[0].Framework.Name)
	} else {
		fmt.Fprintf(&b, "#framework: %s\n", config.Frameworks()[0])
	}
	return b.String() + starterRest
}

const starterRest = `
# The oldest PostgreSQL major that the migrations run on, 14 to 18. Without it, what differs is judged as on 14.
#postgres: 16

# How the files of a plain folder are run: statement (as psql -f does), file, run, or implicit (one query per file).
#transaction: file

# golang-migrate's x-multi-statement=true.
#multi-statement: true

# Files to leave out, relative to this file.
#exclude: ["db/migrations/legacy/**"]

# The output of pg_dump --schema-only to start from, if the folder does not hold the whole history.
#schema: db/baseline.sql

# Values of ${name}, {{ .name }} and :name in the files.
#placeholders:
#  schema: app

# never: this project only rolls forward, and a missing down is no finding.
#down: never

# Columns that running code no longer uses, so that they may be dropped, and how long before the drop an earlier
# migration must have marked a column as deprecated.
#deprecated: [users.legacy_name]
#min-age: 14d

# Tables so small that their locks, rewrites and scans do not matter.
#small-tables: [countries]

#lock-timeout:
#  set-by-role: true   # the role or connection that migrates sets lock_timeout
#  max: 10s            # the longest lock_timeout that is no finding
#  missing: info       # off, info, warning or error

# Severities: off, info, warning or error. ` + "`miglint rules`" + ` lists the rules.
#rules:
#  missing-down: error

# The lowest severity that makes miglint exit with 1: error, warning, info or never.
#fail-on: error
`
