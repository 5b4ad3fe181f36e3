package effect

import (
	"slices"
	"strings"

	"github.com/miglint/miglint/sqlast"
)

// conversion is what a change from one type to another costs.
type conversion int

const (
	free       conversion = iota // the stored bytes stay (ATColumnChangeRequiresRewrite in tablecmds.c)
	rewrites                     // every row is converted
	impossible                   // no assignment cast: an error unless USING says how
	unclear                      // a type that neither PostgreSQL nor history has
)

// binaryCasts are the casts of pg_cast that keep the bytes (castmethod 'b'); the
// last two come with the citext extension.
var binaryCasts = castTable(`
	text:varchar,bpchar varchar:text,bpchar xml:text,varchar,bpchar cidr:inet bit:varbit varbit:bit
	int4:` + regTypes + ` oid:int4,` + regTypes + ` regproc:int4,oid,regprocedure regprocedure:int4,oid,regproc
	regoper:int4,oid,regoperator regoperator:int4,oid,regoper regclass:int4,oid regtype:int4,oid
	regconfig:int4,oid regdictionary:int4,oid regnamespace:int4,oid regrole:int4,oid regcollation:int4,oid
	citext:text,varchar,bpchar text:citext varchar:citext`)

const regTypes = "oid,regclass,regcollation,regconfig,regdictionary,regnamespace,regoper,regoperator,regproc,regprocedure,regrole,regtype"

// assignmentCasts are the other casts of pg_cast that an assignment may use;
// casts to a string type are always possible (find_coercion_pathway in
// parse_coerce.c).
var assignmentCasts = castTable(`
	int8:float8,int4,money,numeric,float4,int2,` + regTypes + ` int2:float8,int4,int8,numeric,float4,` + regTypes + `
	int4:char,int8,float8,money,numeric,float4,int2 oid:int8 regclass:int8 regtype:int8 regproc:int8
	text:char,name,regclass varchar:char,name,regclass bpchar:char,name json:jsonb jsonb:json
	point:box path:polygon box:polygon polygon:path float4:int8,float8,int4,numeric,int2 float8:int8,int4,numeric,float4,int2
	numeric:int8,float8,int4,money,float4,int2 money:numeric macaddr:macaddr8 macaddr8:macaddr inet:cidr
	date:timestamp,timestamptz time:interval,timetz timetz:time interval:time
	timestamp:date,time,timestamptz timestamptz:date,timetz,time,timestamp bpchar:citext bool:citext inet:citext`)

// stringTypes take an assignment from any type: those of category S.
var stringTypes = map[string]bool{"text": true, "varchar": true, "bpchar": true, "name": true, "citext": true}

// builtinTypes are types whose casts are all in the tables above.
var builtinTypes = func() map[string]bool {
	m := map[string]bool{}
	for _, t := range strings.Fields(`bool bytea char name int2 int4 int8 float4 float8 numeric money text varchar bpchar
		citext json jsonb xml uuid date time timetz timestamp timestamptz interval bit varbit cidr inet macaddr macaddr8
		oid regproc regprocedure regoper regoperator regclass regtype regconfig regdictionary regnamespace regrole
		regcollation point line lseg box path polygon circle tsvector tsquery int4range int8range numrange tsrange
		tstzrange daterange`) {
		m[t] = true
	}
	return m
}()

func castTable(s string) map[string][]string {
	m := map[string][]string{}
	for _, f := range strings.Fields(s) {
		from, to, _ := strings.Cut(f, ":")
		m[from] = append(m[from], strings.Split(to, ",")...)
	}
	return m
}

// convert is what changing a column's type costs without USING, or with a USING
// that only casts the column.
func (j *judge) convert(from, to sqlast.TypeName, explicit bool) conversion {
	domains := j.domains(from)
	if len(domains) > 0 {
		if j.sameType(from, to) {
			return free
		}
		// A value of a domain has no modifiers (exprTypmod in nodeFuncs.c): the
		// base type's are applied once more.
		from = domains[len(domains)-1].Base
		from.Mods, from.ModText, from.Interval = nil, "", ""
	}
	base, checked := j.baseType(to)
	c := j.convertBase(from, base, explicit)
	if c == free && checked {
		return rewrites
	}
	return c
}

// baseType is what a domain is made of, and whether one of its layers has a
// constraint (DomainHasConstraints).
func (j *judge) baseType(t sqlast.TypeName) (base sqlast.TypeName, checked bool) {
	for _, d := range j.domains(t) {
		checked = checked || d.NotNull || len(d.Checks) > 0
		t = d.Base
	}
	return t, checked
}

func (j *judge) convertBase(from, to sqlast.TypeName, explicit bool) conversion {
	same := j.sameType(from, to)
	if from.ArrayDims > 0 || to.ArrayDims > 0 {
		return j.convertArray(from, to, same, explicit)
	}
	if same {
		return sameTypeConversion(from, to)
	}
	if !j.understood(from) || !j.understood(to) {
		return unclear
	}
	f, t := from.Name.Name, to.Name.Name
	if from.Schema == "" && to.Schema == "" {
		switch {
		case slices.Contains(binaryCasts[f], t):
			// A length written with the new type is another step, which no source
			// type of these casts makes superfluous.
			if len(to.Mods) == 0 {
				return free
			}
			return rewrites
		case f == "timestamp" && t == "timestamptz", f == "timestamptz" && t == "timestamp":
			if j.env.TimeZoneUTC && precisionKept(nil, to.Mods) {
				return free
			}
			return rewrites
		}
	}
	if explicit || stringTypes[t] && to.Schema == "" || slices.Contains(assignmentCasts[f], t) && from.Schema == "" {
		return rewrites
	}
	return impossible
}

