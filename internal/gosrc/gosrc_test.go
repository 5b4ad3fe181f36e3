package gosrc_test

import (
	"fmt"
	"go/ast"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/internal/gosrc"
	"github.com/miglint/miglint/source"
)

// steps reads the function up of a file that has the imports that migrations
// have, and prints what it does: kind, SQL, and what decides about it.
func steps(t *testing.T, body string) string {
	t.Helper()
	f := source.NewFile("m.go", []byte(`package migrations

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/uptrace/bun"
	"gorm.io/gorm"
)
`+body))
	embedded := source.NewFile("parcels.sql", []byte("CREATE TABLE parcels ();"))
	p := gosrc.Parse([]*source.File{f}, func(name string) (*source.File, bool) { return embedded, name == "parcels.sql" })
	up, ok := p.Function(gosrc.Call{File: p.Files[0]}, ast.NewIdent("up"))
	if !ok {
		t.Fatal("there is no function up")
	}
	var b strings.Builder
	write(&b, up.Steps, "")
	return b.String()
}

func write(b *strings.Builder, steps []gosrc.Step, indent string) {
	for _, s := range steps {
		b.WriteString(indent)
		switch s.Kind {
		case gosrc.Exec:
			fmt.Fprintf(b, "exec %s", s.SQL)
		case gosrc.Choose:
			b.WriteString("choose\n")
			for _, arm := range s.Arms {
				b.WriteString(indent + "- arm\n")
				write(b, arm, indent+"  ")
			}
			continue
		case gosrc.Loop:
			fmt.Fprintf(b, "loop %d\n", s.Times)
			write(b, s.Body, indent+"  ")
			continue
		case gosrc.Leave:
			b.WriteString([...]string{"return", "return an error", "exit", "continue", "may exit"}[s.Leave])
		default:
			b.WriteString(map[gosrc.StepKind]string{gosrc.Begin: "begin", gosrc.Commit: "commit", gosrc.Rollback: "rollback", gosrc.Unread: "unread"}[s.Kind])
		}
		if s.Unchecked {
			b.WriteString(" [unchecked]")
		}
		b.WriteString("\n")
	}
}

