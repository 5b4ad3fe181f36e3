package source

import "strings"

// Part is a piece of a text that was put together, and where it was written.
type Part struct {
	Text string
	At   Span
	// Exact is set when each byte of Text stands in At; otherwise Text as a whole
	// maps to At as a whole, as with an escape or a value.
	Exact bool
}

// Join is the fragment of the parts in their order. They are all in f.
func Join(f *File, parts []Part) Fragment {
	out := Fragment{File: f}
	var text strings.Builder
	for _, p := range parts {
		if p.Text == "" {
			continue
		}
		r := run{at: text.Len(), file: p.At.Start}
		if !p.Exact {
			r.folded, r.size = true, p.At.End-p.At.Start
		}
		out.runs = append(out.runs, r)
		text.WriteString(p.Text)
	}
	out.Text = text.String()
	if len(out.runs) == 0 {
		out.runs = []run{{}}
		if len(parts) > 0 {
			out.runs[0].file = parts[0].At.Start
		}
	}
	return out
}
