package report

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

const (
	// maxFrameLines is how many lines of a span are shown; of a longer one the
	// first headLines and the last tailLines.
	maxFrameLines = 7
	headLines     = 4
	tailLines     = 2

	// pipeWidth is how much of a line is shown where there is no terminal, and
	// minWidth the least that is.
	pipeWidth = 200
	minWidth  = 24

	// maxBytesPerColumn bounds how far the frame looks from a span for the columns
	// that fit, however many of the bytes there take no room.
	maxBytesPerColumn = 4

	ellipsis = "…"
)

// displayed is the span as it is shown: within its file, and without a line
// break at its end, which would show as an empty line.
func displayed(s source.Span) source.Span {
	text := s.File.Text
	s.Start = max(0, min(s.Start, len(text)))
	s.End = max(s.Start, min(s.End, len(text)))
	if s.End > s.Start && text[s.End-1] == '\n' {
		s.End--
		if s.End > s.Start && text[s.End-1] == '\r' {
			s.End--
		}
	}
	return s
}

// place writes where a span is and its lines, numbered, with the span underlined
// by mark. It returns the width of the margin, so that notes can be aligned to
// it.
func (t *textReport) place(s source.Span, mark string, c style) (margin int) {
	s = displayed(s)
	start, end := t.loc.position(s.File, s.Start), t.loc.position(s.File, s.End)
	margin = len(strconv.Itoa(end.Line))
	t.paint(t.faint, strings.Repeat(" ", margin)+"--> ")
	t.w.WriteString(visible(s.File.Path) + ":" + start.String() + "\n")
	if len(s.File.Text) == 0 {
		return margin
	}
	t.gutter(margin, "", "\n")
	if start.Line == end.Line {
		t.oneLine(s, start.Line, margin, mark, c)
	} else {
		t.manyLines(s, start.Line, end.Line, margin, mark, c)
	}
	return margin
}

// gutter writes the margin of a line of code: its number, or blanks.
func (t *textReport) gutter(margin int, number, after string) {
	t.paint(t.faint, strings.Repeat(" ", margin-len(number))+number+" |")
	t.w.WriteString(after)
}

// line writes the number and the text of a line of code, with before, in the
// colour of the underline, in front of the text.
func (t *textReport) line(n, margin int, before string, c style, text []byte) {
	t.gutter(margin, strconv.Itoa(n), "")
	if before != "" {
		t.w.WriteByte(' ')
		t.paint(c, before)
	}
	if len(text) > 0 {
		t.w.WriteByte(' ')
		t.w.Write(text)
	}
	t.w.WriteByte('\n')
}

func (t *textReport) oneLine(s source.Span, n, margin int, mark string, c style) {
	v := t.view(s.File, n, s.Start, s.End, t.room(margin+3))
	t.line(n, margin, "", c, v.text)
	t.gutter(margin, "", strings.Repeat(" ", v.at+1))
	t.paint(c, strings.Repeat(mark, max(1, v.width)))
	t.w.WriteByte('\n')
}

// manyLines draws a bar beside the lines of a span, from its start to a mark
// below its last character.
func (t *textReport) manyLines(s source.Span, first, last, margin int, mark string, c style) {
	room := t.room(margin + 5)
	for n := first; n <= last; n++ {
		if last-first >= maxFrameLines && n == first+headLines {
			t.w.WriteString(strings.Repeat(".", 3) + strings.Repeat(" ", margin))
			t.paint(c, "|")
			t.w.WriteByte('\n')
			n = last - tailLines + 1
		}
		from, to := lineBounds(s.File, n)
		switch n {
		case first:
			indent := s.File.Text[from:s.Start]
			alone := len(indent) <= room && len(bytes.TrimLeft(indent, " \t")) == 0
			t.firstLine(t.view(s.File, n, s.Start, to, room), alone, n, margin, mark, c)
		case last:
			v := t.view(s.File, n, s.End, s.End, room)
			t.line(n, margin, "|", c, v.text)
			t.gutter(margin, "", " ")
			t.paint(c, "|"+strings.Repeat("_", v.at)+mark)
			t.w.WriteByte('\n')
		default:
			t.line(n, margin, "|", c, t.view(s.File, n, from, from, room).text)
		}
	}
}

