package effect

import (
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/sqlast"
)

// A bound is FOR VALUES FROM (low) TO (high) or IN (list) of a table partitioned
// by one column, as far as it is written in literals.
type bound struct {
	column    string
	low, high string // "" for MINVALUE and MAXVALUE
	list      []string
	isList    bool
}

// readBound reads a bound; false if it is another kind, is over several columns
// or an expression, or holds anything but literals.
func readBound(parent *catalog.Table, b sqlast.PartitionBound) (bound, bool) {
	if b.Default || parent == nil || parent.PartitionBy == nil || len(parent.PartitionBy.Columns) != 1 || parent.PartitionBy.Columns[0] == "" {
		return bound{}, false
	}
	groups, ok := literalGroups(b.Text)
	r := bound{column: parent.PartitionBy.Columns[0]}
	switch {
	case !ok:
		return bound{}, false
	case parent.PartitionBy.Strategy == "range" && len(groups) == 2 && len(groups[0]) == 1 && len(groups[1]) == 1:
		r.low, r.high = finite(groups[0][0]), finite(groups[1][0])
		return r, true
	case parent.PartitionBy.Strategy == "list" && len(groups) == 1:
		r.list, r.isList = groups[0], true
		return r, true
	}
	return bound{}, false
}

func finite(s string) string {
	if up := strings.ToUpper(s); up == "MINVALUE" || up == "MAXVALUE" {
		return ""
	}
	return s
}

