package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// tab is what a tab is shown as: stops would depend on what was cropped.
const tab = "    "

// visible returns s, which may come from a file, as one line that is safe to
// print: every character that moves the cursor, colours, reorders or hides text
// is replaced by something that shows it (ESC as ␛, U+202E as <U+202E>), and
// what is not UTF-8 by U+FFFD.
//
// `##[` is broken up as well: GitHub's runner takes ##[command] anywhere in a
// line of a job's log for a command (ActionCommand.TryParse in actions/runner).
func visible(s string) string {
	if isPlain(s) {
		return s
	}
	out := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '#' && strings.HasPrefix(s[i:], "##["):
			out = appendCode(out, '#')
		case needsCode(r):
			out, _ = appendHidden(out, r)
		default:
			out = utf8.AppendRune(out, r)
		}
		i += size
	}
	return string(out)
}

// visibleLine is visible for text that may be the first thing on its line: it
// does not begin with `::` either, which GitHub's runner takes for a command
// even behind blanks (TryParseV2).
func visibleLine(s string) string {
	s = visible(s)
	if !beginsCommand(s) {
		return s
	}
	colon := strings.IndexByte(s, ':')
	return string(appendCode([]byte(s[:colon]), ':')) + s[colon+1:]
}

func beginsCommand(line string) bool {
	return strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::")
}

// visibleLines is visibleLine for each line of s. Blank lines at the end are
// dropped.
func visibleLines(s string) []string {
	lines := strings.Split(strings.TrimRight(s, " \t\r\n"), "\n")
	for i, line := range lines {
		lines[i] = visibleLine(strings.TrimSuffix(line, "\r"))
	}
	return lines
}

// isPlain reports whether s is printable ASCII without `##[`.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return !strings.Contains(s, "##[")
}

// needsCode reports whether r must not be printed as it is: the C0 and C1
// controls, line and paragraph separators, the directional controls
// (UAX #9), and the other characters that take no room and hide what is there.
// The joiners U+200C and U+200D stay: scripts and emoji need them.
func needsCode(r rune) bool {
	switch {
	case r < 0x7f:
		return r < ' '
	case r < 0xa0, r == 0xad, r == 0x61c, r == 0x115f, r == 0x1160, r == 0x180e, r == 0x200b,
		r == 0x200e, r == 0x200f, 0x2028 <= r && r <= 0x202e, 0x2060 <= r && r <= 0x206f, r == 0x3164,
		r == 0xfeff, r == 0xffa0, 0xfff9 <= r && r <= 0xfffb, 0xe0000 <= r && r <= 0xe0fff:
		return true
	}
	return false
}

// appendHidden appends what shows r, for which needsCode holds, and returns how
// many columns that takes.
func appendHidden(dst []byte, r rune) ([]byte, int) {
	switch {
	case r == '\t':
		return append(dst, tab...), len(tab)
	case r < ' ':
		return utf8.AppendRune(dst, '␀'+r), 1
	case r == 0x7f:
		return append(dst, "␡"...), 1
	}
	n := len(dst)
	dst = appendCode(dst, r)
	return dst, len(dst) - n
}

func appendCode(dst []byte, r rune) []byte { return fmt.Appendf(dst, "<U+%04X>", r) }

// maxCell bounds the bytes of one cell, so that a letter below a megabyte of
// accents is cut into pieces instead of being read again and again.
const maxCell = 64

// appendCell appends the first character of text[:end], as a person counts
// characters, made visible. It returns how many bytes of text that was and how
// many columns of a terminal it takes. end is not 0.
func appendCell(dst, text []byte, end int) (out []byte, n, width int) {
	c := text[0]
	switch {
	case c == '#' && len(text) > 2 && text[1] == '#' && text[2] == '[': // perhaps behind end
		out = appendCode(dst, '#')
		return out, 1, len(out) - len(dst)
	case ' ' <= c && c < 0x7f && (end == 1 || text[1] < utf8.RuneSelf):
		return append(dst, c), 1, 1
	}
	text = text[:end]
	r, size := utf8.DecodeRune(text)
	if needsCode(r) {
		out, width = appendHidden(dst, r)
		return out, size, width
	}
	if r == utf8.RuneError && size == 1 {
		return utf8.AppendRune(dst, r), 1, 1
	}
	cluster, _, width, _ := uniseg.FirstGraphemeCluster(text[:runeBoundary(text, maxCell)], -1)
	for i := size; i < len(cluster); {
		r, s := utf8.DecodeRune(cluster[i:])
		if needsCode(r) {
			cluster = cluster[:i]
			width = uniseg.StringWidth(string(cluster))
			break
		}
		i += s
	}
	return append(dst, cluster...), len(cluster), width
}

// appendCells appends cells of text[:end] while they fit into limit columns. It
// returns how many bytes of text are shown and the columns they take.
func appendCells(dst, text []byte, end, limit int) (out []byte, n, width int) {
	for n < end {
		next, size, w := appendCell(dst, text[n:], end-n)
		if width+w > limit {
			break
		}
		dst, n, width = next, n+size, width+w
	}
	return dst, n, width
}

// runeBoundary returns the greatest offset up to limit that does not split a
// rune of text.
func runeBoundary(text []byte, limit int) int {
	if len(text) <= limit {
		return len(text)
	}
	limit = max(0, limit)
	for o := limit; o > max(0, limit-utf8.UTFMax); o-- {
		if utf8.RuneStart(text[o]) {
			return o
		}
	}
	return limit
}

// displayWidth is the number of columns that s, made visible, takes.
func displayWidth(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return uniseg.StringWidth(s)
		}
	}
	return len(s)
}

// wrap breaks s at blanks into lines of at most width columns, the first of
// which has only first columns; width 0 does not break. A word that is too long
// has a line of its own. No line begins with `::`; see visibleLine.
func wrap(s string, first, width int) []string {
	if width <= 0 || displayWidth(s) <= first {
		return []string{s}
	}
	var lines []string
	room, start, end, used := first, 0, 0, 0
	for end < len(s) {
		word := s[end:]
		blank := len(word) - len(strings.TrimLeft(word, " "))
		if n := strings.IndexByte(word[blank:], ' '); n >= 0 {
			word = word[:blank+n]
		}
		w := displayWidth(word)
		if used > 0 && used+w > room && !beginsCommand(word) {
			lines = append(lines, s[start:end])
			room, start, used, w = width, end+blank, 0, w-blank
		}
		end += len(word)
		used += w
	}
	return append(lines, s[start:])
}
