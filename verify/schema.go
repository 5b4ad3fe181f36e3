package verify

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5/pgconn"
)

// Schema is what is in a database, one fact a line ("column public.t.a: type
// integer"), sorted. Names are not quoted; temporary objects are in pg_temp.
// Members of extensions and what initdb made are left out.
//
// Two schemas are the same if their lines are. The lines have what a
// catalog.Catalog knows, so that Session.Facts and SchemaOf of a catalog can be
// compared.
type Schema []string

// Facts reads the schema of the session's database as far as a catalog has it, as
// the running transaction sees it. It takes no lock on a relation outside
// pg_catalog.
func (s *Session) Facts(ctx context.Context) (Schema, error) {
	// Planning the query takes longer than running it. DISCARD ALL forgets the plan.
	results, err := s.conn.Exec(ctx, "SELECT FROM pg_catalog.pg_prepared_statements WHERE name = '"+factsStatement+"'").ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the schema from pg_catalog: %w", err)
	}
	if len(results[0].Rows) == 0 {
		if _, err := s.conn.Prepare(ctx, factsStatement, schemaQuery, nil); err != nil {
			return nil, fmt.Errorf("reading the schema from pg_catalog: %w", err)
		}
	}
	result := s.conn.ExecPrepared(ctx, factsStatement, nil, nil, nil).Read()
	s.notices = nil
	return schemaLines([]*pgconn.Result{result}, result.Err)
}

// factsStatement is the prepared statement of Facts.
const factsStatement = "miglint_facts"

// Schema is Facts with the server's own text of every default, expression,
// constraint, index, view and function, and with privileges. A catalog has no
// counterpart; another server does.
func (s *Session) Schema(ctx context.Context) (Schema, error) {
	facts, err := s.Facts(ctx)
	if err != nil {
		return nil, err
	}
	definitions, err := readSchema(ctx, s.conn, definitionQuery)
	if err != nil {
		return nil, err
	}
	facts = append(facts, definitions...)
	slices.Sort(facts)
	return facts, nil
}

func readSchema(ctx context.Context, conn *pgconn.PgConn, query string) (Schema, error) {
	results, err := conn.Exec(ctx, query).ReadAll()
	return schemaLines(results, err)
}

func schemaLines(results []*pgconn.Result, err error) (Schema, error) {
	if err != nil {
		return nil, fmt.Errorf("reading the schema from pg_catalog: %w", err)
	}
	var s Schema
	for _, r := range results {
		for _, row := range r.Rows {
			if row[0] != nil { // no comment, say
				s = append(s, string(row[0]))
			}
		}
	}
	slices.Sort(s)
	return slices.Compact(s), nil
}

// Diff returns the lines of s that t lacks, each after "-", and those that only t
// has, each after "+", in order.
func (s Schema) Diff(t Schema) []string {
	var diff []string
	for len(s) > 0 || len(t) > 0 {
		switch {
		case len(t) == 0 || len(s) > 0 && s[0] < t[0]:
			diff = append(diff, "-"+s[0])
			s = s[1:]
		case len(s) == 0 || t[0] < s[0]:
			diff = append(diff, "+"+t[0])
			t = t[1:]
		default:
			s, t = s[1:], t[1:]
		}
	}
	return diff
}
