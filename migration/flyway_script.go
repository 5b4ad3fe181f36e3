package migration

import (
	"bytes"
	"maps"
	"strings"

	"github.com/miglint/miglint/source"
	"github.com/miglint/miglint/sqlast"
)

// flywaySettings are the settings that change what Flyway sends. Unset ones are
// "".
type flywaySettings struct {
	mixed         string
	group         string
	inTransaction string // executeInTransaction
	scriptInTx    string // executeInTransaction of the script's own .conf
	placeholders  map[string]string
}

// readFlywaySettings reads the nearest flyway.toml or flyway.conf above the
// folder.
func readFlywaySettings(d *Dir) flywaySettings {
	_, text := d.above("flyway.toml")
	if text == nil {
		_, text = d.above("flyway.conf")
	}
	s := flywaySettings{placeholders: map[string]string{}}
	for key, value := range properties(text) {
		key, ok := strings.CutPrefix(key, "flyway.")
		if !ok {
			continue
		}
		switch key {
		case "mixed":
			s.mixed = value
		case "group":
			s.group = value
		case "executeInTransaction":
			s.inTransaction = value
		}
		if name, ok := strings.CutPrefix(key, "placeholders."); ok {
			s.placeholders[name] = value
		}
	}
	return s
}

// properties reads `key = value` lines of a .conf file, and of a .toml file as
// far as Flyway's settings go: sections, strings, booleans.
func properties(text []byte) map[string]string {
	values := map[string]string{}
	section := ""
	for l := range bytes.Lines(text) {
		s := strings.TrimSpace(string(l))
		if strings.HasPrefix(s, "[") {
			section = strings.Trim(s, "[] \t") + "."
			continue
		}
		key, value, ok := strings.Cut(s, "=")
		if !ok || strings.HasPrefix(s, "#") {
			continue
		}
		values[section+strings.TrimSpace(key)] = strings.Trim(strings.TrimSpace(value), `"'`)
	}
	return values
}

// sidecar adds the settings of <file>.conf.
func (s flywaySettings) sidecar(d *Dir, name string) flywaySettings {
	if d.has(name + ".conf") {
		s.scriptInTx = properties(d.head(name+".conf", headSize))["executeInTransaction"]
	}
	return s
}

var flywayRunner = runner{title: "Flyway", copy: true}

func (s flywaySettings) scripts(f *source.File, opts Options) Scripts {
	if len(s.placeholders) > 0 {
		merged := maps.Clone(s.placeholders)
		maps.Copy(merged, opts.Placeholders)
		opts.Placeholders = merged
	}
	up, problems := flywayRunner.entire(f, opts, PerStatement)
	stmts := up.Statements()
	inside, outside := flywaySplit(stmts)
	tx := PerFile
	switch {
	case s.scriptInTx != "":
		up.NoTransaction = s.scriptInTx == "false"
	case s.inTransaction == "false":
		up.NoTransaction = true
	default:
		up.NoTransaction = outside != nil
		if inside != nil && outside != nil && s.mixed != "true" {
			problems = append(problems, flywayMixed(inside, outside))
		}
	}
	if s.group == "true" {
		tx = PerRun
	}
	up.BeginsAgain = !up.NoTransaction
	if !up.NoTransaction {
		for i := range up.Batches {
			up.Batches[i].Tx = tx
		}
	}
	return Scripts{Up: up, Problems: append(emptyFile(f), problems...)}
}

// flywaySplit finds the first statement that Flyway runs in a transaction and
// the first for which it does without.
func flywaySplit(stmts []*sqlast.Statement) (inside, outside *sqlast.Statement) {
	for _, stmt := range stmts {
		if flywayOutside(stmt.Text) {
			if outside == nil {
				outside = stmt
			}
		} else if inside == nil {
			inside = stmt
		}
	}
	return inside, outside
}

func flywayMixed(inside, outside *sqlast.Statement) Problem {
	at, other, what := outside, inside, "one that runs in a transaction"
	if inside.Span.Start > outside.Span.Start {
		at, other, what = inside, outside, "one that cannot run in a transaction"
	}
	return Problem{Rule: "flyway-mixed-transaction", Span: at.Span,
		Message: "Flyway refuses a migration that mixes statements which cannot run in a transaction with others; move them to a migration of their own, or set flyway.mixed=true",
		Related: other.Span, RelatedMsg: what}
}

// flywayOutside reports whether Flyway knows that a statement cannot run in a
// transaction. It goes by the first key words outside parentheses (its
// PostgreSQLParser): REINDEX … CONCURRENTLY and DETACH PARTITION … CONCURRENTLY
// are not among them.
func flywayOutside(text string) bool {
	var w [4]string
	leadingWords(text, w[:])
	if w[1] == "UNIQUE" && w[0] != "REINDEX" || w[0] == "REINDEX" && w[1] == "VERBOSE" {
		copy(w[1:], w[2:])
	}
	switch w[0] {
	case "CREATE", "DROP":
		return w[1] == "DATABASE" || w[1] == "TABLESPACE" || w[1] == "SUBSCRIPTION" || w[1] == "INDEX" && w[2] == "CONCURRENTLY"
	case "ALTER":
		return w[1] == "SYSTEM"
	case "REINDEX":
		return w[1] == "SCHEMA" || w[1] == "DATABASE" || w[1] == "SYSTEM"
	case "DISCARD":
		return w[1] == "ALL"
	}
	return w[0] == "VACUUM"
}

// leadingWords fills words with the first words of a statement in upper case,
// past comments and anything in parentheses.
func leadingWords(text string, words []string) {
	n, depth := 0, 0
	for i := 0; i < len(text) && n < len(words); {
		rest := text[i:]
		switch c := text[i]; {
		case strings.HasPrefix(rest, "--"):
			i += lengthTo(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			i += lengthTo(rest, "*/")
		case c == '(':
			depth++
			i++
		case c == ')':
			depth--
			i++
		case isLetter(c):
			end := i
			for end < len(text) && isLetter(text[end]) {
				end++
			}
			if depth == 0 {
				words[n] = strings.ToUpper(text[i:end])
				n++
			}
			i = end
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || depth > 0:
			i++
		default:
			return
		}
	}
}

func isLetter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }

// lengthTo is the length of s up to and with the first end in it.
func lengthTo(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}
