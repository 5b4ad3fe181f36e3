package migration

import (
	"bytes"
	"regexp"
	"unicode"

	"github.com/miglint/miglint/source"
)

// atlasDollar is the start of a dollar-quoted string, as Atlas's lexer sees it.
var atlasDollar = regexp.MustCompile(`^\$([A-Za-z_][\w]*)?\$`)

// atlasPieces cuts a text at its own delimiter, as Atlas's sql/migrate/lex.go
// does: outside quotes, comments and parentheses. To PostgreSQL's eyes a delimiter
// is a semicolon. Offsets are those of the file, where the text begins at start.
func atlasPieces(text []byte, start int, delim string, tx TxShape) (pieces []piece, cuts []source.Cut) {
	at, depth := 0, 0
	if i := bytes.IndexByte(text, '\n'); i >= 0 {
		at = i + 1 // the directive itself
	}
	from := 0
	end := func(i int) {
		pieces = append(pieces, piece{start: start + from, end: start + i, tx: tx})
		from = i
	}
	leading := true // nothing but blanks and comments since the last delimiter
	for at < len(text) && delim != "" {
		if leading {
			at = len(text) - len(bytes.TrimLeftFunc(text[at:], unicode.IsSpace))
			comment := bytes.HasPrefix(text[at:], []byte("--")) || bytes.HasPrefix(text[at:], []byte("/*"))
			if leading = comment; at == len(text) {
				break
			}
		}
		switch c := text[at]; {
		case depth == 0 && bytes.HasPrefix(text[at:], []byte(delim)):
			end(at)
			cuts = append(cuts, source.Cut{Start: start + at, End: start + at + len(delim), New: ";"})
			at += len(delim)
			from, leading = at, true
			continue
		case c == '(':
			depth++
		case c == ')':
			depth = max(0, depth-1)
		case c == '\'' || c == '"' || c == '`':
			at = after(text, at+1, string(c))
			continue
		case c == '$':
			if tag := atlasDollar.Find(text[at:min(len(text), at+64)]); tag != nil {
				at = after(text, at+len(tag), string(tag))
				continue
			}
		case bytes.HasPrefix(text[at:], []byte("--")):
			at = after(text, at+2, "\n") // the line end is the comment's, not the delimiter's
			continue
		case bytes.HasPrefix(text[at:], []byte("/*")):
			at = after(text, at+2, "*/")
			continue
		}
		at++
	}
	end(len(text))
	return pieces, cuts
}

// after is where what follows the next occurrence of a mark begins.
func after(text []byte, at int, mark string) int {
	if i := bytes.Index(text[at:], []byte(mark)); i >= 0 {
		return at + i + len(mark)
	}
	return len(text)
}
