package config

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/miglint/miglint/migration"
)

// Source are the decisions that loading migrations needs. Their patterns match
// paths as Display shows them from base.
func (c *Config) Source(base string) migration.Options {
	opts := migration.Options{
		Framework:      c.Framework,
		Transaction:    c.Transaction,
		MultiStatement: c.MultiStatement,
		Placeholders:   c.Placeholders,
	}
	for _, pattern := range c.Exclude {
		opts.Exclude = append(opts.Exclude, rebase(pattern, c.Dir, base)...)
	}
	for _, l := range c.Layouts {
		l := *l
		var folders []string
		for _, pattern := range l.Folders {
			for _, p := range rebase(pattern, c.Dir, base) {
				folders = append(folders, path.Clean(p))
			}
		}
		l.Folders = folders
		opts.Layouts = append(opts.Layouts, &l)
	}
	return opts
}

// Repository is the nearest folder at or above dir that holds .git, "" if none.
func Repository(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// Display is an absolute path as it is shown to somebody who works in base:
// slash separated, relative to base if it is below it ("" for base itself), else
// absolute. Without a base everything is absolute.
func Display(abs, base string) string {
	if base == "" {
		return filepath.ToSlash(abs)
	}
	rel, err := filepath.Rel(base, abs)
	switch {
	case err != nil || !filepath.IsLocal(rel):
		return filepath.ToSlash(abs)
	case rel == ".":
		return ""
	}
	return filepath.ToSlash(rel)
}

// rebase turns a pattern relative to the configuration's folder into the patterns
// that match display paths: those below base are relative to it, the others
// absolute.
func rebase(pattern, configDir, base string) []string {
	if strings.HasPrefix(pattern, "**/") {
		return []string{pattern}
	}
	patterns := []string{escapeMeta(filepath.ToSlash(configDir)) + "/" + pattern}
	if base == "" {
		return patterns
	}
	if below, err := filepath.Rel(base, configDir); err == nil && filepath.IsLocal(below) {
		if below == "." {
			return append(patterns, pattern)
		}
		return append(patterns, escapeMeta(filepath.ToSlash(below))+"/"+pattern)
	}
	above, err := filepath.Rel(configDir, base)
	if err != nil || !filepath.IsLocal(above) {
		return patterns
	}
	rest := pattern
	for _, folder := range strings.Split(filepath.ToSlash(above), "/") {
		first, after, more := strings.Cut(rest, "/")
		if first == "**" {
			break
		}
		if !more || !matches(first, folder) {
			return patterns
		}
		rest = after
	}
	return append(patterns, rest)
}

// matches reports whether one segment of a pattern matches a folder name.
func matches(segment, name string) bool {
	ok, err := doublestar.Match(segment, name)
	return ok && err == nil
}

// escapeMeta makes a path match only itself.
func escapeMeta(p string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`).Replace(p)
}
