package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/config"
	"github.com/miglint/miglint/report"
)

// sourceFlags are the flags of every command that reads migrations.
type sourceFlags struct {
	config      string
	framework   choice
	transaction choice
	postgres    major
}

func (f *sourceFlags) register(cmd *cobra.Command) {
	f.framework = choice{what: "framework", valid: config.Frameworks}
	f.transaction = choice{what: "transaction", valid: config.Transactions}
	cmd.Flags().StringVar(&f.config, "config", "", "configuration `file` (default: "+config.FileName+" in the folder checked or above it)")
	_ = cmd.MarkFlagFilename("config", "yaml", "yml") // fails only for a flag that does not exist
	choiceFlag(cmd, &f.framework, "framework", "migration framework `name` (default: detected): "+strings.Join(config.Frameworks(), ", "))
	choiceFlag(cmd, &f.transaction, "transaction", "how the files of a plain folder are `run`: statement (as psql -f does), file, run or implicit")
	cmd.Flags().Var(&f.postgres, "postgres", fmt.Sprintf("`major` version of PostgreSQL to judge by, %d to %d (default %d, the oldest)",
		config.MinPostgres, config.MaxPostgres, analyzer.DefaultMajor))
}

// apply overrides what the configuration file says.
func (f *sourceFlags) apply(c *config.Config) {
	if f.framework.value != "" {
		c.Framework = f.framework.value
	}
	if f.transaction.value != "" {
		c.Transaction = f.transaction.value
	}
	if f.postgres != 0 {
		c.Postgres = int(f.postgres)
	}
}

// lintFlags are the flags of miglint itself.
type lintFlags struct {
	sourceFlags
	format       choice
	failOn       choice
	color        choice
	rules        []string
	exclude      []string
	changedFiles bool
	base         string
}

func (f *lintFlags) register(cmd *cobra.Command) {
	f.sourceFlags.register(cmd)
	f.format = choice{what: "format", valid: formatNames, value: formatNames()[0]}
	f.failOn = choice{what: "severity", valid: config.FailOns}
	f.color = choice{what: "mode", valid: words("auto", "always", "never"), value: "auto"}
	choiceFlag(cmd, &f.format, "format", "output `format`: "+strings.Join(formatNames(), ", "))
	choiceFlag(cmd, &f.failOn, "fail-on", "lowest `severity` that makes the exit code 1: error, warning, info or never (default error)")
	choiceFlag(cmd, &f.color, "color", "`when` to colour text: auto, always or never")
	cmd.Flags().StringSliceVar(&f.rules, "rules", nil, "run only these `rules`, opt-in ones too (files that cannot be read are still reported)")
	cmd.Flags().StringSliceVar(&f.exclude, "exclude", nil, "leave out these `rules`")
	cmd.Flags().BoolVar(&f.changedFiles, "changed-files", false,
		"the paths are changed files: judge only them, with the folder around each as history, and skip what is no migration")
	cmd.Flags().StringVar(&f.base, "base", "",
		"`branch` that the changed files are to be merged into: git says what they were there")
}

func formatNames() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// completeRules completes the values of --rules and --exclude.
func completeRules(cmd *cobra.Command, rules []*analyzer.Rule) {
	for _, name := range []string{"rules", "exclude"} {
		_ = cmd.RegisterFlagCompletionFunc(name, // fails only for a flag that does not exist
			func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
				return ruleNames(rules), cobra.ShellCompDirectiveNoFileComp
			})
	}
}

// major is a flag that takes a PostgreSQL major version.
type major int

// String is the version, "" if none was given.
func (m *major) String() string {
	if *m == 0 {
		return ""
	}
	return fmt.Sprint(int(*m))
}

// Type names the value in the help text.
func (m *major) Type() string { return "major" }

// Set accepts the majors that miglint knows.
func (m *major) Set(s string) error {
	v, err := config.ParsePostgres(s)
	*m = major(v)
	return err
}

// flagError rewrites what the flag package says: the valid values or the nearest
// flag.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s: %w", invalid.GetFlag().Name, invalid.Unwrap())
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() == "":
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		name := unknown.GetSpecifiedName()
		if near := analyzer.Nearest(name, names); near != "" {
			return fmt.Errorf("unknown flag --%s: did you mean --%s?", name, near)
		}
		return fmt.Errorf("unknown flag --%s: `%s --help` lists them", name, cmd.CommandPath())
	}
	return err
}

// choice is a flag that takes one of several words.
type choice struct {
	what  string
	valid func() []string
	value string
}

// String is the word chosen.
func (c *choice) String() string { return c.value }

// Type names the value in the help text.
func (c *choice) Type() string { return c.what }

// Set accepts only the valid words.
func (c *choice) Set(s string) error {
	for _, v := range c.valid() {
		if s == v {
			c.value = s
			return nil
		}
	}
	return errors.New(config.Unknown(c.what, s, c.valid()))
}

func words(w ...string) func() []string { return func() []string { return w } }

// choiceFlag adds a flag that takes one of several words and completes them.
func choiceFlag(cmd *cobra.Command, c *choice, name, usage string) {
	cmd.Flags().Var(c, name, usage)
	_ = cmd.RegisterFlagCompletionFunc(name, // fails only for a flag that does not exist
		func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return c.valid(), cobra.ShellCompDirectiveNoFileComp
		})
}
