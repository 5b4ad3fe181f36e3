package rules

import (
	"fmt"
	"math"

	"github.com/miglint/miglint/sqlast"
)

// narrowing says which values of a column the new type has no room for; "" if it
// has room for all, or a USING other than a cast makes them anew. The server
// raises 22001 and 22003; an explicit cast to varchar(n) or char(n) cuts instead.
func narrowing(from sqlast.TypeName, alter *sqlast.AlterColumnType) string {
	to := alter.Type
	if from.Schema != "" || to.Schema != "" || (from.ArrayDims > 0) != (to.ArrayDims > 0) {
		return ""
	}
	cut := false
	switch using := alter.Using.(type) {
	case nil, *sqlast.ColumnExpr:
	case *sqlast.CastExpr:
		if _, ok := using.Arg.(*sqlast.ColumnExpr); !ok {
			return ""
		}
		cut = len(using.Type.Mods) > 0
	default:
		return ""
	}
	if last, ok := lastValue[to.Name.Name]; ok && last < lastValue[from.Name.Name] {
		return fmt.Sprintf("it fails on a value beyond %d", last)
	}
	switch to.Name.Name {
	case "varchar", "bpchar":
		room, had := length(to), length(from)
		switch {
		case room >= had:
		case cut:
			return fmt.Sprintf("it cuts off what is longer than %d characters", room)
		default:
			return fmt.Sprintf("it fails on a value of more than %d characters", room)
		}
	case "numeric":
		if room := wholeDigits(to); from.Name.Name == "numeric" && room < wholeDigits(from) {
			return fmt.Sprintf("it fails on a value with more than %d digits before the point", room)
		}
	}
	return ""
}

// length is how many characters a string type holds; 0 if it is none.
func length(t sqlast.TypeName) int {
	switch t.Name.Name {
	case "varchar", "bpchar":
		if len(t.Mods) == 1 {
			return t.Mods[0]
		}
		return math.MaxInt
	case "text":
		return math.MaxInt
	}
	return 0
}

// wholeDigits is how many digits a numeric type holds before the point.
func wholeDigits(t sqlast.TypeName) int {
	switch len(t.Mods) {
	case 1:
		return t.Mods[0]
	case 2:
		return t.Mods[0] - t.Mods[1]
	}
	return math.MaxInt
}
