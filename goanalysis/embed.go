package goanalysis

import (
	"go/ast"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
)

const embedDirective = "//go:embed "

// embedsSQL reports whether a file embeds something that may be SQL files.
func embedsSQL(f *ast.File) bool {
	for _, spec := range f.Imports {
		if spec.Path.Value == `"embed"` {
			return len(embedPatterns(f)) > 0
		}
	}
	return false
}

// embedPatterns are the patterns of the file's //go:embed lines that can match
// SQL files: of a folder, or ending in .sql.
func embedPatterns(f *ast.File) []string {
	var patterns []string
	for _, group := range f.Comments {
		for _, c := range group.List {
			args, ok := strings.CutPrefix(c.Text, embedDirective)
			for ok && strings.TrimSpace(args) != "" {
				var pattern string
				pattern, args = nextPattern(strings.TrimSpace(args))
				if ext := strings.ToLower(filepath.Ext(pattern)); ext == ".sql" || ext == "" || strings.ContainsAny(ext, "*?[") {
					patterns = append(patterns, pattern)
				}
			}
		}
	}
	return patterns
}

// nextPattern cuts the first of the patterns off, which may be quoted as Go
// strings are.
func nextPattern(args string) (pattern, rest string) {
	if quoted, err := strconv.QuotedPrefix(args); err == nil {
		if pattern, err = strconv.Unquote(quoted); err == nil {
			return pattern, args[len(quoted):]
		}
	}
	if i := strings.IndexAny(args, " \t"); i >= 0 {
		return args[:i], args[i:]
	}
	return args, ""
}

// embedded are the display paths of the SQL files that the file embeds. What
// cannot be read is no concern here: the build says so.
func (p *goPackage) embedded(f *ast.File) []string {
	var found []string
	for _, pattern := range embedPatterns(f) {
		pattern, all := strings.CutPrefix(pattern, "all:")
		if !fs.ValidPath(pattern) {
			continue
		}
		matches, err := filepath.Glob(filepath.Join(escapeGlob(p.folder), filepath.FromSlash(pattern)))
		if err != nil {
			continue
		}
		for _, match := range matches {
			found = append(found, p.sqlBelow(match, all)...)
		}
	}
	return found
}

// escapeGlob makes a folder match only itself.
func escapeGlob(folder string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(folder)
}

// sqlBelow are the SQL files that are top or are below it. Hidden ones are left
// out of a folder, unless all are wanted.
func (p *goPackage) sqlBelow(top string, all bool) []string {
	var found []string
	_ = filepath.WalkDir(top, func(name string, e fs.DirEntry, err error) error {
		hidden := name != top && !all && strings.ContainsAny(filepath.Base(name)[:1], "._")
		switch {
		case err != nil || hidden && e.IsDir():
			return fs.SkipDir
		case hidden || !e.Type().IsRegular() || !strings.EqualFold(filepath.Ext(name), ".sql"):
			return nil
		}
		if rel, err := filepath.Rel(p.folder, name); err == nil {
			found = append(found, filepath.ToSlash(rel))
		}
		return nil
	})
	return found
}
