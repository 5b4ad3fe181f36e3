package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/goccy/go-yaml/ast"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
)

// lockTimeoutRule is the rule whose severity lock-timeout.missing sets.
const lockTimeoutRule = "lock-timeout-missing"

// Oldest and newest PostgreSQL majors whose behaviour miglint knows.
const (
	MinPostgres = 14
	MaxPostgres = 18
)

// key is a key of the configuration and how its value is read.
type key struct {
	name string
	read func(r *reader, c *Config, n ast.Node)
}

// keys are the keys at the top of the file.
func keys() []key {
	return []key{
		{"postgres", (*reader).postgres},
		{"framework", func(r *reader, c *Config, n ast.Node) {
			c.Framework, _ = r.choice(n, "framework", Frameworks())
		}},
		{"transaction", func(r *reader, c *Config, n ast.Node) {
			c.Transaction, _ = r.choice(n, "transaction", Transactions())
		}},
		{"multi-statement", func(r *reader, c *Config, n ast.Node) {
			c.MultiStatement = r.boolean(n, "multi-statement")
		}},
		{"paths", func(r *reader, c *Config, n ast.Node) {
			r.strs(n, "a path", func(s string, n ast.Node) {
				if s, ok := r.path(n, "path", s); ok {
					c.Paths = append(c.Paths, s)
				}
			})
		}},
		{"exclude", func(r *reader, c *Config, n ast.Node) {
			r.strs(n, "a pattern", func(s string, n ast.Node) {
				if !doublestar.ValidatePattern(s) {
					r.fail(n, "%q is no valid pattern: expected a path with *, ** or ?", s)
				}
				c.Exclude = append(c.Exclude, s)
			})
		}},
		{"layouts", (*reader).layouts},
		{"schema", func(r *reader, c *Config, n ast.Node) {
			if s, ok := r.str(n, "schema"); ok {
				c.Schema, _ = r.path(n, "schema", s)
			}
		}},
		{"placeholders", (*reader).placeholders},
		{"down", func(r *reader, c *Config, n ast.Node) {
			word, _ := r.choice(n, "value of down", []string{"optional", "never"})
			c.NoDowns = word == "never"
		}},
		{"deprecated", func(r *reader, c *Config, n ast.Node) {
			r.strs(n, "a deprecated column", func(s string, n ast.Node) {
				if _, _, _, ok := analyzer.SplitColumn(s); !ok {
					r.fail(n, "%q is no column: expected table.column or schema.table.column", s)
				}
				c.Deprecated = append(c.Deprecated, s)
			})
		}},
		{"min-age", func(r *reader, c *Config, n ast.Node) { c.MinAge = r.duration(n, "min-age", "14d") }},
		{"lock-timeout", (*reader).lockTimeout},
		{"small-tables", func(r *reader, c *Config, n ast.Node) {
			r.strs(n, "a small table", func(s string, _ ast.Node) { c.SmallTables = append(c.SmallTables, s) })
		}},
		{"rules", func(r *reader, c *Config, n ast.Node) {
			r.mapping(n, "rules", func(name string, k, v ast.Node) { r.rule(c, name, k, v) })
		}},
		{"fail-on", func(r *reader, c *Config, n ast.Node) {
			if word, ok := r.choice(n, "value of fail-on", FailOns()); ok {
				c.FailOn = ParseFailOn(word)
			}
		}},
	}
}

// Frameworks are the values of framework.
func Frameworks() []string {
	var names []string
	for _, f := range migration.Frameworks() {
		names = append(names, f.Name)
	}
	return names
}

// Transactions are the values of transaction.
func Transactions() []string { return []string{"statement", "file", "run", "implicit"} }

// FailOns are the values of fail-on.
func FailOns() []string { return []string{"error", "warning", "info", "never"} }

// ParseFailOn reads one of FailOns; never is analyzer.Off.
func ParseFailOn(word string) analyzer.Severity {
	if word == "never" {
		return analyzer.Off
	}
	severity, _ := analyzer.ParseSeverity(word)
	return severity
}

// ParsePostgres reads a major version.
func ParsePostgres(s string) (int, error) {
	if major, err := strconv.Atoi(s); err == nil && major >= MinPostgres && major <= MaxPostgres {
		return major, nil
	}
	return 0, fmt.Errorf("%q is no PostgreSQL major version that miglint knows: expected %d to %d", s, MinPostgres, MaxPostgres)
}

