package migration_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

var update = flag.Bool("update", false, "write what the tests see to the golden files")

// TestProjects holds what is made of each folder of testdata/projects against
// its golden file: the framework, the order, the shape of each script, the files
// not run, the problems.
func TestProjects(t *testing.T) {
	const projects = "../testdata/projects"
	entries, err := os.ReadDir(projects)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		t.Run(e.Name(), func(t *testing.T) {
			root, err := os.OpenRoot(filepath.Join(projects, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			defer root.Close()
			set, err := migration.Load(root.FS(), ".", "", migration.Options{})
			var got string
			if err != nil {
				got = "error: " + err.Error() + "\n"
			} else {
				got = dump(set)
			}
			golden := filepath.Join(projects, e.Name()+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", golden, diff)
			}
		})
	}
}

// dump prints a set for people who review golden files.
func dump(set *migration.Set) string {
	var b strings.Builder
	for _, s := range set.Streams {
		fmt.Fprintf(&b, "%s: %s\n", s.Root, s.Framework.Name)
		for _, why := range s.Why {
			fmt.Fprintf(&b, "  because %s\n", why)
		}
		for i, scripts := range s.Scripts() {
			m := s.Migrations[i]
			fmt.Fprintf(&b, "  %s\n", title(m))
			dumpScript(&b, "up", scripts.Up)
			dumpScript(&b, "down", scripts.Down)
			for _, p := range slices.Concat(scripts.Problems, m.Problems) {
				dumpProblem(&b, p)
			}
		}
		dumpIgnored(&b, s.Ignored)
		for _, p := range s.Problems {
			dumpProblem(&b, p)
		}
	}
	dumpIgnored(&b, set.Ignored)
	return b.String()
}

func title(m *migration.Migration) string {
	s := fmt.Sprintf("%q %q", m.Version, m.Name)
	if !m.Time.IsZero() {
		s += m.Time.Format(" at 2006-01-02 15:04:05")
	}
	if m.Repeatable {
		s += " repeatable"
	}
	return s
}

func dumpScript(b *strings.Builder, direction string, s *migration.Script) {
	if s == nil {
		return
	}
	fmt.Fprintf(b, "    %-4s %s", direction, lineRange(s.Span))
	if s.NoTransaction {
		b.WriteString(" outside a transaction")
	}
	b.WriteString("\n")
	for _, batch := range s.Batches {
		fmt.Fprintf(b, "      %s:", batch.Tx)
		for _, stmt := range batch.Stmts {
			text := strings.Join(strings.Fields(stmt.Text), " ")
			if len(text) > 48 {
				text = text[:45] + "..."
			}
			fmt.Fprintf(b, " %s;", text)
		}
		b.WriteString("\n")
	}
}

func lineRange(s source.Span) string {
	return fmt.Sprintf("%s %s-%s", s.File.Path, s.StartPos(), s.EndPos())
}

func dumpProblem(b *strings.Builder, p migration.Problem) {
	fmt.Fprintf(b, "    ! %s %s: %s\n", p.Rule, lineRange(p.Span), p.Message)
	if p.Suggestion != "" {
		fmt.Fprintf(b, "      write %q\n", p.Suggestion)
	}
	if !p.Related.IsZero() {
		fmt.Fprintf(b, "      see %s: %s\n", lineRange(p.Related), p.RelatedMsg)
	}
}

func dumpIgnored(b *strings.Builder, ignored []migration.Ignored) {
	for _, i := range ignored {
		mistake := ""
		if i.Mistake {
			mistake = " (mistake)"
		}
		fmt.Fprintf(b, "  - %s: %s%s\n", i.Path, i.Why, mistake)
	}
}
