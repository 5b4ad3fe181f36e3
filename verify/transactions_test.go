package verify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/pgserver/pgservertest"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// work is a statement that tells in which transaction it runs.
const work = "SELECT pg_current_xact_id()"

// controls are the commands that TestTransactionsAsTheServerHasThem puts into
// migrations, in every order.
var controls = []string{work, "BEGIN", "COMMIT", "ROLLBACK", "COMMIT AND CHAIN", "SAVEPOINT a", "ROLLBACK TO a", "RELEASE a"}

// txRunners send a migration in the ways there are.
var txRunners = []struct{ name, framework, before, after string }{
	{"one query", "golang-migrate", "", ""},
	{"one query in a transaction", "dbmate", "-- migrate:up\n", "-- migrate:down\n"},
	{"statements in a transaction", "goose", "-- +goose Up\n", ""},
	{"statements", "plain", "", ""},
}

// TestTransactionsAsTheServerHasThem runs every sequence of a few transaction
// commands, sent as each kind of runner sends it, and holds what miglint says of
// each statement against the server: which statements share a transaction, which
// of them are committed, and where the first error comes.
func TestTransactionsAsTheServerHasThem(t *testing.T) {
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		db, err := server.CreateDatabase(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := server.DropDatabase(context.Background(), db); err != nil {
				t.Error(err)
			}
		})
		conn, err := pgconn.Connect(t.Context(), db.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		for _, r := range txRunners {
			t.Run(r.name, func(t *testing.T) {
				wrong := 0
				for sequence := range sequences(controls, 3) {
					text := r.before + strings.Join(append([]string{work}, sequence...), ";\n") + ";\n" + work + ";\n" + r.after
					set := migration.LoadFile(source.NewFile("1.sql", []byte(text)), migration.Options{Framework: r.framework})
					told, real := said(set, server.Major), observed(t, conn, set)
					if told == real {
						continue
					}
					if wrong++; wrong <= 10 {
						t.Errorf("%s\nmiglint: %s\nserver:  %s", text, told, real)
					}
				}
				if wrong > 10 {
					t.Errorf("and %d more", wrong-10)
				}
			})
		}
	})
}

// sequences yields all lists of n words.
func sequences(words []string, n int) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		at := make([]int, n)
		for {
			list := make([]string, n)
			for i, w := range at {
				list[i] = words[w]
			}
			if !yield(list) {
				return
			}
			i := n - 1
			for ; i >= 0; i-- {
				if at[i]++; at[i] < len(words) {
					break
				}
				at[i] = 0
			}
			if i < 0 {
				return
			}
		}
	}
}

// outcome writes what became of the statements: a letter for each one's
// transaction, a capital if it is rolled back, a dot for a command, and the error
// that ends it.
type outcome struct {
	strings.Builder
	letters map[any]byte
}

func (o *outcome) add(tx any, lost bool) {
	letter, known := o.letters[tx]
	if !known {
		letter = byte('a' + len(o.letters))
		if o.letters == nil {
			o.letters = map[any]byte{}
		}
		o.letters[tx] = letter
	}
	if lost {
		letter -= 'a' - 'A'
	}
	o.WriteByte(letter)
}

// said is what miglint says of the migration.
func said(set *migration.Set, major int) string {
	var o outcome
	for p := range analyzer.Annotate(set, analyzer.Options{Major: major}) {
		if p.Down {
			continue
		}
		var failed *analyzer.Stmt
		if i := slices.IndexFunc(p.Stmts, func(s *analyzer.Stmt) bool { return s.Effect.Fails != nil }); i >= 0 {
			failed = p.Stmts[i]
		}
		for _, s := range p.Stmts {
			switch {
			case s.Effect.Fails != nil:
				fmt.Fprintf(&o, " %s", s.Effect.Fails.SQLState)
				return o.String()
			case s.Text != work:
				o.WriteByte('.')
			case s.Tx == nil:
				o.add(s, false)
			case failed != nil:
				o.add(s.Tx, s.Tx.RolledBack || s.Tx == failed.Tx)
			default:
				left := s.Tx.End == nil && s.Tx.Kind == analyzer.ExplicitTx && !s.RunnerCommits()
				o.add(s.Tx, s.Tx.RolledBack || left)
			}
		}
	}
	return o.String()
}

// observed sends the migration as its batches say, and asks the server what became
// of it.
func observed(t *testing.T, conn *pgconn.PgConn, set *migration.Set) string {
	t.Helper()
	var ran []string // the transaction of each statement; "" for a command
	failure := ""
	send := func(sql string) bool {
		results, err := conn.Exec(t.Context(), sql).ReadAll()
		for _, r := range results {
			switch {
			case r.Err != nil:
			case len(r.Rows) == 1:
				ran = append(ran, string(r.Rows[0][0]))
			default:
				ran = append(ran, "")
			}
		}
		var refused *pgconn.PgError
		if errors.As(err, &refused) {
			failure = " " + refused.Code
		} else if err != nil {
			t.Fatal(err)
		}
		return err == nil
	}
	wrapped := false
	for _, b := range set.Streams[0].Migrations[0].Scripts().Up.Batches {
		if (b.Tx == migration.PerFile || b.Tx == migration.PerRun) && !wrapped {
			wrapped = true
			send("BEGIN")
			ran = ran[:0]
		}
		var texts []string
		for _, s := range b.Stmts {
			texts = append(texts, s.Text)
		}
		if !send(strings.Join(texts, "; ")) {
			break
		}
	}
	if wrapped && failure == "" {
		n := len(ran)
		send("COMMIT")
		ran = ran[:n]
	}
	n := len(ran)
	at := failure
	if conn.TxStatus() != 'I' {
		send("ROLLBACK")
	}
	ran, failure = ran[:n], at
	var o outcome
	for _, xid := range ran {
		if xid == "" {
			o.WriteByte('.')
			continue
		}
		status, err := conn.Exec(t.Context(), "SELECT pg_xact_status('"+xid+"')").ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		o.add(xid, string(status[0].Rows[0][0]) != "committed")
	}
	return o.String() + failure
}