// firstLine begins the bar: beside the line if the span is alone on it, else
// below, from under its first character.
func (t *textReport) firstLine(v view, alone bool, n, margin int, mark string, c style) {
	if alone {
		t.line(n, margin, "/", c, v.text)
		return
	}
	t.line(n, margin, " ", c, v.text)
	t.gutter(margin, "", "  ")
	t.paint(c, strings.Repeat("_", v.at+1)+mark)
	t.w.WriteByte('\n')
}

// room is how many columns of code fit beside taken others.
func (t *textReport) room(taken int) int {
	if t.width == 0 {
		return pipeWidth
	}
	return max(minWidth, t.width-taken)
}

// lineBounds returns the byte offsets of the 1-based line n, without its line
// break. Unlike source.File.Line it strips one line break only, at no cost.
func lineBounds(f *source.File, n int) (from, to int) {
	from, to = f.LineStart(n), f.LineStart(n+1)
	if to > from && f.Text[to-1] == '\n' {
		to--
		if to > from && f.Text[to-1] == '\r' {
			to--
		}
	}
	return from, to
}

// view is the part of a line that is shown.
type view struct {
	text      []byte // made visible; valid until the next view
	at, width int    // the columns of text that the span takes
}

// view shows line n of f, or so much of it around the range [start, end) as fits
// into limit columns. Ellipses stand for what is left out. It looks at no more
// of the line than could fit.
func (t *textReport) view(f *source.File, n, start, end, limit int) view {
	from, to := lineBounds(f, n)
	c := crop{line: t.shown(f)[:to], from: from, start: max(from, min(start, to))}
	c.end = max(c.start, min(end, to))
	reach := limit * maxBytesPerColumn
	c.left = from + runeBoundary(c.line[from:c.start], c.start-from-reach)
	c.mid = c.start + runeBoundary(c.line[c.start:c.end], reach)
	c.right = c.end + runeBoundary(c.line[c.end:], reach)

	// A measured width that does not fit is more than limit, whatever is cut.
	most := limit + 2*len("<U+0000>")
	c.wl = t.measure(c.line, c.left, c.start, reach*len("<U+0000>"))
	wm, wr := t.measure(c.line, c.start, c.mid, most), t.measure(c.line, c.end, c.right, most)
	c.kl, c.km, c.kr = c.wl, wm, wr
	if c.wl+wm+wr > limit || c.left > from || c.mid < c.end || c.right < to {
		// The span comes first, with a part of what is before it; then what is
		// behind it.
		space := limit - 2 // for the ellipses
		c.km = min(wm, space*3/4)
		c.kl = min(c.wl, max(space/4, (space-c.km)/2))
		c.kr = min(wr, space-c.kl-c.km)
		c.km += min(wm-c.km, space-c.kl-c.km-c.kr)
		c.kl += min(c.wl-c.kl, space-c.kl-c.km-c.kr)
	}
	return t.cropped(c)
}

// crop says which part of a line to show: the columns to keep of what is before,
// in and behind a span. All else are byte offsets.
type crop struct {
	line       []byte // the file up to the end of the line
	from       int    // where the line begins
	start, end int    // of the span
	left       int    // where the view may begin: bounds what is looked at
	mid        int    // how far it may show the span
	right      int    // how far it may show what is behind the span
	wl         int    // the columns from left to start
	kl, km, kr int
}

// cropped puts together what is kept of a line.
func (t *textReport) cropped(c crop) view {
	out := t.buf[:0]
	for c.wl > c.kl {
		_, n, width := appendCell(out, c.line[c.left:], c.start-c.left)
		c.left += n
		c.wl -= width
	}
	v := view{at: c.wl}
	if c.left > c.from {
		out = append(out, ellipsis...)
		v.at++
	}
	out, _, _ = appendCells(out, c.line[c.left:], c.start-c.left, c.wl)
	out, n, width := appendCells(out, c.line[c.start:], c.mid-c.start, c.km)
	v.width = width
	if c.start+n < c.end {
		out = append(out, ellipsis...)
		v.width++
	} else {
		out, n, _ = appendCells(out, c.line[c.end:], c.right-c.end, c.kr)
		if c.end+n < len(c.line) {
			out = append(out, ellipsis...)
		}
	}
	t.buf, v.text = out, out
	return v
}

// measure is how many columns line[from:to] takes, if not more than limit.
func (t *textReport) measure(line []byte, from, to, limit int) int {
	out, _, width := appendCells(t.buf[:0], line[from:], to-from, limit)
	t.buf = out[:0]
	return width
}
