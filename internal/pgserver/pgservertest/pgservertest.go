// Package pgservertest gives tests the PostgreSQL servers they ask for.
package pgservertest

import (
	"os"
	"testing"

	"github.com/miglint/miglint/internal/pgserver"
)

// Each runs f once for each PostgreSQL major that is to be had, on a server of
// its own.
func Each(t *testing.T, f func(t *testing.T, s *pgserver.Server)) {
	t.Helper()
	s, err := pgserver.Start(t.Context(), pgserver.Options{DatabaseURL: os.Getenv("MIGLINT_DATABASE_URL")})
	if err != nil {
		t.Skipf("no PostgreSQL: %v", err)
	}
	defer s.Close()
	f(t, s)
}
