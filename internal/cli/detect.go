package cli

import (
	"fmt"
	"io"
	"path"

	"github.com/spf13/cobra"

	"github.com/miglint/miglint/migration"
)

func (a *app) detectCommand() *cobra.Command {
	var f sourceFlags
	format := choice{what: "format", valid: words("text", "json"), value: "text"}
	cmd := &cobra.Command{
		Use:   "detect [path ...]",
		Short: "Print the migrations that are found, their framework, order and transactions",
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := a.project(&f, args, false)
			if err != nil {
				return err
			}
			defer p.close()
			set, err := p.load(false)
			if err != nil {
				return err
			}
			if format.value == "json" {
				return writeDetectedJSON(a.stdout, set)
			}
			for i, s := range set.Streams {
				if i > 0 {
					fmt.Fprintln(a.stdout)
				}
				detected(a.stdout, s)
			}
			ignoredFiles(a.stdout, "\nleft out of the search:\n", set.Ignored)
			return nil
		},
	}
	f.register(cmd)
	choiceFlag(cmd, &format, "format", "output `format`: text, or json with the round trips of each script")
	return cmd
}

// detected prints what is known of one stream.
func detected(w io.Writer, s *migration.Stream) {
	root := s.Root
	if root == "" {
		root = "."
	}
	fmt.Fprintf(w, "%s: %s\n", printable(root), s.Framework.Title)
	for _, why := range s.Why {
		fmt.Fprintf(w, "  because %s\n", printable(why))
	}
	fmt.Fprintf(w, "  %s, in this order:\n", count(len(s.Migrations), "migration"))
	for i, scripts := range s.Scripts() {
		m := s.Migrations[i]
		fmt.Fprintf(w, "    %s\n", printable(title(m)))
		if scripts.Up != nil {
			fmt.Fprintf(w, "      up    %s: %s\n", printable(within(s, scripts.Up)), shape(scripts.Up))
		}
		switch {
		case scripts.Down != nil:
			fmt.Fprintf(w, "      down  %s: %s\n", printable(within(s, scripts.Down)), shape(scripts.Down))
		case s.Framework.Downs != migration.NoDowns && !m.Repeatable:
			fmt.Fprintln(w, "      down  none")
		}
	}
	ignoredFiles(w, "  not run:\n", s.Ignored)
}

func title(m *migration.Migration) string {
	switch {
	case m.Repeatable:
		return m.Name + " (repeatable)"
	case m.Version == "":
		return m.Name
	case m.Name == "":
		return m.Version
	}
	return m.Version + " " + m.Name
}

// within is the script's file as seen from its folder.
func within(s *migration.Stream, script *migration.Script) string {
	p := script.File.Path
	if s.Root != "" && len(p) > len(s.Root) && p[:len(s.Root)] == s.Root {
		p = p[len(s.Root)+1:]
	}
	return path.Clean(p)
}

// shape says how a script meets the server: how many statements, in which
// transactions.
func shape(s *migration.Script) string {
	if len(s.Batches) == 0 {
		return "no statements"
	}
	n, shapes := 0, []migration.TxShape{}
	for _, b := range s.Batches {
		n += len(b.Stmts)
		tx := b.Tx
		if tx == migration.Implicit && len(b.Stmts) < 2 {
			tx = migration.PerStatement
		}
		if len(shapes) == 0 || shapes[len(shapes)-1] != tx {
			shapes = append(shapes, tx)
		}
	}
	text := count(n, "statement")
	for i, tx := range shapes {
		how := transactions[tx]
		if n == 1 && tx == migration.PerStatement {
			how = "committed on its own"
		}
		if i > 0 {
			how = "then " + how
		}
		text += ", " + how
	}
	return text
}

var transactions = map[migration.TxShape]string{
	migration.PerStatement: "each committed on its own",
	migration.Implicit:     "sent as one query, which the server runs as one transaction",
	migration.PerFile:      "one transaction around the file",
	migration.PerRun:       "one transaction around the whole run",
}

func ignoredFiles(w io.Writer, heading string, files []migration.Ignored) {
	if len(files) == 0 {
		return
	}
	fmt.Fprint(w, heading)
	for _, f := range files {
		fmt.Fprintf(w, "    %s: %s\n", printable(f.Path), printable(f.Why))
	}
}

// count is a number and its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
