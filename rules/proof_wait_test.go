package rules_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/internal/proof"
	"github.com/miglint/miglint/verify"
)

// What becomes of a script that another session is in the way of.
const (
	waits       = "waits"            // as long as it takes
	queues      = "queues"           // and others wait behind it
	givesUp     = "gives up"         // after a while
	givesUpSoon = "gives up at once" // before anybody could have noticed
	deadlocks   = "deadlocks"        // with the session in the way: SQLSTATE 40P01
	waitsNot    = "does not wait"    // runs through
)

const (
	soon = 1200 * time.Millisecond
	long = 9 * time.Second // longer than a lock_timeout that is to give up, shorter than one that is too long

	lockNotAvailable = "55P03"
)

// beside is what the run with another session is called, after its script.
const beside = "-beside-another"

var outcomes = []string{waits, givesUp, givesUpSoon, deadlocks, waitsNot, queues}

// runBeside runs the last migration of a plan while another session has an open
// transaction in which it has sent the first line of other.sql. Once the script waits, a third session
// sends the same, to see whether it queues behind it; or, if other.sql has a
// second line, the other session sends that.
func runBeside(ctx context.Context, server *pgserver.Server, p *plan, files map[string]string) (steps []proof.Step, err error) {
	s, err := verify.Open(ctx, server)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close(context.WithoutCancel(ctx))) }()
	if err := s.Exec(ctx, files["setup.sql"]); err != nil {
		return nil, fmt.Errorf("setup.sql: %w", err)
	}
	history, judged := p.units[:p.history], p.units[p.history:]
	if end := follow(ctx, s, history, make(chan *planned, 100)); len(end.did) > 0 {
		return nil, fmt.Errorf("%s: %s", end.step.text(), end.did[0])
	}
	if err := fill(ctx, s); err != nil {
		return nil, err
	}
	pid, err := s.Query(ctx, "SELECT pg_backend_pid()")
	if err != nil {
		return nil, err
	}
	var conns [2]*pgx.Conn
	for i := range conns {
		if conns[i], err = pgx.Connect(ctx, s.URL()); err != nil {
			return nil, err
		}
		defer conns[i].Close(context.WithoutCancel(ctx))
	}
	b := &besides{other: conns[0], third: conns[1], pid: pid[0][0], sends: splitLines(files["other.sql"])}
	return b.run(ctx, s, judged)
}

// besides is what goes on around a script.
type besides struct {
	other, third *pgx.Conn
	pid          string // of the script's connection
	sends        []string
	steps        []proof.Step
}

func (b *besides) add(heading string, steps ...proof.Step) {
	b.steps = append(append(b.steps, proof.Heading(heading)), steps...)
}

// reached is where a script has come to.
type reached struct {
	step *planned
	did  []string
}

func (b *besides) run(ctx context.Context, s *verify.Session, units []unit) ([]proof.Step, error) {
	if _, err := b.other.Exec(ctx, "BEGIN"); err != nil {
		return nil, err
	}
	_, err := b.other.Exec(ctx, b.sends[0])
	b.add("another session, which leaves its transaction open", proof.Step{Text: b.sends[0], Did: outcome(err, works)})
	began, ended := make(chan *planned, 100), make(chan reached, 1)
	go func() { ended <- follow(ctx, s, units, began) }()

	end := reached{}
	select {
	case end = <-ended:
	case <-time.After(soon):
	}
	current := latest(began)
	switch {
	case end.step != nil && failedWith(end.did) == "":
		b.add("the script", proof.Step{Text: end.step.text(), Did: []string{waitsNot}})
	case end.step != nil:
		b.add("the script", proof.Step{Text: end.step.text(), Did: append(end.did, givesUpSoon)})
	default:
		waiting, err := b.waiting(ctx)
		if err != nil {
			return nil, err
		}
		if !waiting {
			return nil, fmt.Errorf("%s: neither ends nor waits for a lock", current.text())
		}
		b.add("the script", proof.Step{Text: current.text(), Did: []string{waits}})
		if len(b.sends) > 1 {
			_, err := b.other.Exec(ctx, b.sends[1])
			b.add("the other session goes on", proof.Step{Text: b.sends[1], Did: outcome(err, works)})
			break
		}
		if err := b.queue(ctx); err != nil {
			return nil, err
		}
		select {
		case end = <-ended:
			b.add("before nine seconds are over", proof.Step{Text: end.step.text(), Did: append(end.did, givesUp)})
		case <-time.After(long - soon):
			b.add("after nine seconds", proof.Step{Text: current.text(), Did: []string{waits}})
		}
	}
	if _, err := b.other.Exec(ctx, "ROLLBACK"); err != nil {
		return nil, err
	}
	if end.step == nil {
		end = <-ended
		b.add("once the other session has ended its transaction", proof.Step{Text: end.step.text(), Did: outcomeOf(end.did)})
	}
	return b.steps, nil
}

// follow runs the script and tells each step as it begins.
func follow(ctx context.Context, s *verify.Session, units []unit, began chan<- *planned) reached {
	var end reached
	for i := range units {
		for k := range units[i].steps {
			end = reached{step: &units[i].steps[k]}
			began <- end.step
			if end.did = outcome(s.Exec(ctx, end.step.sql), ""); len(end.did) > 0 {
				return end
			}
		}
	}
	return end
}

func latest(began <-chan *planned) (current *planned) {
	for {
		select {
		case current = <-began:
		default:
			return current
		}
	}
}

func outcomeOf(did []string) []string {
	if len(did) == 0 {
		return []string{works}
	}
	return did
}

func (b *besides) waiting(ctx context.Context) (waiting bool, err error) {
	err = b.third.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND pid = $1::int)", b.pid).Scan(&waiting)
	return waiting, err
}

// queue tries whether those who come now wait behind the script.
func (b *besides) queue(ctx context.Context) error {
	if _, err := b.third.Exec(ctx, "SET lock_timeout = '100ms'"); err != nil {
		return err
	}
	_, err := b.third.Exec(ctx, b.sends[0])
	did := outcome(err, works)
	if e := (*pgconn.PgError)(nil); errors.As(err, &e) && e.Code == lockNotAvailable {
		did = []string{queues}
	}
	b.add("a third session sends what the other did", proof.Step{Text: b.sends[0], Did: did})
	return nil
}

// judgeBeside holds what runBeside recorded against what is claimed.
func judgeBeside(script string, steps []proof.Step, claimed []string) (problems []string) {
	if len(steps) == 0 {
		return []string{script + ": not recorded beside another session: write other.sql, and run TestProofsOnServer with -record"}
	}
	got := ""
	others := steps[1].Text
	seen := []string{}
	for _, s := range steps[2:] {
		for _, text := range s.Did {
			switch {
			case strings.HasPrefix(text, "fail 40P01 "):
				seen = append(seen, deadlocks)
			case text == queues:
				seen = append(seen, text)
			case slices.Contains(outcomes, text) && s.Text != others:
				got = text
			}
		}
	}
	seen = append(seen, got)
	for _, want := range claimed {
		if !slices.Contains(seen, want) {
			problems = append(problems, fmt.Sprintf("%s beside another session: %s, expected %q", script, strings.Join(seen, ", "), want))
		}
	}
	return problems
}
