package recipe

import (
	"strings"

	"github.com/miglint/miglint/source"
)

// InsertAfter puts a word behind the first occurrence of a key word in SQL text,
// comments, strings and quoted names left aside; it returns the text unchanged
// if the key word is not there.
func InsertAfter(sql, keyword, word string) string {
	if _, end, ok := findWord(sql, keyword); ok {
		return sql[:end] + " " + word + sql[end:]
	}
	return sql
}

// InsertWord is InsertAfter as an edit of the file; ok is false if the key word
// is not there.
func InsertWord(at source.Span, keyword, word string) (edit source.Edit, ok bool) {
	_, end, ok := findWord(at.Text(), keyword)
	if !ok {
		return source.Edit{}, false
	}
	return source.Edit{Span: at.File.Span(at.Start+end, at.Start+end), New: " " + word}, true
}

// findWord returns the bytes of the first occurrence of a key word outside
// comments, strings and quoted names.
func findWord(sql, keyword string) (start, end int, ok bool) {
	for i := 0; i < len(sql); {
		if n := skip(sql[i:]); n > 0 {
			i += n
			continue
		}
		n := wordLen(sql[i:])
		if n > 0 && strings.EqualFold(sql[i:i+n], keyword) {
			return i, i + n, true
		}
		i += max(n, 1)
	}
	return 0, 0, false
}

// LongNames returns the names in SQL text that are longer than n bytes, as byte
// ranges without quotes. Strings and comments are left aside.
func LongNames(sql string, n int) [][2]int {
	if !mayHoldName(sql, n) {
		return nil
	}
	var all [][2]int
	for i := 0; i < len(sql); {
		if k := skip(sql[i:]); k > 0 {
			if sql[i] == '"' && k-2 > n && sql[i+k-1] == '"' {
				all = append(all, [2]int{i + 1, i + k - 1})
			}
			i += k
			continue
		}
		k := wordLen(sql[i:])
		if k > n {
			all = append(all, [2]int{i, i + k})
		}
		i += max(k, 1)
	}
	return all
}

// mayHoldName is false if there is certainly no name longer than n bytes. Such a
// name is over one of the bytes at n, 2n+1, 3n+2 …: nearly all of them are in
// short words, and the rest of the text need not be looked at.
func mayHoldName(sql string, n int) bool {
	if strings.IndexByte(sql, '"') >= 0 {
		return true
	}
	for i := n; i < len(sql); i += n + 1 {
		from, to := i, i
		for from > 0 && inWord(sql[from-1]) {
			from--
		}
		for to < len(sql) && inWord(sql[to]) {
			to++
		}
		if to-from > n {
			return true
		}
	}
	return false
}

func inWord(c byte) bool {
	return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80 || '0' <= c && c <= '9' || c == '$'
}

// wordLen is the length of the identifier or key word that s begins with.
func wordLen(s string) int {
	n := 0
	for n < len(s) {
		c := s[n]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c >= 0x80
		if !letter && (n == 0 || c != '$' && (c < '0' || c > '9')) {
			break
		}
		n++
	}
	return n
}

// skip is the length of the comment, string, dollar-quoted string or quoted name
// that s begins with; 0 if it begins with none. An unfinished one ends with s.
func skip(s string) int {
	switch {
	case strings.HasPrefix(s, "--"):
		return upTo(s, "\n", 2)
	case strings.HasPrefix(s, "/*"):
		return blockComment(s)
	case s[0] == '\'' || s[0] == '"':
		return upTo(s, s[:1], 1) // a doubled quote begins another one
	case len(s) > 1 && (s[0] == 'e' || s[0] == 'E') && s[1] == '\'':
		return escapeString(s)
	case s[0] == '$':
		tag, _, closed := strings.Cut(s[1:], "$")
		if closed && wordLen(tag) == len(tag) {
			quote := s[:len(tag)+2]
			return upTo(s, quote, len(quote))
		}
	}
	return 0
}

// upTo is the length of s up to and with the first end at or behind from.
func upTo(s, end string, from int) int {
	if i := strings.Index(s[from:], end); i >= 0 {
		return from + i + len(end)
	}
	return len(s)
}

func escapeString(s string) int {
	for i := 2; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'':
			return i + 1
		}
	}
	return len(s)
}

// blockComment is the length of a comment, which may hold others.
func blockComment(s string) int {
	depth := 0
	for i := 0; i+1 < len(s); i++ {
		switch s[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			depth--
			i++
			if depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}
