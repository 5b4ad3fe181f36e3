package migration

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// pieces cuts the SQL of a change set into statements as Liquibase does
// (processMultiLineSQL in its util/StringUtil.java): at semicolons, and at GO and
// a slash that begin a line, but not between BEGIN and END. It knows strings and
// comments and no dollar quotes.
// Delimiters that PostgreSQL does not know are cut out.
func (c *changeSet) pieces(f *source.File) ([]piece, []source.Cut) {
	if c.block || !c.says("splitStatements", true) {
		return []piece{{c.start, c.end, c.shape(), false}}, c.cuts
	}
	s := liquibaseSplitter{text: string(f.Text[:c.end]), delimiter: liquibaseDelimiter(c.attrs["enddelimiter"]), shape: c.shape()}
	at := c.start
	for _, cut := range append(c.cuts[:len(c.cuts):len(c.cuts)], source.Cut{Start: c.end, End: c.end}) {
		s.split(at, cut.Start)
		at = cut.End
	}
	s.cut(c.end)
	return s.pieces, sortedCuts(append(s.cuts, c.cuts...))
}

// liquibaseDelimiter is the text that an endDelimiter, which is a regular
// expression, mostly stands for.
func liquibaseDelimiter(pattern string) string {
	return strings.NewReplacer(`\n`, "\n", `\r`, "", `\s*`, "", `$`, "").Replace(pattern)
}

func sortedCuts(cuts []source.Cut) []source.Cut {
	slices.SortFunc(cuts, func(a, b source.Cut) int { return a.Start - b.Start })
	return cuts
}

type liquibaseSplitter struct {
	text      string // up to the end of the change set
	delimiter string // empty: the usual ones
	shape     TxShape
	depth     int // BEGINs without an END
	from      int // where the statement begins
	any       bool
	open      [256]bool // marks that were found to open what does not end
	pieces    []piece
	cuts      []source.Cut // the delimiters
}

func (p *liquibaseSplitter) cut(end int) {
	if p.any {
		p.pieces = append(p.pieces, piece{p.from, end, p.shape, false})
	}
	p.any = false
}

// split reads the tokens from at to end.
func (p *liquibaseSplitter) split(at, end int) {
	for at < end {
		n, kind := p.token(p.text[at:end])
		token := p.text[at : at+n]
		switch {
		case kind == blankToken:
		case p.depth == 0 && p.delimits(at, token):
			if token != ";" || p.delimiter != "" {
				n = min(max(n, len(strings.TrimPrefix(p.delimiter, "\n"))), end-at)
				p.cuts = append(p.cuts, source.Cut{Start: at, End: at + n, New: ";"})
			}
			p.cut(at + n)
		default:
			if !p.any {
				p.any, p.from = true, at
			}
			p.count(token, p.text[at+n:end])
		}
		at += n
	}
}

// count follows BEGIN and END.
func (p *liquibaseSplitter) count(token, rest string) {
	begin, end := strings.EqualFold(token, "BEGIN"), strings.EqualFold(token, "END")
	if !begin && !end {
		return
	}
	switch strings.ToLower(p.word(rest)) {
	case "transaction", "trans", "tran":
		return
	case "dialog", "conversation", "distributed":
		if begin {
			return
		}
	}
	if begin {
		p.depth++
	} else if p.depth > 0 {
		p.depth--
	}
}

// delimits reports whether a token ends a statement.
func (p *liquibaseSplitter) delimits(at int, token string) bool {
	before := p.text[:at]
	newLine := at == 0 || before[at-1] == '\n'
	switch {
	case p.delimiter == "":
		return token == ";" || newLine && (token == "/" || strings.EqualFold(token, "GO"))
	case p.delimiter == "/":
		return token == "/" && newLine
	case p.delimiter[0] == '\n':
		d := p.delimiter[1:]
		return newLine && d != "" && len(p.text)-at >= len(d) && strings.EqualFold(p.text[at:at+len(d)], d)
	}
	return len(p.text)-at >= len(p.delimiter) && strings.EqualFold(p.text[at:at+len(p.delimiter)], p.delimiter)
}

// The kinds of tokens that matter.
const (
	blankToken = iota // blanks and comments
	otherToken
)

// token is the length and kind of the first token of Liquibase's
// SimpleSqlGrammar.jj. A string that does not end is a single quote mark.
func (p *liquibaseSplitter) token(s string) (n, kind int) {
	switch c := s[0]; {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		return len(s) - len(strings.TrimLeft(s, " \t\n\r")), blankToken
	case strings.HasPrefix(s, "--"):
		if i := strings.IndexByte(s, '\n'); i >= 0 {
			return i, blankToken
		}
		return len(s), blankToken
	case strings.HasPrefix(s, "/*"):
		if !p.open['*'] {
			if i := strings.Index(s[2:], "*/"); i >= 0 {
				return i + 4, blankToken
			}
			p.open['*'] = true
		}
		return 1, otherToken
	case c == '\'' || c == '"':
		n = 1
		if !p.open[c] {
			n = quotedLiquibase(s, c)
			p.open[c] = n == 1
		}
		return n, otherToken
	case isLiquibaseLetter(c):
		for n < len(s) && (isLiquibaseLetter(s[n]) || isDigit(s[n]) || s[n] == '.' && n+1 < len(s) && isLiquibaseLetter(s[n+1])) {
			n++
		}
		return n, otherToken
	case isDigit(c):
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		return n, otherToken
	}
	return 1, otherToken
}

func isLiquibaseLetter(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '$' || c == '_' || c == '@' || c == '#' || c >= 0x80
}

// quotedLiquibase is the length of a string. Quote marks are doubled or follow a
// backslash.
func quotedLiquibase(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] != quote:
		case i+1 < len(s) && s[i+1] == quote:
			i++
		default:
			return i + 1
		}
	}
	return 1
}

// word is the next token that is neither blank nor a comment, if it is a word.
func (p *liquibaseSplitter) word(s string) string {
	for s != "" && s[0] != '\'' && s[0] != '"' {
		n, kind := p.token(s)
		if kind != blankToken {
			return s[:n]
		}
		s = s[n:]
	}
	return ""
}
