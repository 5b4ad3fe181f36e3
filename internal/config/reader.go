package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/source"
)

// Error is a mistake in the configuration file.
type Error struct {
	Path         string
	Line, Column int // 1-based
	Message      string
	Excerpt      string // the line, with the mistake underlined
}

// Error is path:line:column, the message, and below it the excerpt.
func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s\n%s", e.Path, e.Line, e.Column, e.Message, e.Excerpt)
}

// reader walks the YAML tree and collects what is wrong with it.
type reader struct {
	file  *source.File
	rules []*analyzer.Rule
	local bool // paths must stay below the file's folder
	errs  []error
}

// parse reads the text of a configuration file. The error joins an *Error for
// each mistake.
func parse(path string, text []byte, rules []*analyzer.Rule, local bool) (*Config, error) {
	r := &reader{file: source.NewFile(path, text), rules: rules, local: local}
	c := Default()
	c.Path = path
	c.severitiesSetAt = map[string]int{}
	if body := r.document(text); body != nil {
		r.mapping(body, "the configuration", func(name string, k, v ast.Node) { r.key(c, keys(), "key", name, k, v) })
	}
	if len(r.errs) > 0 {
		return nil, errors.Join(r.errs...)
	}
	return c, nil
}

// document returns the one document's body, or nil.
func (r *reader) document(text []byte) (body ast.Node) {
	// The file may come from anybody, and the YAML parser is not ours: a crash in
	// it is a mistake in the file.
	defer func() {
		if v := recover(); v != nil {
			r.failAt(1, 1, 1, "this is not readable as YAML")
			body = nil
		}
	}()
	if !utf8.Valid(text) {
		r.failAt(1, 1, 1, "the configuration must be UTF-8 text")
		return nil
	}
	tokens := lexer.Tokenize(string(text))
	if t := tooDeep(tokens); t != nil {
		r.failToken(t, "nested too deep: a configuration has at most four levels")
		return nil
	}
	f, err := parser.Parse(tokens, 0)
	if err != nil {
		r.syntax(err)
		return nil
	}
	var bodies []ast.Node
	for _, d := range f.Docs {
		if d.Body != nil {
			bodies = append(bodies, d.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil
	case 1:
		return bodies[0]
	}
	r.fail(bodies[1], "a second YAML document: a configuration has one")
	return nil
}

// maxNesting is far more than a configuration needs; the YAML parser takes
// quadratic time on deeper ones.
const maxNesting = 16

// tooDeep returns the token that opens one level too many, nil if there is none.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets, dashes, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, dashes = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType:
			dashes++
		}
		if brackets > maxNesting || dashes > maxNesting {
			return t
		}
	}
	return nil
}

// syntax reports what the YAML parser says.
func (r *reader) syntax(err error) {
	var y yaml.Error
	if !errors.As(err, &y) || y.GetToken() == nil {
		r.failAt(1, 1, 1, err.Error())
		return
	}
	msg := y.GetMessage()
	if strings.HasPrefix(msg, "mapping key ") {
		msg = strings.TrimPrefix(msg, "mapping ")
	}
	r.failToken(y.GetToken(), msg)
}

func (r *reader) fail(n ast.Node, format string, args ...any) {
	r.failToken(n.GetToken(), fmt.Sprintf(format, args...))
}

func (r *reader) failToken(t *token.Token, msg string) {
	if t.Type == token.MappingValueType && t.Prev != nil {
		t = t.Prev // a mapping's own token is its first colon
	}
	width := utf8.RuneCountInString(strings.TrimRight(strings.TrimLeft(t.Origin, " \t\r\n"), " \t\r\n"))
	r.failAt(t.Position.Line, t.Position.Column, width, msg)
}

func (r *reader) failAt(line, column, width int, msg string) {
	text := string(r.file.Line(line))
	width = max(1, min(width, utf8.RuneCountInString(text)-column+1))
	pad := strings.Repeat(" ", len(fmt.Sprint(line)))
	r.errs = append(r.errs, &Error{
		Path: r.file.Path, Line: line, Column: column, Message: msg,
		Excerpt: fmt.Sprintf("%s |\n%d | %s\n%s | %s%s", pad, line, printable(text), pad,
			strings.Repeat(" ", max(0, column-1)), strings.Repeat("^", width)),
	})
}

// printable replaces what does not print, which could drive the user's terminal.
func printable(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '\t' || !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, s)
}

// mapping calls each for every entry of a mapping.
func (r *reader) mapping(n ast.Node, what string, each func(name string, key, value ast.Node)) {
	var entries []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		entries = n.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{n}
	case *ast.NullNode:
		return
	default:
		r.fail(n, "%s must be a mapping of keys to values", what)
		return
	}
	for _, e := range entries {
		name, ok := scalar(e.Key)
		if !ok {
			r.fail(e.Key, "a key must be a plain word")
			continue
		}
		each(name, e.Key, e.Value)
	}
}

// scalar returns the text of a scalar value.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// str reads a string; ok is false after an error.
func (r *reader) str(n ast.Node, what string) (s string, ok bool) {
	if s, ok = scalar(n); !ok || s == "" {
		r.fail(n, "%s must be a single value", what)
		return "", false
	}
	return s, true
}

// strs reads a list of strings, or a single one.
func (r *reader) strs(n ast.Node, what string, each func(s string, n ast.Node)) {
	items := []ast.Node{n}
	switch n := n.(type) {
	case *ast.SequenceNode:
		items = n.Values
	case *ast.NullNode:
		return
	}
	for _, item := range items {
		if s, ok := r.str(item, what); ok {
			each(s, item)
		}
	}
}

func (r *reader) boolean(n ast.Node, what string) bool {
	if b, ok := n.(*ast.BoolNode); ok {
		return b.Value
	}
	r.fail(n, "%s must be true or false", what)
	return false
}

// choice reads one of several words.
func (r *reader) choice(n ast.Node, what string, words []string) (string, bool) {
	s, ok := r.str(n, what)
	if !ok {
		return "", false
	}
	for _, w := range words {
		if s == w {
			return s, true
		}
	}
	r.fail(n, "%s", Unknown(what, s, words))
	return "", false
}

// path reads a path relative to the file's folder.
func (r *reader) path(n ast.Node, what, s string) (string, bool) {
	if r.local && !filepath.IsLocal(filepath.FromSlash(s)) {
		r.fail(n, "%s %q leads out of the folder of %s: put the file higher up, or name it with --config",
			what, s, filepath.Base(r.file.Path))
		return "", false
	}
	return s, true
}

// Unknown is the message for a value that is not among the valid ones.
func Unknown(what, got string, valid []string) string {
	if near := analyzer.Nearest(got, valid); near != "" {
		return fmt.Sprintf("unknown %s %q: did you mean %q?", what, got, near)
	}
	if len(valid) > 12 {
		return fmt.Sprintf("unknown %s %q", what, got)
	}
	return fmt.Sprintf("unknown %s %q: expected one of %s", what, got, strings.Join(valid, ", "))
}
