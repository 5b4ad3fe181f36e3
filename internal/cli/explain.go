package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/config"
)

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain rule",
		Short: "Say why a rule matters, what to write instead, and when to ignore it",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("explain expects the name of one rule: `miglint rules` lists them")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return ruleNames(a.rules), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			found := config.Resolve(a.rules, args[0])
			if len(found) == 0 {
				return errors.New(config.UnknownRule(args[0], a.rules))
			}
			for i, r := range found {
				if i > 0 {
					fmt.Fprintln(a.stdout)
				}
				explain(a.stdout, r)
			}
			return nil
		},
	}
}

// explain prints the page of a rule.
func explain(w io.Writer, r *analyzer.Rule) {
	fmt.Fprintf(w, "%s\n  %s\n\n", r.Name, r.Summary)
	opt := ""
	if r.OptIn {
		opt = ", opt-in: name it under rules: or --rules to switch it on"
	}
	fmt.Fprintf(w, "Severity: %s (%s)%s\n", r.Severity, r.Concern, opt)
	if len(r.Aliases) > 0 {
		fmt.Fprintf(w, "Also known as: %s\n", strings.Join(r.Aliases, ", "))
	}
	if r.MinPG > 0 || r.MaxPG > 0 {
		fmt.Fprintf(w, "PostgreSQL: %s\n", majors(r))
	}
	section(w, "Why", wrap(r.Why))
	section(w, "What to write instead", wrap(r.Instead))
	except := r.Except
	if except == "" {
		except = "Never."
	}
	section(w, "When to ignore it", wrap(except))
	section(w, "Bad", r.Bad)
	section(w, "Good", r.Good)
	fmt.Fprintf(w, "\nTo accept one finding, write above its statement:\n  -- miglint:ignore %s the reason why it is safe here\n", r.Name)
}

func majors(r *analyzer.Rule) string {
	switch {
	case r.MinPG == 0:
		return fmt.Sprintf("up to %d", r.MaxPG)
	case r.MaxPG == 0:
		return fmt.Sprintf("%d and later", r.MinPG)
	}
	return fmt.Sprintf("%d to %d", r.MinPG, r.MaxPG)
}

// section prints a heading and its text, indented.
func section(w io.Writer, heading, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	fmt.Fprintf(w, "\n%s\n", heading)
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		fmt.Fprintln(w, strings.TrimRight("  "+line, " "))
	}
}

// wrapWidth is where prose is broken, so that it reads well on any terminal.
const wrapWidth = 92

// wrap breaks the paragraphs of a Markdown text. Indented and fenced lines, lists
// and tables stay as they are.
func wrap(text string) string {
	var b strings.Builder
	fenced := false
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if fenced || line == "" || strings.HasPrefix(line, " ") || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "```") {
			b.WriteString(line + "\n")
			continue
		}
		indent := ""
		if strings.HasPrefix(line, "- ") {
			indent = "  "
		}
		width := 0
		for i, word := range strings.Fields(line) {
			n := len([]rune(word))
			switch {
			case i > 0 && width+1+n > wrapWidth:
				b.WriteString("\n" + indent)
				width = len(indent)
			case i > 0:
				b.WriteByte(' ')
				width++
			}
			b.WriteString(word)
			width += n
		}
		b.WriteByte('\n')
	}
	return b.String()
}