func TestSteps(t *testing.T) {
	tests := map[string]struct{ code, want string }{
		"literal": {
			`func up(ctx context.Context, tx *sql.Tx) error { _, err := tx.ExecContext(ctx, "DROP TABLE a"); return err }`,
			"exec DROP TABLE a\n",
		},
		"constants and concatenation": {
			"const table = \"orders\"\nvar add = `ALTER TABLE ` + table\nfunc up(tx *sql.Tx) error { _, err := tx.Exec(add + \" ADD c int\" +\n\" DEFAULT 1\"); return err }",
			"exec ALTER TABLE orders ADD c int DEFAULT 1\n",
		},
		"a variable that is assigned to is not known": {
			"var table = \"orders\"\nfunc other() { table = \"x\" }\nfunc up(tx *sql.Tx) error { _, err := tx.Exec(\"DROP TABLE \" + table); return err }",
			"exec DROP TABLE ${table}\n",
		},
		"Sprintf": {
			`func up(tx *sql.Tx, n string) error { _, err := tx.Exec(fmt.Sprintf("ALTER TABLE %s ADD %[2]q int DEFAULT %d -- 100%%", "a", "b", 3)); return err }`,
			"exec ALTER TABLE a ADD \"b\" int DEFAULT 3 -- 100%\n",
		},
		"Sprintf of what is not known": {
			`func up(tx *sql.Tx) error { name := find(tx); _, err := tx.Exec(fmt.Sprintf("DROP INDEX %s", name)); return err }
func find(tx *sql.Tx) string { return tx.String() }`,
			"exec DROP INDEX ${name}\n",
		},
		"quoting": {
			`func up(tx *sql.Tx, t string) error { tx.Exec("DROP TABLE " + pq.QuoteIdentifier("A") + "," + pgx.Identifier{"s", t}.Sanitize()); return nil }`,
			"exec DROP TABLE \"A\",\"s\".\"${t}\" [unchecked]\n",
		},
		"Join, Builder and Replace": {
			`func up(tx *sql.Tx) error {
				var b strings.Builder
				b.WriteString("ALTER TABLE a ")
				b.WriteString(strings.Join([]string{"ADD b int", "ADD c int"}, ", "))
				_, err := tx.Exec(strings.ReplaceAll(b.String(), "int", "bigint"))
				return err
			}`,
			"exec ALTER TABLE a ADD b bigint, ADD c bigint\n",
		},
		"helpers are read in their place": {
			`func up(ctx context.Context, tx *sql.Tx) error {
				if err := run(ctx, tx, "DROP TABLE a", "DROP TABLE b"); err != nil { return err }
				return nil
			}
			func run(ctx context.Context, db execer, first, second string) error {
				if _, err := db.ExecContext(ctx, first); err != nil { return fmt.Errorf("x: %w", err) }
				_, err := db.ExecContext(ctx, second)
				return err
			}
			type execer interface{ ExecContext(context.Context, string, ...any) (sql.Result, error) }`,
			"exec DROP TABLE a\nexec DROP TABLE b\n",
		},
		"a helper that calls itself": {
			`func up(tx *sql.Tx) error { tx.Exec("SELECT 1"); return up(tx) }`,
			"exec SELECT 1 [unchecked]\n",
		},
		"loop over a literal list": {
			`func up(tx *sql.Tx) error { for _, t := range []struct{ name, col string }{{"a", "x"}, {col: "y", name: "b"}} {
				if _, err := tx.Exec("ALTER TABLE " + t.name + " DROP " + t.col); err != nil { return err } }; return nil }`,
			"exec ALTER TABLE a DROP x\nexec ALTER TABLE b DROP y\n",
		},
		"loop over a query": {
			`func up(ctx context.Context, db *sql.DB) error { names, err := list(ctx, db); if err != nil { return err }
				for _, n := range names { if _, err := db.ExecContext(ctx, "DROP TABLE "+n); err != nil { return err } }; return nil }
			func list(ctx context.Context, db *sql.DB) ([]string, error) { rows, err := db.QueryContext(ctx, "SELECT 1"); _ = rows; return nil, err }`,
			"exec SELECT 1\nloop 0\n  exec DROP TABLE ${n}\n",
		},
		"branches": {
			`func up(tx *sql.Tx, n int) error {
				if n > 0 { tx.Exec("DROP TABLE a") } else { tx.Exec("DROP TABLE b") }
				if n > 1 { return nil }
				_, err := tx.Exec("DROP TABLE c")
				return err
			}`,
			"choose\n- arm\n  exec DROP TABLE a [unchecked]\n- arm\n  exec DROP TABLE b [unchecked]\nchoose\n- arm\n  return\n- arm\nexec DROP TABLE c\n",
		},
		"a helper that returns in the middle": {
			`func up(tx *sql.Tx) error {
				if err := maybe(tx); err != nil { return err }
				_, err := tx.Exec("DROP TABLE b")
				return err
			}
			func maybe(tx *sql.Tx) error {
				if done(tx) { return nil }
				for _, x := range list() { if x == "" { return fmt.Errorf("no") }; if x == "a" { return nil }; if x == "b" { continue }; tx.Exec("DROP TABLE a") }
				return tx.Rollback()
			}`,
			`loop 1
  unread
  choose
  - arm
    exit
  - arm
  loop 0
    choose
    - arm
      return an error
    - arm
    choose
    - arm
      exit
    - arm
    choose
    - arm
      continue
    - arm
    exec DROP TABLE a [unchecked]
  may exit
  rollback
exec DROP TABLE b
`,
		},
		"switch": {
			`func up(tx *sql.Tx, n int) error { switch n { case 1: tx.Exec("DROP TABLE a"); default: return errors.New("no") }; return nil }`,
			"choose\n- arm\n  exec DROP TABLE a [unchecked]\n- arm\n  return an error\n",
		},
		"what runs after an error only": {
			`func up(db *sql.DB) error {
				tx, err := db.Begin()
				if err != nil { return err }
				defer tx.Rollback()
				if _, err := tx.Exec("DROP TABLE a"); err != nil { tx.Exec("DROP TABLE z"); return errors.Join(err, tx.Rollback()) }
				return tx.Commit()
			}`,
			"begin\nexec DROP TABLE a\ncommit\n",
		},
		"a function run in a transaction": {
			`func up(ctx context.Context, db *bun.DB) error {
				return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { _, err := tx.ExecContext(ctx, "DROP TABLE a"); return err })
			}`,
			"begin\nexec DROP TABLE a\ncommit\n",
		},
		"gorm": {
			`func up(tx *gorm.DB) error { return tx.Exec("DROP TABLE a").Error }`,
			"exec DROP TABLE a\n",
		},
		"gorm makes the SQL": {
			`func up(tx *gorm.DB) error {
				if !tx.Migrator().HasColumn(&user{}, "age") { if err := tx.Migrator().AddColumn(&user{}, "age"); err != nil { return err } }
				if err := tx.AutoMigrate(&user{}); err != nil { return err }
				return tx.Model(&user{}).Where("a = ?", 1).Update("a", 2).Error
			}
			type user struct{}`,
			"choose\n- arm\n  unread\n- arm\nunread\nunread\n",
		},
		"gorm's own transaction": {
			`func up(db *gorm.DB) error { tx := db.Begin(); if err := tx.Exec("DROP TABLE a").Error; err != nil { tx.Rollback(); return err }; return tx.Commit().Error }`,
			"begin\nexec DROP TABLE a\ncommit\n",
		},
		"arguments in place of question marks": {
			`func up(ctx context.Context, tx bun.Tx, db *gorm.DB, id string) error {
				if _, err := tx.ExecContext(ctx, "UPDATE ? SET a = ?, b = ? WHERE id = ?", bun.Ident("t"), "it's", 1, id); err != nil { return err }
				if _, err := tx.ExecContext(ctx, "SELECT '{}'::jsonb ? 'a'"); err != nil { return err }
				return db.Exec("UPDATE t SET a = ? WHERE id IN (?)", 2, list()).Error
			}
			func list() []string { return read() }`,
			"exec UPDATE \"t\" SET a = 'it''s', b = 1 WHERE id = $4\nexec SELECT '{}'::jsonb ? 'a'\nexec UPDATE t SET a = 2 WHERE id IN ($2)\n",
		},
		"question marks of the server": {
			`func up(tx *sql.Tx) error { _, err := tx.Exec("UPDATE t SET a = 1 WHERE b ? $1", "k"); return err }`,
			"exec UPDATE t SET a = 1 WHERE b ? $1\n",
		},
		"what only looks": {
			`func up(tx *gorm.DB) error { var n int64; return tx.Model(&user{}).Where(tx.Where("a = 1")).Count(&n).Error }
			type user struct{}`,
			"",
		},
		"variadic helper": {
			`func up(tx *gorm.DB) error { if err := all(tx, "DROP TABLE a", "DROP TABLE b"); err != nil { return err }; return all(tx, []string{"DROP TABLE c"}...) }
			func all(tx *gorm.DB, list ...string) error { for _, sql := range list { if err := tx.Exec(sql).Error; err != nil { return err } }; return nil }`,
			"exec DROP TABLE a\nexec DROP TABLE b\nexec DROP TABLE c\n",
		},
		"sqlx": {
			`func up(tx *sqlx.Tx) error { var n int; if err := tx.Get(&n, "SELECT count(*) FROM a"); err != nil { return err }; tx.MustExec("DROP TABLE a"); return nil }`,
			"exec SELECT count(*) FROM a\nexec DROP TABLE a [unchecked]\n",
		},
		"pgx": {
			`func up(ctx context.Context, conn *pgx.Conn) error { _, err := conn.Exec(ctx, "VACUUM a"); return err }`,
			"exec VACUUM a\n",
		},
		"embedded file": {
			"//go:embed parcels.sql\nvar parcels string\nfunc up(tx *sql.Tx) error { _, err := tx.Exec(parcels); return err }",
			"exec CREATE TABLE parcels ();\n",
		},
		"a variable that a query fills": {
			`func up(tx *sql.Tx) error { var c string; if err := tx.QueryRow("SELECT 'a'").Scan(&c); err != nil { return err }; _, err := tx.Exec("ALTER TABLE a DROP " + c); return err }`,
			"exec SELECT 'a'\nexec ALTER TABLE a DROP ${c}\n",
		},
		"dynamic": {
			`func up(tx *sql.Tx, s string) error { _, err := tx.Exec(s); return err }`,
			"exec ${s}\n",
		},
		"handed to code that is not read": {
			`func up(tx *sql.Tx) error { return sqlx.Migrate(tx) }`,
			"unread\n",
		},
		"no database": {
			`type shell struct{}
			func (shell) Exec(s string) {}
			func up() error { var sh shell; sh.Exec("drop everything"); return nil }`,
			"",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, steps(t, tt.code)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Every byte of a string literal maps to where it was written, through escapes.
func TestFragmentMapsThroughEscapes(t *testing.T) {
	const code = "package m\n\nimport \"database/sql\"\n\nfunc up(tx *sql.Tx) error { _, err := tx.Exec(\"DROP\\tTABLE \\\"a\\\"\" + `; DROP TABLE b`); return err }\n"
	f := source.NewFile("m.go", []byte(code))
	p := gosrc.Parse([]*source.File{f}, nil)
	up, _ := p.Function(gosrc.Call{File: p.Files[0]}, ast.NewIdent("up"))
	frag := up.Steps[0].SQL.Fragment(up.Steps[0].At)
	if want := "DROP\tTABLE \"a\"; DROP TABLE b"; frag.Text != want {
		t.Fatalf("text %q, want %q", frag.Text, want)
	}
	for text, written := range map[string]string{"DROP\tTABLE": `DROP\tTABLE`, `"a"`: `\"a\"`, "b": "b", "TABLE b": "TABLE b"} {
		i := strings.LastIndex(frag.Text, text)
		if got := frag.Span(i, i+len(text)).Text(); got != written {
			t.Errorf("%q maps to %q, want %q", text, got, written)
		}
	}
}

func TestBrokenCodeIsReadAsFarAsItGoes(t *testing.T) {
	f := source.NewFile("m.go", []byte("package m\nimport \"database/sql\"\nfunc up(tx *sql.Tx) error {\n\ttx.Exec(\"DROP TABLE a\")\n\tif {\n\ttx.Exec(\"DROP TABLE b\")\n}\n"))
	p := gosrc.Parse([]*source.File{f}, nil)
	if len(p.Files) != 1 || len(p.Files[0].Problems) == 0 {
		t.Fatalf("want one file with problems, got %+v", p.Files)
	}
	if _, ok := p.Function(gosrc.Call{File: p.Files[0]}, ast.NewIdent("up")); !ok {
		t.Error("up is not found")
	}
}

func FuzzSteps(f *testing.F) {
	f.Add("func up(tx *sql.Tx) error { x := \"a\"; x += x; tx.Exec(x + fmt.Sprintf(\"%[9]s%\", x)); return up(tx) }")
	f.Add("var a = b\nvar b = a\nfunc up(tx *sql.Tx) { tx.Exec(a); for _, x := range b { x(tx) } }")
	f.Add("func up(f func()) { f = f; f(); g := func() { up(f) }; g() }\nfunc (x y) up()")
	f.Fuzz(func(t *testing.T, code string) {
		src := source.NewFile("m.go", []byte("package m\nimport (\"database/sql\"; \"fmt\")\n"+code))
		p := gosrc.Parse([]*source.File{src}, nil)
		for _, file := range p.Files {
			up, _ := p.Function(gosrc.Call{File: file}, ast.NewIdent("up"))
			for _, s := range up.Steps {
				if s.Kind != gosrc.Exec {
					continue
				}
				frag := s.SQL.Fragment(s.At)
				if span := frag.Span(0, len(frag.Text)); span.Start < 0 || span.End > len(src.Text) {
					t.Errorf("span %d–%d outside the file", span.Start, span.End)
				}
			}
		}
	})
}
