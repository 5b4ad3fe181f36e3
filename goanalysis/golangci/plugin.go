// Package golangci is miglint as a module plugin of golangci-lint.
package golangci

import (
	"fmt"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/miglint/miglint/goanalysis"
)

// Settings are what .golangci.yml says under linters.settings.custom.miglint.settings.
// Everything else is decided in miglint.yaml, where the command line reads it too.
type Settings struct {
	// Config is the file to read instead of the miglint.yaml found from the folder of
	// each package upward, relative to where golangci-lint runs.
	Config string `json:"config"`
}

// golangci-lint imports a plugin for nothing but this.
func init() { //nolint:gochecknoinits // it is how golangci-lint finds its plugins
	register.Plugin("miglint", New)
}

// New makes the plugin from its settings; one that does not exist is an error.
func New(settings any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](settings)
	if err != nil {
		return nil, fmt.Errorf("settings of miglint in .golangci.yml: %w: expected config: path of a miglint.yaml, or nothing", err)
	}
	return plugin{s}, nil
}

type plugin struct{ settings Settings }

// BuildAnalyzers returns the one analyzer.
func (p plugin) BuildAnalyzers() ([]*analysis.Analyzer, error) {
	return []*analysis.Analyzer{goanalysis.New(p.settings.Config)}, nil
}

// GetLoadMode says that no types are needed: migrations are read from their
// syntax.
func (plugin) GetLoadMode() string { return register.LoadModeSyntax }
