package pgparse

// piece is a statement as a range of tokens, with its semicolon if it has one.
type piece struct{ lo, hi int }

// split cuts tokens, which hold no comments, into statements. A semicolon ends a
// statement unless it stands in the body of a function between BEGIN ATOMIC and
// END, or in the parenthesised commands of CREATE RULE: the only places where
// PostgreSQL's grammar has one inside a statement. Other brackets do not count,
// so that one left open does not swallow the rest of the text.
func split(text string, toks []Token) []piece {
	var pieces []piece
	lo := 0
	for lo < len(toks) {
		hi := statementEnd(text, toks, lo)
		if !isSemicolon(text, toks[lo]) {
			pieces = append(pieces, piece{lo, hi})
		}
		lo = hi
	}
	return pieces
}

// statementEnd returns the position after the statement that begins at lo.
func statementEnd(text string, toks []Token, lo int) int {
	body := bodyKind(text, toks, lo)
	parens, blocks := 0, 0
	for i := lo; i < len(toks); i++ {
		switch t := toks[i]; t.Kind {
		case Punct:
			switch text[t.Start] {
			case '(':
				parens++
			case ')':
				parens = max(0, parens-1)
			case ';':
				if blocks == 0 && (body != ruleBody || parens == 0) {
					return i + 1
				}
			}
		case Ident:
			if body == functionBody && parens == 0 {
				blocks += blockDepth(text, toks, i, blocks)
			}
		}
	}
	return len(toks)
}

// blockDepth is how the key word at i changes the number of open BEGIN ATOMIC
// and CASE.
func blockDepth(text string, toks []Token, i, blocks int) int {
	word := func(w string) bool { return isWord(text, toks[i], w) }
	switch {
	case blocks == 0:
		if word("begin") && i+1 < len(toks) && isWord(text, toks[i+1], "atomic") {
			return 1
		}
	case word("case"):
		return 1
	case word("end"):
		return -1
	}
	return 0
}

type body int

const (
	noBody body = iota
	functionBody
	ruleBody
)

// bodyKind says whether the statement at lo may have semicolons inside: CREATE
// [OR REPLACE] FUNCTION, PROCEDURE or RULE.
func bodyKind(text string, toks []Token, lo int) body {
	word := func(i int, w string) bool { return i < len(toks) && isWord(text, toks[i], w) }
	if !word(lo, "create") {
		return noBody
	}
	lo++
	if word(lo, "or") && word(lo+1, "replace") {
		lo += 2
	}
	switch {
	case word(lo, "function") || word(lo, "procedure"):
		return functionBody
	case word(lo, "rule"):
		return ruleBody
	}
	return noBody
}

// isWord reports whether t is the key word w, which is in lower case.
func isWord(text string, t Token, w string) bool {
	return t.Kind == Ident && foldEqual(text[t.Start:t.End], w)
}
