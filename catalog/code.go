package catalog

import (
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// code is what the text of a DO block or function says about its reach.
type code struct {
	anything bool          // it may do anything
	names    []sqlast.Name // with a DDL command in it: every name in it, which it may create, change or drop
	calls    []sqlast.Name // functions and procedures that it certainly calls
	words    []sqlast.Name // names before a parenthesis, which may be those of functions
}

// maxNames bounds the names kept of one piece of code: what names more than that
// may do anything.
const maxNames = 500

// readCode reads the body of a DO block or function. The text of strings counts,
// for it may be that of a command.
func readCode(language, body string) *code {
	switch language {
	case "plpgsql", "sql":
	default:
		return &code{anything: true}
	}
	r := codeReader{text: body}
	var all code
	ddl, drops := hasDDL(body), false
	seen := map[sqlast.Name]bool{}
	for r.next() {
		switch r.name.Name {
		case "drop":
			drops = true
		case "cascade":
			all.anything = all.anything || drops && r.before != "delete" && r.before != "update"
		case "execute":
			all.anything = all.anything || !r.executesText()
		case "perform", "call":
			if name, ok := r.called(); ok {
				all.calls = append(all.calls, name)
			}
		}
		if all.anything || len(seen) > maxNames {
			return &code{anything: true}
		}
		word := r.parenthesis()
		if !ddl && !word || seen[r.name] {
			continue
		}
		seen[r.name] = true
		if ddl {
			all.names = append(all.names, r.name)
		}
		if word {
			all.words = append(all.words, r.name)
		}
	}
	return &all
}

// hasDDL reports whether there is a DDL command in a piece of code.
func hasDDL(body string) bool {
	r := codeReader{text: body}
	for r.next() {
		switch r.name.Name {
		case "create", "alter", "import", "drop":
			return true
		}
	}
	return false
}

// codeReader finds the names in a piece of code. Comments are skipped, quotes of
// strings are not: what is in them may be a command.
type codeReader struct {
	text   string
	at     int         // after the name
	name   sqlast.Name // key words included
	before string      // the name before it
}

// next goes to the next name, as a.b or b; false if there is none.
func (r *codeReader) next() bool {
	r.before = r.name.Name
	for r.at < len(r.text) {
		word, ok := r.ident()
		if !ok {
			r.skip()
			continue
		}
		r.name = sqlast.Name{Name: word}
		if r.at < len(r.text) && r.text[r.at] == '.' {
			r.at++
			if word, ok := r.ident(); ok {
				r.name = sqlast.Name{Schema: r.name.Name, Name: word}
			}
		}
		return true
	}
	return false
}

// ident reads an identifier at r.at and folds it as PostgreSQL does.
func (r *codeReader) ident() (string, bool) {
	rest := r.text[r.at:]
	if strings.HasPrefix(rest, `"`) {
		if end := strings.IndexByte(rest[1:], '"'); end > 0 && end <= maxIdent {
			r.at += end + 2
			return rest[1 : end+1], true
		}
		return "", false
	}
	n := 0
	for n < len(rest) && isIdentByte(rest[n], n > 0) {
		n++
	}
	r.at += n
	return strings.ToLower(rest[:n]), n > 0
}

func isIdentByte(c byte, inside bool) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c >= 0x80 || inside && ('0' <= c && c <= '9' || c == '$')
}

// skip leaves a comment or one byte behind.
func (r *codeReader) skip() {
	rest := r.text[r.at:]
	end := ""
	switch {
	case strings.HasPrefix(rest, "--"):
		end = "\n"
	case strings.HasPrefix(rest, "/*"):
		end = "*/"
	}
	switch n := strings.Index(rest, end); {
	case end == "":
		r.at++
	case n < 0:
		r.at = len(r.text)
	default:
		r.at += n + len(end)
	}
}

// parenthesis reports whether one opens after the name.
func (r *codeReader) parenthesis() bool { return strings.HasPrefix(r.rest(), "(") }

// rest is the text after the name and blanks.
func (r *codeReader) rest() string {
	at := r.at
	for at < len(r.text) && strings.IndexByte(" \t\r\n", r.text[at]) >= 0 {
		at++
	}
	return r.text[at:]
}

// called is the function after PERFORM or CALL; false if none is called there.
func (r *codeReader) called() (sqlast.Name, bool) {
	ahead := codeReader{text: r.rest()}
	if ahead.text == "" || !isIdentByte(ahead.text[0], false) && ahead.text[0] != '"' || !ahead.next() {
		return sqlast.Name{}, false
	}
	return ahead.name, ahead.parenthesis()
}

// executesText is true of an EXECUTE that hides nothing: it is part of CREATE
// TRIGGER or GRANT, or runs one string as it is written.
func (r *codeReader) executesText() bool {
	rest := r.rest()
	if strings.HasPrefix(rest, "'") {
		end := strings.IndexByte(rest[1:], '\'')
		after := codeReader{text: rest[end+2:]}
		return end >= 0 && strings.HasPrefix(after.rest(), ";")
	}
	ahead := codeReader{text: rest}
	if rest == "" || !isIdentByte(rest[0], false) || !ahead.next() {
		return false
	}
	switch ahead.name.Name {
	case "function", "procedure", "on":
		return ahead.name.Schema == ""
	}
	return false
}
