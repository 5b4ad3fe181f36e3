package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/miglint/miglint/analyzer"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestGoldens(t *testing.T) {
	none := &analyzer.Result{Summary: analyzer.Summary{Migrations: 1, Statements: 2, Ignored: 3}}
	tests := []struct {
		golden string
		format *Format
		res    *analyzer.Result
		opts   Options
	}{
		{"pipe.txt", textFormat, fixture(), Options{}},
		{"terminal.txt", textFormat, fixture(), Options{Width: 72}},
		{"narrow.txt", textFormat, fixture(), Options{Width: 10}},
		{"color.txt", textFormat, fixture(), Options{Color: true, Width: 100}},
		{"none.txt", textFormat, none, Options{}},
		{"findings.json", jsonFormat, fixture(), Options{Version: "1.2.3"}},
		{"none.json", jsonFormat, none, Options{Version: "1.2.3"}},
		{"github.txt", githubFormat, fixture(), Options{}},
		{"none-github.txt", githubFormat, none, Options{}},
	}
	for _, tt := range tests {
		t.Run(tt.golden, func(t *testing.T) {
			var got bytes.Buffer
			if err := Write(&got, tt.format, tt.res, tt.opts); err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", tt.golden)
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("differs from %s; rerun with -update if that is meant (-want +got):\n%s", golden, diff)
			}
		})
	}
}
