package pgparse

// TokenKind is the lexical class of a token.
type TokenKind uint8

// The classes. Blanks make no token.
const (
	Ident       TokenKind = iota // unquoted identifier or key word
	QuotedIdent                  // "x", U&"x"
	String                       // 'x', E'x', U&'x', B'x', X'x', N'x'
	DollarQuote                  // $tag$ … $tag$
	Number
	Param    // $1
	Operator // + - || :: := => and so on
	Punct    // ( ) [ ] , ; . :
	LineComment
	BlockComment
	Unterminated // a quote, dollar quote or block comment that runs to the end
	Invalid      // a byte no token may start with
)

// Token is a token's class and byte range in the lexed text.
type Token struct {
	Kind       TokenKind
	Start, End int
}
