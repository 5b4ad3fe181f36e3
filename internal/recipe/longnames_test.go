package recipe

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLongNames(t *testing.T) {
	long := strings.Repeat("n", 64)
	for before := range 130 { // wherever the name begins
		blank := strings.Repeat(" ", before)
		for _, c := range []struct {
			sql  string
			want [][2]int
		}{
			{blank + long, [][2]int{{before, before + 64}}},
			{blank + long + " x", [][2]int{{before, before + 64}}},
			{blank + long[1:] + " x", nil},
			{blank + `"` + long + `"`, [][2]int{{before + 1, before + 65}}},
			{blank + "'" + long + "'", nil},
			{blank + "-- " + long, nil},
		} {
			if diff := cmp.Diff(c.want, LongNames(c.sql, 63)); diff != "" {
				t.Errorf("%q (-want +got):\n%s", c.sql, diff)
			}
		}
	}
}
