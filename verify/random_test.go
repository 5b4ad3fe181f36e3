package verify_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/pgserver/pgservertest"
	"github.com/miglint/miglint/verify"
)

// sequenceLength is how many statements are run before the database is emptied.
const sequenceLength = 60

// TestRandom runs random statements on a server and through the catalog and the
// effects, and compares after each. MIGLINT_RANDOM_STATEMENTS says how many, and
// MIGLINT_RANDOM_SEED where to begin.
func TestRandom(t *testing.T) {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return otherwise
	}
	statements, seed := number("MIGLINT_RANDOM_STATEMENTS", 300), number("MIGLINT_RANDOM_SEED", 1)
	pgservertest.Each(t, func(t *testing.T, server *pgserver.Server) {
		session, err := verify.Open(t.Context(), server)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := session.Close(context.Background()); err != nil {
				t.Error(err)
			}
		})
		random(t, session, server.Major, statements, seed)
	})
}

// random runs at least so many statements, in sequences that seeds from the first
// on make.
func random(t *testing.T, session *verify.Session, major, statements, seed int) {
	ctx := t.Context()
	seen := map[string]int{}
	missed := map[string][]string{}
	failed, ran := 0, 0
	for ; ran < statements; seed++ {
		r, err := newRun(ctx, session, major)
		if err != nil {
			t.Fatal(err)
		}
		g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), uint64(seed))), major: major}
		var sequence []string
		for i := range sequenceLength {
			g.cat, g.inTx, g.marks = r.cat, r.inTx, len(r.marks)
			sql := g.statement()
			sequence = append(sequence, sql)
			d, err := r.step(ctx, i, sql)
			if err != nil {
				t.Fatalf("seed %d, statement %d: %s: %v", seed, i, sql, err)
			}
			if d != nil {
				if seen[d.signature()]++; seen[d.signature()] == 1 {
					short, d := shrink(ctx, session, major, sequence, d)
					t.Errorf("PostgreSQL %d, seed %d: %s\n%s", major, seed, d.signature(), describe(short, d))
				}
				break
			}
		}
		ran += r.statements
		failed += r.failed
		for k, n := range r.missed {
			missed[k] = append(missed[k], n...)
		}
	}
	t.Logf("PostgreSQL %d: %d statements, %d refused by the server", major, ran, failed)
	if os.Getenv("MIGLINT_RANDOM_MISSED") != "" {
		var all []string
		for k, list := range missed {
			all = append(all, fmt.Sprintf("%5d %s: %s", len(list), k, list[0]))
		}
		sort.Strings(all)
		t.Log(strings.Join(all, "\n"))
	}
}

// describe writes a disagreement as a case of testdata/effects.
func describe(sequence []string, d *disagreement) string {
	var b strings.Builder
	last := len(sequence) - 1
	if last > 0 {
		b.WriteString("-- case/setup.sql --\n" + strings.Join(sequence[:last], ";\n") + ";\n")
	}
	b.WriteString("-- case/statement.sql --\n" + sequence[last] + "\n")
	b.WriteString("(- replayed or predicted, + measured)\n  " + strings.Join(d.lines, "\n  ") + "\n")
	return b.String()
}
