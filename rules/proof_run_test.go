package rules_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/miglint/miglint/internal/proof"
	"github.com/miglint/miglint/sqlast"
	"github.com/miglint/miglint/verify"
)

// proofRun is one run of a plan.
type proofRun struct {
	s     *verify.Session
	plan  *plan
	files map[string]string // of the proof
	steps []proof.Step

	before verify.Schema // the last migration
}

// secondRun is the heading of what a plan does when it is run again.
const secondRun = "# run again"

// runPlan runs a plan in an emptied database on top of the set-up, with rows in
// every table before each migration, and returns what was measured. It stops at
// the first statement that fails, as frameworks do. The schema that it leaves is
// nil then.
func runPlan(ctx context.Context, s *verify.Session, p *plan, files map[string]string, c *claims) ([]proof.Step, verify.Schema, error) {
	if err := s.Reset(ctx); err != nil {
		return nil, nil, err
	}
	for _, name := range []string{"cleanup.sql", "setup.sql"} {
		if err := s.Exec(ctx, files[name]); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	r := &proofRun{s: s, plan: p, files: files}
	failed, err := r.units(ctx, true)
	if err == nil {
		err = r.probe(ctx, "after")
	}
	if err != nil {
		return nil, nil, err
	}
	var schema verify.Schema
	if !failed {
		if schema, err = r.schema(ctx); err != nil {
			return nil, nil, err
		}
	}
	if c.inverts() && !failed {
		if err := r.invert(ctx); err != nil {
			return nil, nil, err
		}
	}
	if len(c.again) > 0 {
		r.steps = append(r.steps, proof.Step{Text: secondRun})
		if _, err := r.units(ctx, false); err != nil {
			return nil, nil, err
		}
	}
	r.afterwards(ctx)
	if sql := files["cleanup.sql"]; sql != "" {
		if err := errors.Join(s.Reset(ctx), s.Exec(ctx, sql)); err != nil {
			return nil, nil, fmt.Errorf("cleanup.sql: %w", err)
		}
	}
	return r.steps, schema, nil
}

// schema reads the schema. Who happens to own it is called owner.
func (r *proofRun) schema(ctx context.Context) (verify.Schema, error) {
	schema, err := r.s.Schema(ctx)
	if err != nil {
		return nil, err
	}
	user, err := r.s.Query(ctx, "SELECT session_user")
	if err != nil {
		return nil, err
	}
	owner := strings.NewReplacer(": "+user[0][0]+"=", ": owner=", "/"+user[0][0], "/owner")
	for i, line := range schema {
		if strings.HasPrefix(line, "privileges ") {
			schema[i] = owner.Replace(line)
		}
	}
	return schema, nil
}

// notAsBefore is the heading of what differs after the down.
const notAsBefore = "# after up and down it is not as before"

// invert runs the down of the last migration.
func (r *proofRun) invert(ctx context.Context) error {
	if r.plan.down == nil {
		return errors.New("there is no down")
	}
	r.steps = append(r.steps, proof.Heading(r.plan.down.name))
	for i := range r.plan.down.steps {
		step, err := r.step(ctx, &r.plan.down.steps[i], "")
		if err != nil {
			return err
		}
		r.steps = append(r.steps, step)
	}
	schema, err := r.schema(ctx)
	if err != nil {
		return err
	}
	if diff := r.before.Diff(schema); len(diff) > 0 {
		r.steps = append(r.steps, proof.Step{Text: notAsBefore, Did: onLines(diff)})
	}
	return nil
}

// onLines puts facts that have several lines, such as definitions, on one each.
func onLines(facts []string) []string {
	lines := make([]string, len(facts))
	for i, fact := range facts {
		lines[i] = strings.Join(strings.Fields(fact), " ")
	}
	return lines
}

// asSent runs a plan again, unmeasured, with each batch that goes to the server
// as one query sent as one, and returns the SQLSTATE that it ends with. Measuring
// takes such a batch apart, in a transaction like the one that the server makes
// of it.
func asSent(ctx context.Context, s *verify.Session, p *plan, files map[string]string) (string, error) {
	r := &proofRun{s: s, plan: p, files: files}
	if err := errors.Join(s.Reset(ctx), s.Exec(ctx, files["setup.sql"])); err != nil {
		return "", err
	}
	for i := range p.units {
		if err := r.fill(ctx, i); err != nil {
			return "", err
		}
		for _, sql := range p.units[i].queries() {
			if did := outcome(s.Exec(ctx, sql), ""); len(did) > 0 {
				return failedWith(did), nil
			}
		}
	}
	return "", nil
}

// units runs the migrations and reports whether a statement failed.
func (r *proofRun) units(ctx context.Context, first bool) (failed bool, err error) {
	for i := range r.plan.units {
		u := &r.plan.units[i]
		if err := r.fill(ctx, i); err != nil {
			return false, err
		}
		if first && i == r.plan.history {
			if r.before, err = r.schema(ctx); err != nil {
				return false, err
			}
			if err := r.probe(ctx, "before"); err != nil {
				return false, err
			}
		}
		r.steps = append(r.steps, proof.Heading(u.name))
		watch := ""
		if i >= r.plan.history {
			watch = r.files["watch.sql"]
		}
		if err := r.s.Exec(ctx, r.files["role.sql"]); err != nil {
			return false, fmt.Errorf("role.sql: %w", err)
		}
		for k := range u.steps {
			step, err := r.step(ctx, &u.steps[k], watch)
			if err != nil {
				return false, fmt.Errorf("%s: %w", u.name, err)
			}
			r.steps = append(r.steps, step)
			if failedWith(step.Did) != "" {
				return true, r.hangUp(ctx)
			}
		}
		if err := r.hangUp(ctx); err != nil {
			return false, err
		}
	}
	return false, nil
}

// fill gives empty tables rows before a migration: those of rows.sql, or some.
func (r *proofRun) fill(ctx context.Context, unit int) error {
	rows := r.files["rows.sql"]
	switch {
	case unit > r.plan.history:
		return nil // what the example makes stays as it is
	case rows == "":
		return fill(ctx, r.s)
	case unit != r.plan.history:
		return nil
	}
	if err := r.s.Exec(ctx, rows); err != nil {
		return fmt.Errorf("rows.sql: %w", err)
	}
	return nil
}

// hangUp rolls back what is open, as the server does when the connection closes,
// and goes on as a superuser.
func (r *proofRun) hangUp(ctx context.Context) error {
	if r.s.InTransaction() {
		r.steps = append(r.steps, proof.Step{Text: "ROLLBACK -- the connection closes with the transaction open"})
		if err := r.s.Exec(ctx, "ROLLBACK"); err != nil {
			return err
		}
	}
	return r.s.Exec(ctx, "RESET ROLE")
}

// afterwards asks what there is in the end.
func (r *proofRun) afterwards(ctx context.Context) {
	for _, name := range []string{"watch.sql", "shows.sql"} {
		q := strings.TrimSpace(r.files[name])
		if q == "" {
			continue
		}
		r.steps = append(r.steps, proof.Heading("afterwards"))
		for part := range strings.SplitSeq(q, "\n\n") {
			rows, err := r.s.Query(ctx, part)
			did := outcome(err, "")
			if err == nil {
				did = rowLines(rows)
			}
			r.steps = append(r.steps, proof.Step{Text: strings.Join(strings.Fields(part), " "), Did: did})
		}
	}
}

// probe sends what running code sends, and takes it back.
func (r *proofRun) probe(ctx context.Context, when string) error {
	queries := splitLines(r.files["probe.sql"])
	if len(queries) > 0 {
		r.steps = append(r.steps, proof.Heading("running code "+when))
	}
	for _, q := range queries {
		if err := r.s.Exec(ctx, "BEGIN"); err != nil {
			return err
		}
		r.steps = append(r.steps, proof.Step{Text: q, Did: outcome(r.s.Exec(ctx, q), works)})
		if err := r.s.Exec(ctx, "ROLLBACK"); err != nil {
			return err
		}
	}
	return nil
}

// step runs one command. The queries that a framework cuts are sent as they are,
// and so is what only changes transactions and settings.
func (r *proofRun) step(ctx context.Context, planned *planned, watch string) (proof.Step, error) {
	s := r.s
	step := proof.Step{Text: planned.text()}
	if watch != "" && (planned.stmt == nil && planned.sql == "COMMIT" || planned.stmt != nil && !controls(planned.stmt.Statement)) {
		rows, err := s.Query(ctx, watch)
		if err != nil {
			return step, fmt.Errorf("watch.sql: %w", err)
		}
		for _, line := range rowLines(rows) {
			step.Did = append(step.Did, "with "+line)
		}
	}
	if planned.stmt == nil || planned.stmt.Problem != nil || controls(planned.stmt.Statement) {
		step.Did = append(step.Did, outcome(s.Exec(ctx, planned.sql), "")...)
		return step, nil
	}
	e, err := s.Measure(ctx, planned.sql)
	if err != nil {
		return step, err
	}
	step.Did = append(step.Did, verify.Lines(&e)...)
	return step, nil
}

// controls reports whether the statement only changes transactions or settings.
func controls(s *sqlast.Statement) bool {
	for _, op := range s.Ops {
		switch op.(type) {
		case *sqlast.Transaction, *sqlast.Set:
		default:
			return false
		}
	}
	return len(s.Ops) > 0
}

// outcome is the line of an error, or that of success.
func outcome(err error, success string) []string {
	var e *pgconn.PgError
	switch {
	case errors.As(err, &e):
		return onLines([]string{"fail " + e.Code + " " + e.Message})
	case err != nil:
		return []string{"fail " + err.Error()}
	case success != "":
		return []string{success}
	}
	return nil
}

// failedWith is the SQLSTATE in the lines; "" for none.
func failedWith(did []string) string {
	for _, line := range did {
		if rest, ok := strings.CutPrefix(line, "fail "); ok {
			state, _, _ := strings.Cut(rest, " ")
			return state
		}
	}
	return ""
}

func rowLines(rows [][]string) []string {
	var lines []string
	for _, row := range rows {
		lines = append(lines, strings.Join(row, " | "))
	}
	return lines
}

// splitLines parts a file that has one statement on each line.
func splitLines(sql string) []string {
	return slices.DeleteFunc(strings.Split(sql, "\n"), func(line string) bool { return strings.TrimSpace(line) == "" })
}
