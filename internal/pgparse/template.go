package pgparse

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// Templates choose between texts: {{ if }} … {{ else }} … {{ end }} of Go, the same
// with {% %} in Jinja. The actions are masked. Of several branches one is read: the
// one that the values of placeholders decide for, else the first.

// actionKind is what an action does.
type actionKind uint8

const (
	noAction    actionKind = iota // a value
	plainAction                   // a comment, an assignment
	openAction                    // if, with, range, for
	elseAction                    // else, else if, elif
	endAction
)

// templateAction is one that stands for no text.
type templateAction struct {
	Token
	kind      actionKind
	condition string // of an if or else if; "" if there is none
}

// control returns what the inside of {{ }} or {% %} does, noAction if it is a value.
func control(inside string) (actionKind, string) {
	inside = strings.TrimSpace(strings.Trim(inside, "-+~"))
	word, rest, _ := strings.Cut(inside, " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case "if", "#if":
		return openAction, rest
	case "with", "range", "for", "unless", "#each", "#with", "#unless", "block", "define", "macro", "raw":
		return openAction, ""
	case "else", "^":
		return elseAction, strings.TrimSpace(strings.TrimPrefix(rest, "if "))
	case "elif", "elsif", "elseif":
		return elseAction, rest
	case "end", "endif", "endfor", "endwith", "endunless", "endblock", "endmacro", "endraw":
		return endAction, ""
	case "set", "break", "continue", "do", "import", "from":
		return plainAction, ""
	}
	switch {
	case strings.HasPrefix(inside, "/*"), strings.HasPrefix(inside, "!"), inside == "":
		return plainAction, ""
	case strings.HasPrefix(inside, "/"):
		return endAction, ""
	case strings.HasPrefix(inside, "$") && (strings.Contains(inside, ":=") || strings.HasPrefix(rest, "= ")):
		return plainAction, ""
	}
	return noAction, ""
}

// act masks an action.
func (m *masker) act(start, end int, kind actionKind, condition string) bool {
	m.masks = append(m.masks, mask{start, end, blank})
	m.actions = append(m.actions, templateAction{Token{Start: start, End: end}, kind, condition})
	m.pos = end
	return true
}

// jinja is {% … %} or {# … #}.
func (m *masker) jinja(i int) bool {
	closing := m.text[i+1:i+2] + "}"
	if strings.Contains(m.endlessJinja, closing) {
		return false
	}
	n := strings.Index(m.text[i+2:], closing)
	if n < 0 {
		m.endlessJinja += closing
		return false
	}
	end := i + 2 + n + len(closing)
	kind, condition := plainAction, ""
	if closing == "%}" {
		if kind, condition = control(m.text[i+2 : i+2+n]); kind == noAction {
			kind = plainAction
		}
	}
	return m.act(i, end, kind, condition)
}

// branch is a text that stands between two actions.
type branch struct {
	start, end int
	condition  string
	otherwise  bool // an else without a condition
}

// chooseBranches masks the branches that are not taken. It returns those left out
// although no value decides.
func (m *masker) chooseBranches(values map[string]string) (unread []branch) {
	var open [][]branch
	var dropped []branch
	for _, a := range m.actions {
		switch n := len(open) - 1; {
		case a.kind == openAction:
			open = append(open, []branch{{start: a.End, condition: a.condition}})
		case a.kind == plainAction || n < 0:
		default:
			last := len(open[n]) - 1
			open[n][last].end = a.Start
			if a.kind == elseAction {
				open[n] = append(open[n], branch{start: a.End, condition: a.condition, otherwise: a.condition == ""})
				continue
			}
			not, guessed := untaken(open[n], values)
			dropped = append(dropped, not...)
			if guessed {
				unread = append(unread, not...)
			}
			open = open[:n]
		}
	}
	if len(dropped) == 0 {
		return nil
	}
	// A branch inside another one that is left out goes with it.
	slices.SortFunc(dropped, func(a, b branch) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	end := 0
	dropped = slices.DeleteFunc(dropped, func(b branch) bool {
		within := b.end <= end
		end = max(end, b.end)
		return within
	})
	inside := func(at int) bool {
		i := sort.Search(len(dropped), func(i int) bool { return dropped[i].end > at })
		return i < len(dropped) && dropped[i].start <= at
	}
	m.masks = slices.DeleteFunc(m.masks, func(k mask) bool { return inside(k.start) })
	m.holes = slices.DeleteFunc(m.holes, func(h hole) bool { return inside(h.start) })
	for _, b := range dropped {
		m.masks = append(m.masks, mask{b.start, b.end, blank})
	}
	slices.SortFunc(unread, func(a, b branch) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	end = 0
	return slices.DeleteFunc(unread, func(b branch) bool {
		within := b.end <= end
		end = max(end, b.end)
		return within || strings.TrimSpace(m.text[b.start:b.end]) == ""
	})
}

// untaken are the branches that are not read. guessed says that no value decided.
func untaken(branches []branch, values map[string]string) (not []branch, guessed bool) {
	taken := -1
	for i, b := range branches {
		if taken >= 0 {
			break
		}
		holds, known := b.otherwise, b.otherwise
		if b.condition != "" {
			holds, known = condition(b.condition, values)
		}
		if holds || !known {
			taken, guessed = i, !known && len(branches) > 1
		}
	}
	for i, b := range branches {
		if i != taken && b.start < b.end {
			not = append(not, b)
		}
	}
	return not, guessed
}

// condition evaluates what values decide: a name, not a name, a comparison of a
// name with a string.
func condition(text string, values map[string]string) (holds, known bool) {
	text = strings.TrimSpace(strings.Trim(text, "()"))
	if rest, negated := strings.CutPrefix(text, "not "); negated {
		holds, known = condition(rest, values)
		return !holds && known, known
	}
	if words := strings.Fields(text); len(words) == 3 {
		name, with, equal := words[1], words[2], words[0] == "eq"
		if words[1] == "==" || words[1] == "!=" {
			name, equal = words[0], words[1] == "=="
		} else if words[0] != "eq" && words[0] != "ne" {
			return false, false
		}
		value, ok := lookup(values, name)
		constant := strings.Trim(with, "\"'`")
		return ok && (value == constant) == equal, ok && constant != with
	}
	value, ok := lookup(values, text)
	return ok && value != "" && value != "false" && value != "0", ok
}