// convertArray: elements are converted one by one even where the element's own
// cast would be free (ArrayCoerceExpr); only the same array type stays.
func (j *judge) convertArray(from, to sqlast.TypeName, same, explicit bool) conversion {
	switch {
	case same && (len(to.Mods) == 0 && to.ModText == "" && to.Interval == "" || sameMods(from, to)):
		return free
	case same:
		return rewrites
	}
	if (from.ArrayDims > 0) != (to.ArrayDims > 0) {
		switch {
		case explicit || to.ArrayDims == 0 && to.Schema == "" && stringTypes[to.Name.Name]:
			return rewrites
		case j.understood(from) && j.understood(to):
			return impossible
		}
		if builtinTypes[from.Name.Name] && builtinTypes[to.Name.Name] && from.Schema == "" && to.Schema == "" {
			return impossible
		}
		return unclear
	}
	from.ArrayDims, to.ArrayDims = 0, 0
	if c := j.convert(from, to, explicit); c != free {
		return c
	}
	return rewrites
}

// sameType reports whether two types are the same but for modifiers.
func (j *judge) sameType(a, b sqlast.TypeName) bool {
	return (a.ArrayDims > 0) == (b.ArrayDims > 0) && j.cat.ResolveType(a.Name) == j.cat.ResolveType(b.Name)
}

// understood reports whether the casts of a type are known: PostgreSQL's own
// types and those history has made.
func (j *judge) understood(t sqlast.TypeName) bool {
	return t.Schema == "" && builtinTypes[t.Name.Name] || j.cat.Type(t.Name) != nil
}

func sameMods(a, b sqlast.TypeName) bool {
	return slices.Equal(a.Mods, b.Mods) && a.ModText == b.ModText && a.Interval == b.Interval
}

// sameTypeConversion is a change of nothing but the modifiers: free if they are
// the same or gone, or if the type's support function knows that no value
// changes (varchar_support, numeric_support, varbit_support, TemporalSimplify,
// interval_support).
func sameTypeConversion(from, to sqlast.TypeName) conversion {
	if sameMods(from, to) || len(to.Mods) == 0 && to.ModText == "" && to.Interval == "" {
		return free
	}
	if from.Schema != "" {
		return unclear
	}
	kept := false
	switch to.Name.Name {
	case "varchar", "varbit":
		kept = len(from.Mods) == 1 && len(to.Mods) == 1 && from.Mods[0] <= to.Mods[0]
	case "numeric":
		kept = len(from.Mods) > 0 && len(to.Mods) > 0 && mod(from, 1) == mod(to, 1) && from.Mods[0] <= to.Mods[0]
	case "timestamp", "timestamptz", "time", "timetz":
		kept = precisionKept(from.Mods, to.Mods)
	case "interval":
		kept = leastField[to.Interval] <= leastField[from.Interval] &&
			(leastField[from.Interval] > 0 || precisionKept(from.Mods, to.Mods))
	default:
		if !builtinTypes[to.Name.Name] {
			return unclear
		}
	}
	if kept {
		return free
	}
	return rewrites
}

// mod is the i-th modifier, 0 if it was not written.
func mod(t sqlast.TypeName, i int) int {
	if i < len(t.Mods) {
		return t.Mods[i]
	}
	return 0
}

// maxPrecision is the precision of a time without one (MAX_TIMESTAMP_PRECISION).
const maxPrecision = 6

func precisionKept(from, to []int) bool {
	p := func(mods []int) int {
		if len(mods) == 0 {
			return maxPrecision
		}
		return mods[len(mods)-1]
	}
	return p(to) >= min(p(from), maxPrecision)
}

// leastField orders the fields of INTERVAL by the smallest unit kept
// (intervaltypmodleastfield in timestamp.c).
var leastField = map[string]int{
	"": 0, "second": 0, "day to second": 0, "hour to second": 0, "minute to second": 0,
	"minute": 1, "day to minute": 1, "hour to minute": 1,
	"hour": 2, "day to hour": 2, "day": 3, "month": 4, "year to month": 4, "year": 5,
}

// typeLabel is a type as the server's messages spell it (format_type_be).
func typeLabel(t sqlast.TypeName) string {
	t.Mods, t.ModText = nil, ""
	return t.String()
}

// btreeClass is the default operator class a type's index uses
// (GetDefaultOpClass); types that share one keep their index when one becomes
// the other.
func (j *judge) btreeClass(t sqlast.TypeName) string {
	t, _ = j.baseType(t)
	name := t.Name.Name
	switch name {
	case "varchar", "name":
		name = "text"
	case "cidr":
		name = "inet"
	}
	if strings.HasPrefix(name, "reg") && slices.Contains(binaryCasts["oid"], name) {
		name = "oid"
	}
	return name
}
