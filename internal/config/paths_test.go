package config

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRebase(t *testing.T) {
	top := t.TempDir()
	work := filepath.Join(top, "repo", "db")
	tests := map[string]struct {
		pattern, configDir string
		want               []string // that are relative
	}{
		"configuration here":                 {"old/*.sql", work, []string{"old/*.sql"}},
		"configuration below":                {"*.sql", filepath.Join(work, "a"), []string{"a/*.sql"}},
		"below a folder with meta":           {"*.sql", filepath.Join(work, "a[1]"), []string{`a\[1]/*.sql`}},
		"configuration above":                {"db/old/*.sql", filepath.Join(top, "repo"), []string{"old/*.sql"}},
		"above, by a pattern":                {"d?/old/*.sql", filepath.Join(top, "repo"), []string{"old/*.sql"}},
		"above, any depth":                   {"**/old/*.sql", filepath.Join(top, "repo"), []string{"**/old/*.sql"}},
		"above, any depth from two above on": {"repo/**/x.sql", top, []string{"**/x.sql"}},
		"above, of another folder":           {"app/*.sql", filepath.Join(top, "repo"), nil},
		"beside":                             {"*.sql", filepath.Join(top, "other"), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range rebase(tt.pattern, tt.configDir, work) {
				if !strings.HasPrefix(p, filepath.ToSlash(top)) {
					got = append(got, p)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("patterns differ (-want +got):\n%s", diff)
			}
		})
	}
}
