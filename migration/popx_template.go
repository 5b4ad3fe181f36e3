package migration

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/miglint/miglint/source"
)

// popxAction is an action of a template, with the blanks that its dashes trim.
var popxAction = regexp.MustCompile(`(?s)(?:\s*\{\{- |\{\{)\s*(/\*.*?\*/|(?:"[^"]*"|` + "`[^`]*`" + `|[^"` + "`" + `])*?)\s*(?: -\}\}\s*|\}\})`)

// popxBranch is an if of a template that is open.
type popxBranch struct {
	word     string
	known    bool // its condition is about the dialect only
	taken    bool // a branch has been taken
	skipping bool // this branch is not
	from     int  // where what is left out begins
}

// popxTemplate is what Go's template engine takes out of a file on PostgreSQL: its
// comments, the branches for other databases and the actions around those. Other
// actions stay, as placeholders for the parser.
func popxTemplate(f *source.File) []source.Cut {
	if !bytes.Contains(f.Text, []byte("{{")) {
		return nil
	}
	var cuts []source.Cut
	var open []popxBranch
	depth := 0 // of the branches around that are left out
	cut := func(start, end int) {
		if depth == 0 && start < end {
			cuts = append(cuts, source.Cut{Start: start, End: end})
		}
	}
	for _, at := range popxAction.FindAllSubmatchIndex(f.Text, -1) {
		words := strings.Fields(string(f.Text[at[2]:at[3]]))
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "if", "with", "range", "block", "define":
			b := popxBranch{word: words[0], from: at[0]}
			value, known := popxCondition(words[1:])
			if b.known = known && words[0] == "if"; b.known {
				b.taken, b.skipping = value, !value
				if !b.skipping {
					cut(at[0], at[1])
				} else {
					depth++
				}
			}
			open = append(open, b)
		case "else":
			if len(open) == 0 || !open[len(open)-1].known {
				continue
			}
			b := &open[len(open)-1]
			value, known := true, true
			if len(words) > 1 {
				value, known = popxCondition(words[2:])
				known = known && words[1] == "if"
			}
			b.step(value || !known, at, &depth, cut)
		case "end":
			if len(open) == 0 {
				continue
			}
			b := open[len(open)-1]
			open = open[:len(open)-1]
			switch {
			case !b.known:
			case b.skipping:
				depth--
				cut(b.from, at[1])
			default:
				cut(at[0], at[1])
			}
		default:
			if strings.HasPrefix(words[0], "/*") {
				cut(at[0], at[1])
			}
		}
	}
	return cuts
}

// step goes on to the next branch of an if.
func (b *popxBranch) step(value bool, at []int, depth *int, cut func(start, end int)) {
	take := value && !b.taken
	switch {
	case b.skipping && take:
		*depth--
		cut(b.from, at[1])
	case b.skipping:
	case !take:
		b.from = at[0]
		*depth++
	}
	b.skipping, b.taken = !take, b.taken || take
}

// popxCondition is the value of a condition on PostgreSQL, if it is one of those
// that popx's migration_content.go gives to templates.
func popxCondition(words []string) (value, known bool) {
	cond := strings.Trim(strings.Join(words, " "), "()")
	name, negated := strings.CutPrefix(cond, "not ")
	switch name {
	case ".IsPostgreSQL":
		return !negated, true
	case ".IsSQLite", ".IsCockroach", ".IsMySQL", ".IsMariaDB":
		return negated, true
	}
	op, rest, _ := strings.Cut(cond, " ")
	if op != "or" && op != "and" {
		return false, false
	}
	value = op == "and"
	for _, word := range strings.Fields(rest) {
		v, ok := popxCondition([]string{word})
		if !ok {
			return false, false
		}
		if op == "or" {
			value = value || v
		} else {
			value = value && v
		}
	}
	return value, true
}