func (r *reader) key(c *Config, table []key, what, name string, k, v ast.Node) {
	names := make([]string, 0, len(table))
	for _, entry := range table {
		if entry.name == name {
			entry.read(r, c, v)
			return
		}
		names = append(names, entry.name)
	}
	msg := Unknown(what, name, names)
	if strings.HasSuffix(msg, strconv.Quote(name)) {
		msg += ": the keys are " + strings.Join(names, ", ")
	}
	r.fail(k, "%s", msg)
}

func (r *reader) postgres(c *Config, n ast.Node) {
	s, ok := r.str(n, "postgres")
	if !ok {
		return
	}
	major, err := ParsePostgres(s)
	if err != nil {
		r.fail(n, "%v", err)
	}
	c.Postgres = major
}

func (r *reader) placeholders(c *Config, n ast.Node) {
	c.Placeholders = map[string]string{}
	r.mapping(n, "placeholders", func(name string, _, v ast.Node) {
		value, ok := scalar(v)
		if !ok {
			r.fail(v, "placeholder %s must be a single value", name)
		}
		c.Placeholders[name] = value
	})
}

func (r *reader) lockTimeout(c *Config, n ast.Node) {
	table := []key{
		{"set-by-role", func(r *reader, c *Config, n ast.Node) {
			c.TimeoutByRole = r.boolean(n, "set-by-role")
		}},
		{"max", func(r *reader, c *Config, n ast.Node) {
			c.MaxLockTimeout = r.duration(n, "max", "10s")
		}},
		{"missing", func(r *reader, c *Config, n ast.Node) { r.severity(c, lockTimeoutRule, n) }},
	}
	r.mapping(n, "lock-timeout", func(name string, k, v ast.Node) { r.key(c, table, "key of lock-timeout", name, k, v) })
}

// rule reads one entry of rules. A foreign name may stand for several rules.
func (r *reader) rule(c *Config, name string, k, v ast.Node) {
	found := Resolve(r.rules, name)
	if len(found) == 0 {
		r.fail(k, "%s", UnknownRule(name, r.rules))
		return
	}
	for _, rule := range found {
		if line, twice := c.severitiesSetAt[rule.Name]; twice {
			r.fail(k, "the severity of rule %s is already set on line %d", rule.Name, line)
			return
		}
	}
	for _, rule := range found {
		r.severity(c, rule.Name, v)
	}
}

func (r *reader) severity(c *Config, rule string, n ast.Node) {
	if line, twice := c.severitiesSetAt[rule]; twice {
		r.fail(n, "the severity of rule %s is already set on line %d", rule, line)
		return
	}
	word, ok := r.choice(n, "severity", []string{"off", "info", "warning", "error"})
	if !ok {
		return
	}
	c.Severities[rule], _ = analyzer.ParseSeverity(word)
	c.severitiesSetAt[rule] = n.GetToken().Position.Line
}

// Resolve returns the rules that a name, or a name in another linter, stands for.
func Resolve(rules []*analyzer.Rule, name string) []*analyzer.Rule {
	var found []*analyzer.Rule
	for _, rule := range rules {
		if rule.Is(name) {
			found = append(found, rule)
		}
	}
	return found
}

// UnknownRule is the message for a rule that does not exist, with the name that
// was probably meant.
func UnknownRule(name string, rules []*analyzer.Rule) string {
	var names []string
	for _, rule := range rules {
		names = append(append(names, rule.Name), rule.Aliases...)
	}
	if near := analyzer.Nearest(name, names); near != "" {
		return fmt.Sprintf("unknown rule %q: did you mean %q?", name, near)
	}
	if i := slices.IndexFunc(names, func(n string) bool { return len(name) > 2 && strings.HasPrefix(n, name) }); i >= 0 {
		return fmt.Sprintf("unknown rule %q: did you mean %q?", name, names[i])
	}
	return fmt.Sprintf("unknown rule %q: `miglint rules` lists them", name)
}

// duration reads a duration with a unit.
func (r *reader) duration(n ast.Node, what, example string) time.Duration {
	s, ok := r.str(n, what)
	if !ok {
		return 0
	}
	if d, ok := analyzer.ParseDuration(s); ok && d >= 0 && strings.IndexFunc(s, isLetter) > 0 {
		return d
	}
	r.fail(n, "%s: %q is no duration: expected a number and a unit (ms, s, min, h, d), as in %s", what, s, example)
	return 0
}

func isLetter(c rune) bool { return c >= 'a' && c <= 'z' }
