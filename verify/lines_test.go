package verify_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/verify"
)

// The builds of a table are part of its rewrite, if there is one.
func TestComparableBuilds(t *testing.T) {
	key := catalog.Key{Schema: "public", Name: "t"}
	tests := []struct {
		name     string
		maybe    bool
		measured []string
		want     []string
	}{
		{"rewritten", false, []string{"rewrite public.t"}, []string{"rewrite public.t"}},
		{"possibly, and it was", true, []string{"rewrite public.t"}, []string{"rewrite public.t maybe"}},
		{"possibly, and it was not", true, []string{"build public.t x"}, []string{"rewrite public.t maybe", "build public.t x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			predicted := effect.Effect{
				Rewrites: []effect.Relation{{Key: key, Maybe: test.maybe}},
				Builds:   []effect.Build{{Table: key, Index: "x"}},
			}
			in := verify.Context{Before: catalog.New()}
			e := in.Comparable(&predicted, test.measured)
			if diff := cmp.Diff(test.want, slices.Clone(verify.Lines(&e))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
