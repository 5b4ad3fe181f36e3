package source

import "strings"

// Cut is a range of a fragment's text and what takes its place.
type Cut struct {
	Start, End int // half open, not empty
	New        string
}

// Splice returns the fragment with the cuts made; they are in order and do not
// overlap. Every byte of a replacement maps to the whole range it took the place
// of, as with a placeholder and its value.
func (f Fragment) Splice(cuts []Cut) Fragment {
	out := Fragment{File: f.File}
	var text strings.Builder
	r, at := 0, 0 // runs before r, text before at are done
	keep := func(end int) {
		for ; r < len(f.runs) && f.runs[r].at < end; r++ {
			n := f.runs[r]
			from := max(n.at, at)
			if !n.folded {
				n.file += from - n.at
			}
			n.at = text.Len() + from - at
			if from < end {
				out.runs = append(out.runs, n)
			}
			if r+1 == len(f.runs) || f.runs[r+1].at > end {
				break
			}
		}
		text.WriteString(f.Text[at:end])
	}
	for _, c := range cuts {
		keep(c.Start)
		if c.New != "" {
			whole := f.Span(c.Start, c.End)
			out.runs = append(out.runs, run{at: text.Len(), file: whole.Start, folded: true, size: whole.End - whole.Start})
			text.WriteString(c.New)
		}
		at = c.End
		for r+1 < len(f.runs) && f.runs[r+1].at <= at {
			r++
		}
	}
	keep(len(f.Text))
	out.Text = text.String()
	if len(out.runs) == 0 {
		out.runs = []run{{file: f.offset(len(f.Text), false)}}
	}
	return out
}

// Concat returns the fragments, all of one file, one after the other.
func Concat(parts ...Fragment) Fragment {
	if len(parts) == 1 {
		return parts[0]
	}
	var out Fragment
	var text strings.Builder
	for _, f := range parts {
		out.File = f.File
		for _, r := range f.runs {
			if r.at < len(f.Text) {
				r.at += text.Len()
				out.runs = append(out.runs, r)
			}
		}
		text.WriteString(f.Text)
	}
	out.Text = text.String()
	if len(out.runs) == 0 && len(parts) > 0 {
		out.runs = parts[0].runs
	}
	return out
}
