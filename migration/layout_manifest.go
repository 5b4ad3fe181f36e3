package migration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/miglint/miglint/source"
)

// entry is a path that a manifest lists, and where.
type entry struct {
	path       string
	start, end int
}

// readManifest gives the files that a manifest lists their places. What is wrong
// with it is a Problem of the stream; ok is false if it could not be read or lists
// nothing, which nobody does by mistake.
func (l *Layout) readManifest(s *Stream, d *Dir, name string, files map[string]*layoutFile, kept map[*layoutFile]bool) (ok bool) {
	in := d.read(name)
	s.Problems = append(s.Problems, in.problems...)
	if !in.text {
		return false
	}
	problem := func(start, end int, format string, args ...any) {
		s.Problems = append(s.Problems, Problem{Rule: "unreadable-file", Span: in.file.Span(start, end), Message: fmt.Sprintf(format, args...)})
	}
	entries, at, err := l.entries(name, in.file.Text)
	if err != nil {
		problem(at, min(at+1, len(in.file.Text)), "the manifest cannot be read: %v; its migrations are not judged", err)
		return false
	}
	var leading *layoutFile
	for i, e := range entries {
		p := path.Join(path.Dir(name), e.path)
		f := files[p]
		switch {
		case f == nil && d.has(p):
			problem(e.start, e.end, "%s is listed but not named as the layout at %s says: it is not judged", e.path, l.At)
		case f == nil:
			problem(e.start, e.end, "%s is listed but is not there", e.path)
		case kept[f]:
			problem(e.start, e.end, "%s is listed twice", e.path)
		default:
			if leading == nil {
				leading = f
			}
			f.leading, f.listed = leading, i
			kept[f] = true
		}
	}
	return len(entries) > 0
}

// entries are the paths a manifest lists. The error is about the byte at.
func (l *Layout) entries(name string, text []byte) (list []entry, at int, err error) {
	if strings.EqualFold(path.Ext(name), ".json") {
		return jsonEntries(text, l.ManifestList)
	}
	f := source.NewFile(name, text)
	for ln := range lines(f) {
		p := strings.TrimSpace(ln.text)
		if p == "" || strings.HasPrefix(p, "#") || strings.HasPrefix(p, "--") {
			continue
		}
		at := ln.span(f)
		list = append(list, entry{p, at.Start, at.End})
	}
	return list, 0, nil
}

// jsonWalk reads the strings at the end of a path of keys; lists on the way are
// gone through.
type jsonWalk struct {
	dec  *json.Decoder
	text []byte
	list []entry
	met  bool // the whole path was met
}

// maxDepth bounds the nesting of a manifest.
const maxDepth = 64

var errNested = errors.New("it is nested too deep")

func jsonEntries(text []byte, keys []string) ([]entry, int, error) {
	if bom := "\xef\xbb\xbf"; bytes.HasPrefix(text, []byte(bom)) {
		text = slices.Concat([]byte("   "), text[len(bom):])
	}
	w := jsonWalk{dec: json.NewDecoder(bytes.NewReader(text)), text: text}
	if err := w.value(keys, true, 0); err != nil {
		at := int(w.dec.InputOffset())
		for at < len(text) && bytes.IndexByte([]byte(" \t\r\n,:"), text[at]) >= 0 {
			at++
		}
		return w.list, at, err
	}
	if !w.met {
		return nil, 0, fmt.Errorf("expected the list of files at %q", strings.Join(keys, "."))
	}
	return w.list, 0, nil
}

// value reads one value. wanted says that keys lead on from it to the list.
func (w *jsonWalk) value(keys []string, wanted bool, depth int) error {
	if depth > maxDepth {
		return errNested
	}
	before := int(w.dec.InputOffset())
	t, err := w.dec.Token()
	if err != nil {
		return err
	}
	switch t := t.(type) {
	case json.Delim:
		w.met = w.met || wanted && len(keys) == 0 && t == '['
		return w.inside(t, keys, wanted, depth)
	case string:
		if wanted && len(keys) == 0 {
			end := int(w.dec.InputOffset())
			start := before + max(0, bytes.IndexByte(w.text[before:end], '"'))
			w.list = append(w.list, entry{t, start, end})
		}
	}
	return nil
}

// inside reads the members of a list or object, and its end.
func (w *jsonWalk) inside(open json.Delim, keys []string, wanted bool, depth int) error {
	for w.dec.More() {
		rest, on := keys, wanted
		if open == '{' {
			key, err := w.dec.Token()
			if err != nil {
				return err
			}
			on = wanted && len(keys) > 0 && key == keys[0]
			if on {
				rest = keys[1:]
				w.met = w.met || len(rest) == 0
			}
		}
		if err := w.value(rest, on, depth+1); err != nil {
			return err
		}
	}
	_, err := w.dec.Token()
	return err
}
