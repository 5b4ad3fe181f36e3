package verify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/verify"
)

func TestSchemaDiff(t *testing.T) {
	s := verify.Schema{"a", "b", "d"}
	if diff := cmp.Diff([]string{"-a", "+c", "-d", "+e"}, s.Diff(verify.Schema{"b", "c", "e"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := s.Diff(s); len(diff) > 0 {
		t.Errorf("a schema differs from itself: %q", diff)
	}
}
