package cli

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/miglint/miglint/analyzer"
)

func (a *app) rulesCommand() *cobra.Command {
	format := choice{what: "format", valid: words("text", "json"), value: "text"}
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if format.value == "json" {
				return a.rulesJSON()
			}
			return a.rulesText()
		},
	}
	choiceFlag(cmd, &format, "format", "output `format`: text or json")
	return cmd
}

func (a *app) rulesText() error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "RULE\tSEVERITY\tCONCERN\tDEFAULT\tSUMMARY")
	for _, r := range a.rules {
		on := "on"
		if r.OptIn {
			on = "opt-in"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.Name, r.Severity, r.Concern, on, r.Summary)
	}
	return w.Flush()
}

// ruleJSON is a rule as `rules --format json` prints it.
type ruleJSON struct {
	Name     string   `json:"name"`
	Aliases  []string `json:"aliases"`
	Severity string   `json:"severity"`
	Concern  string   `json:"concern"`
	OptIn    bool     `json:"opt_in"`
	Since    string   `json:"since"`
	Summary  string   `json:"summary"`
}

func (a *app) rulesJSON() error {
	list := make([]ruleJSON, 0, len(a.rules))
	for _, r := range a.rules {
		list = append(list, ruleJSON{r.Name, append([]string{}, r.Aliases...), r.Severity.String(), r.Concern.String(),
			r.OptIn, r.Since, r.Summary})
	}
	return a.printJSON(list)
}

func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// ruleNames are the names of all rules, for completion.
func ruleNames(rules []*analyzer.Rule) []string {
	names := make([]string, 0, len(rules))
	for _, r := range rules {
		names = append(names, r.Name)
	}
	return names
}
