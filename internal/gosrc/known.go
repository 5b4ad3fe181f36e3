package gosrc

import (
	"slices"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

// replaced is strings.ReplaceAll. What is not known stays as it is, and a match
// that is put together of pieces is not seen.
func replaced(in, old, with, unknown Text) Text {
	was := old.String()
	if !old.Known() || !with.Known() || was == "" {
		return unknown
	}
	var t Text
	for i, p := range in {
		piece, at := in[i:i+1], 0
		for !p.Hole && t.size() <= maxText {
			n := strings.Index(p.Text[at:], was)
			if n < 0 {
				break
			}
			t = append(append(t, piece.slice(at, at+n)...), with...)
			at += n + len(was)
		}
		if p.Hole {
			t = append(t, p)
		}
		t = append(t, piece.slice(at, len(p.Text))...)
	}
	if t.size() > maxText {
		return unknown
	}
	return t
}

func changed(name string, text, times Text, at source.Span) Text {
	if !text.Known() {
		return hole(at)
	}
	switch name {
	case "ToLower":
		return folded(strings.ToLower(text.String()), at)
	case "ToUpper":
		return folded(strings.ToUpper(text.String()), at)
	}
	n, err := strconv.Atoi(times.String())
	if err != nil || n < 0 || n*len(text.String()) > maxText {
		return hole(at)
	}
	return folded(strings.Repeat(text.String(), n), at)
}

// quoted is a text as a quoted identifier or string constant.
func quoted(asLiteral bool, t Text, at source.Span) Text {
	quote := `"`
	if asLiteral {
		quote = `'`
	}
	if t.Known() {
		return folded(quote+strings.ReplaceAll(t.String(), quote, quote+quote)+quote, at)
	}
	return slices.Concat(folded(quote, at), t, folded(quote, at))
}
