package sqlast

import (
	"strconv"
	"strings"
)

// displayNames are the words of format_type() for the types that have others than
// their internal name. Modifiers stand where the % is, or at the end.
var displayNames = map[string]string{
	"bit": "bit", "bool": "boolean", "bpchar": "character", "char": `"char"`,
	"float4": "real", "float8": "double precision",
	"int2": "smallint", "int4": "integer", "int8": "bigint",
	"interval": "interval", "numeric": "numeric",
	"serial2": "smallserial", "serial4": "serial", "serial8": "bigserial",
	"time": "time% without time zone", "timetz": "time% with time zone",
	"timestamp": "timestamp% without time zone", "timestamptz": "timestamp% with time zone",
	"varbit": "bit varying", "varchar": "character varying",
}

// String prints the type as people read it, in the words of PostgreSQL's
// format_type(): integer, character varying(20), timestamp with time zone, text[].
func (t TypeName) String() string {
	if t.Name.IsZero() {
		return ""
	}
	var b strings.Builder
	if t.SetOf {
		b.WriteString("SETOF ")
	}
	name, known := displayNames[t.Name.Name]
	switch {
	case !known || t.Schema != "":
		name = t.Name.String()
	case t.Name.Name == "bpchar" && len(t.Mods) == 0:
		name = "bpchar" // without a length it is not CHARACTER, which means CHARACTER(1)
	}
	before, after, _ := strings.Cut(name, "%")
	b.WriteString(before)
	if t.Interval != "" {
		b.WriteByte(' ')
		b.WriteString(t.Interval)
	}
	b.WriteString(t.modifiers())
	b.WriteString(after)
	for range t.ArrayDims {
		b.WriteString("[]")
	}
	return b.String()
}

// modifiers prints the parenthesis after a type's name.
func (t TypeName) modifiers() string {
	if t.ModText != "" {
		return "(" + t.ModText + ")"
	}
	if len(t.Mods) == 0 {
		return ""
	}
	parts := make([]string, len(t.Mods))
	for i, m := range t.Mods {
		parts[i] = strconv.Itoa(m)
	}
	return "(" + strings.Join(parts, ",") + ")"
}