// literalGroups reads the parenthesized lists of a bound's text. Strings lose
// their quotes; anything that is no literal makes it false.
func literalGroups(text string) (groups [][]string, ok bool) {
	for {
		open := strings.IndexByte(text, '(')
		if open < 0 {
			return groups, len(groups) > 0
		}
		end := closing(text[open:])
		if end < 0 {
			return nil, false
		}
		var group []string
		for _, item := range strings.Split(text[open+1:open+end], ",") {
			item = strings.TrimSpace(item)
			if n := len(item); n >= 2 && item[0] == '\'' && item[n-1] == '\'' {
				item = item[1 : n-1]
				if item == "" || strings.ContainsAny(item, `'\`) {
					return nil, false
				}
			} else if _, isNumber := new(big.Rat).SetString(item); !isNumber && finite(item) != "" {
				return nil, false
			}
			group = append(group, item)
		}
		groups = append(groups, group)
		text = text[open+end+1:]
	}
}

// closing is the offset of the parenthesis that closes the one s starts with; -1
// if another opens first or a string has a comma.
func closing(s string) int {
	quoted := false
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted && c == ',':
			return -1
		case quoted:
		case c == '(':
			return -1
		case c == ')':
			return i
		}
	}
	return -1
}

// compare orders two literals; false if they are neither two numbers nor two
// strings of the same length, where the order of dates, times and plain words
// is that of their bytes.
func compare(a, b string) (int, bool) {
	x, xok := new(big.Rat).SetString(a)
	y, yok := new(big.Rat).SetString(b)
	switch {
	case xok && yok:
		return x.Cmp(y), true
	case a == b:
		return 0, true
	case !xok && !yok && len(a) == len(b):
		return strings.Compare(a, b), true
	}
	return 0, false
}

// limits is what the valid CHECKs of a table say of one column.
type limits struct {
	low, high     string // "" if unlimited
	lowIn, highIn bool   // the limit itself is allowed
	list          []string
	isList        bool
	not           []string // column <> value
}

// checksOf gathers the limits; unread is set if a CHECK says something else of
// the column.
func checksOf(t *catalog.Table, column string) (l limits, unread bool) {
	for _, c := range t.Constraints {
		if c.Kind == sqlast.Check && c.Valid && !c.NotEnforced {
			for _, e := range conjuncts(c.Expr) {
				if !l.add(e, column) && mentions(e, column) {
					unread = true
				}
			}
		}
	}
	return l, unread
}

// conjuncts is the operands of the outermost ANDs.
func conjuncts(e sqlast.Expr) []sqlast.Expr {
	if b, ok := e.(*sqlast.BoolOpExpr); ok && b.Op == "and" {
		var all []sqlast.Expr
		for _, arg := range b.Args {
			all = append(all, conjuncts(arg)...)
		}
		return all
	}
	return []sqlast.Expr{e}
}

// add takes in column op literal and column IN (literals).
func (l *limits) add(e sqlast.Expr, column string) bool {
	if n, ok := e.(*sqlast.NullTestExpr); ok {
		c, ok := n.Arg.(*sqlast.ColumnExpr)
		return ok && c.Column == column && n.Not
	}
	op, ok := e.(*sqlast.OpExpr)
	if !ok || len(op.Args) < 2 {
		return false
	}
	if c, ok := op.Args[0].(*sqlast.ColumnExpr); !ok || c.Column != column {
		return false
	}
	var values []string
	for _, arg := range op.Args[1:] {
		v, ok := literal(arg)
		if !ok {
			return false
		}
		values = append(values, v)
	}
	switch op.Op {
	case ">=", ">":
		l.low, l.lowIn = values[0], op.Op == ">="
	case "<=", "<":
		l.high, l.highIn = values[0], op.Op == "<="
	case "between":
		if len(values) != 2 {
			return false
		}
		l.low, l.lowIn, l.high, l.highIn = values[0], true, values[1], true
	case "<>":
		l.not = append(l.not, values...)
	case "=", "in":
		l.list, l.isList = values, true
	default:
		return false
	}
	return true
}

// literal is the text of a constant, casts removed.
func literal(e sqlast.Expr) (string, bool) {
	for {
		switch x := e.(type) {
		case *sqlast.CastExpr:
			e = x.Arg
		case *sqlast.ConstExpr:
			return x.Value, x.Kind == sqlast.StringConst || x.Kind == sqlast.NumberConst
		default:
			return "", false
		}
	}
}

// provesBound reports whether valid CHECKs of a table prove that every row
// belongs to a partition (ConstraintImpliedByRelConstraint); unsure is set when
// it cannot be told.
func (j *judge) provesBound(t, parent *catalog.Table, pb sqlast.PartitionBound) (proved, unsure bool) {
	if t == nil || t.Partial || parent == nil || parent.Partial {
		return false, true
	}
	b, ok := readBound(parent, pb)
	if !ok {
		return false, j.anyCheck(t)
	}
	l, unread := checksOf(t, b.column)
	if col := t.Column(b.column); (col == nil || !col.NotNull) && !j.cat.ProvesNotNull(t, b.column) {
		return false, unread
	}
	if b.isList {
		return l.isList && subset(l.list, b.list), unread
	}
	low := b.low == "" || atLeast(l.low, b.low)
	high := b.high == "" || l.high != "" && less(l.high, b.high, !l.highIn)
	return low && high, unread
}

// excludesBound reports whether valid CHECKs of the DEFAULT partition prove that
// no row of it belongs to a new partition.
func (j *judge) excludesBound(t, parent *catalog.Table, pb sqlast.PartitionBound) (excluded, unsure bool) {
	if t == nil || t.Partial || parent == nil || parent.Partial {
		return false, true
	}
	b, ok := readBound(parent, pb)
	if !ok {
		return false, j.anyCheck(t)
	}
	l, unread := checksOf(t, b.column)
	if b.isList {
		return subset(b.list, l.not), unread || l.isList
	}
	above := b.high != "" && atLeast(l.low, b.high)
	below := b.low != "" && l.high != "" && less(l.high, b.low, !l.highIn)
	return above || below, unread
}

func (j *judge) anyCheck(t *catalog.Table) bool {
	for _, c := range t.Constraints {
		if c.Kind == sqlast.Check && c.Valid {
			return true
		}
	}
	return false
}

func atLeast(a, b string) bool {
	n, ok := compare(a, b)
	return a != "" && ok && n >= 0
}

// less is a < b, or a <= b if equal is allowed.
func less(a, b string, equal bool) bool {
	n, ok := compare(a, b)
	return ok && (n < 0 || equal && n == 0)
}

func subset(a, b []string) bool {
	for _, x := range a {
		found := false
		for _, y := range b {
			n, ok := compare(x, y)
			found = found || ok && n == 0
		}
		if !found {
			return false
		}
	}
	return true
}

// fewPartitions is up to how many partitions a new bound is compared with; a
// history of very many would take quadratic time.
const fewPartitions = 100

var (
	modulus   = regexp.MustCompile(`(?i)\bMODULUS\s+(\d+)`)
	remainder = regexp.MustCompile(`(?i)\bREMAINDER\s+(\d+)`)
)

// sameRemainder reports whether two bounds of hash partitions have the same
// modulus and remainder.
func sameRemainder(a, b string) bool {
	for _, part := range [...]*regexp.Regexp{modulus, remainder} {
		x, y := part.FindStringSubmatch(a), part.FindStringSubmatch(b)
		if x == nil || y == nil || x[1] != y[1] {
			return false
		}
	}
	return true
}

// overlaps is a partition of parent that a new bound certainly overlaps.
func (j *judge) overlaps(parent *catalog.Table, pb sqlast.PartitionBound) (catalog.Key, bool) {
	if len(parent.Partitions) > fewPartitions || pb.Default {
		return catalog.Key{}, false
	}
	hash := parent.PartitionBy != nil && parent.PartitionBy.Strategy == "hash"
	b, ok := readBound(parent, pb)
	if !ok && !hash {
		return catalog.Key{}, false
	}
	for _, k := range parent.Partitions {
		t := j.cat.TableAt(k)
		if t == nil || hash && !sameRemainder(pb.Text, t.Bound.Text) {
			continue
		}
		if hash {
			return k, true
		}
		other, ok := readBound(parent, t.Bound)
		if !ok || b.isList {
			if slices.ContainsFunc(b.list, func(v string) bool { return slices.Contains(other.list, v) }) {
				return k, true
			}
			continue
		}
		if (b.low == "" || other.high == "" || less(b.low, other.high, false)) &&
			(other.low == "" || b.high == "" || less(other.low, b.high, false)) {
			return k, true
		}
	}
	return catalog.Key{}, false
}
