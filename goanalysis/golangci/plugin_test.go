package golangci_test

import (
	"strings"
	"testing"

	"github.com/golangci/plugin-module-register/register"

	_ "github.com/miglint/miglint/goanalysis/golangci"
)

func TestPlugin(t *testing.T) {
	create, err := register.GetPlugin("miglint")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		settings any
		config   string
		wantErr  string
	}{
		"no settings":     {nil, "", ""},
		"config":          {map[string]any{"config": "ci/miglint.yaml"}, "ci/miglint.yaml", ""},
		"unknown setting": {map[string]any{"confg": "x"}, "", `unknown field "confg": expected config`},
		"wrong type":      {map[string]any{"config": 1}, "", "cannot unmarshal number"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, err := create(tt.settings)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) {
					t.Errorf("error %v, want one with %q", err, tt.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			as, err := p.BuildAnalyzers()
			if err != nil || len(as) != 1 {
				t.Fatalf("analyzers %v, error %v, want one", as, err)
			}
			if got := as[0].Flags.Lookup("config").Value.String(); got != tt.config {
				t.Errorf("config = %q, want %q", got, tt.config)
			}
			if p.GetLoadMode() != register.LoadModeSyntax {
				t.Errorf("load mode %q", p.GetLoadMode())
			}
		})
	}
}
