package pgparse

// form is one piece of grammar that PostgreSQL 16 does not have.
type form struct {
	verb  string // the first word of the statements that have it, "" for any
	match func(r *rewriter, i int)
}

// newerForms are the forms by the key word that they begin with. See gram.y of the
// major named for each; what is said of 19 is from its manual.
var newerForms = map[string][]form{
	// 17
	"set":            {{"alter", setForms}, {"set", setNull}},
	"json_table":     {{"", jsonTable}},
	"json_query":     {{"", jsonQuery}},
	"json_value":     {{"", jsonQuery}},
	"json_exists":    {{"", jsonQuery}},
	"json_serialize": {{"", jsonFunction}},
	"json":           {{"", jsonFunction}},
	"merge":          {{"", mergeReturning}, {"alter", mergePartition}},
	"at":             {{"", atLocal}},
	"hashes":         {{"alter", operatorFlag}},
	"merges":         {{"alter", operatorFlag}},
	"cluster":        {{"cluster", bareOptions}},
	// 18, and MERGE … BY SOURCE of 17
	"not":       {{"alter", notNull}, {"create", notNull}, {"", notMatched}},
	"enforced":  {{"alter", enforcedWord}, {"create", enforcedWord}},
	"generated": {{"alter", generated}, {"create", generated}},
	"without":   {{"alter", overlaps}, {"create", overlaps}},
	"period":    {{"alter", periodWord}, {"create", periodWord}},
	"alter":     {{"alter", alterConstraint}},
	"returning": {{"", returningWith}},
	"only":      {{"vacuum", vacuumOnly}, {"analyze", vacuumOnly}, {"analyse", vacuumOnly}},
	"vacuum":    {{"vacuum", vacuumStar}},
	"analyze":   {{"analyze", vacuumStar}},
	"large":     {{"alter", largeObjects}},
	// 19
	"split":      {{"alter", splitPart}},
	"repack":     {{"repack", repackForm}},
	"group":      {{"", groupByAll}},
	"ignore":     {{"", treatNulls}},
	"respect":    {{"", treatNulls}},
	"on":         {{"", conflictSelect}},
	"for":        {{"", portion}},
	"checkpoint": {{"checkpoint", bareOptions}},
	"wait":       {{"wait", waitFor}},
	"all":        {{"create", publicationAll}},
	"except":     {{"create", publicationExcept}},
	"refresh":    {{"alter", refreshSequences}},
	"connection": {{"create", wrapperConnection}, {"alter", wrapperConnection}},
}

// setForms is SET EXPRESSION AS (e), SET STATISTICS DEFAULT and SET ACCESS METHOD
// DEFAULT.
func setForms(r *rewriter, i int) {
	switch {
	case r.words(i, "set", "expression", "as") && r.close(i+3) > 0:
		r.fill(i, i+3, "SET DEFAULT")
		r.note(setExpression, i, r.close(i+3)+1)
	case r.words(i, "set", "statistics", "default"):
		r.fill(i+2, i+3, "-1")
		r.note(statisticsDefault, i, i+3)
	case r.words(i, "set", "access", "method", "default"):
		r.fill(i+3, i+4, `"deflt"`)
		r.note(accessMethodDefault, i, i+4)
	default:
		setNull(r, i)
	}
}

// setNull is SET parameter TO NULL (19).
func setNull(r *rewriter, i int) {
	i++
	if r.word(i, "local", "session") {
		i++
	}
	if end := r.nameEnd(i); r.name(i) && (r.word(end, "to") || r.operator(end, "=")) && r.word(end+1, "null") {
		r.fill(end+1, end+2, "''")
		r.note(ignored, end+1, end+2)
	}
}

func (r *rewriter) operator(i int, op string) bool {
	return i < len(r.toks) && r.toks[i].Kind == Operator && r.text[r.toks[i].Start:r.toks[i].End] == op
}

// jsonTable is JSON_TABLE(context, path … COLUMNS (…)), which becomes a function
// of its context.
func jsonTable(r *rewriter, i int) {
	end := r.close(i + 1)
	if end < 0 {
		return
	}
	comma := r.find(i+2, func(i int) bool { return r.punct(i, ',') || r.words(i, "format", "json") })
	r.drop(ignored, comma, end)
}

// jsonQuery is JSON_QUERY, JSON_VALUE and JSON_EXISTS, which become functions of
// their context and path.
func jsonQuery(r *rewriter, i int) {
	end := r.close(i + 1)
	if end < 0 {
		return
	}
	isComma := func(i int) bool { return r.punct(i, ',') }
	comma := r.find(i+2, isComma)
	if format := r.findWord(i+3, "format"); format < comma {
		r.drop(ignored, format, comma)
	}
	clause := r.findWord(comma+2, "passing", "returning", "with", "without", "keep", "omit", "null", "error", "empty",
		"true", "false", "unknown", "default")
	r.drop(ignored, clause, end)
}

// jsonFunction is JSON_SERIALIZE(e FORMAT JSON RETURNING t) and JSON(e WITH UNIQUE
// KEYS).
func jsonFunction(r *rewriter, i int) {
	if end := r.close(i + 1); end > 0 {
		r.drop(ignored, r.findWord(i+3, "format", "returning", "with", "without"), end)
	}
}

// mergeReturning is RETURNING at the end of MERGE.
func mergeReturning(r *rewriter, i int) {
	if using := r.findWord(i+1, "using"); r.word(using, "using") {
		returning := r.findWord(using, "returning")
		r.drop(ignored, returning, r.find(returning, func(int) bool { return false }))
	}
}

// notMatched is WHEN NOT MATCHED BY SOURCE and BY TARGET of MERGE.
func notMatched(r *rewriter, i int) {
	if !r.words(i, "not", "matched", "by") {
		return
	}
	switch {
	case r.word(i+3, "source"): // its actions are those of WHEN MATCHED
		r.drop(ignored, i, i+1)
		r.drop(ignored, i+2, i+4)
	case r.word(i+3, "target"):
		r.drop(ignored, i+2, i+4)
	}
}

// atLocal is e AT LOCAL.
func atLocal(r *rewriter, i int) {
	if r.word(i+1, "local") {
		r.drop(ignored, i, i+2)
	}
}

// operatorFlag is HASHES or MERGES without a value in ALTER OPERATOR … SET (…).
func operatorFlag(r *rewriter, i int) {
	if r.word(1, "operator") && r.punct(i-1, '(', ',') && r.punct(i+1, ')', ',') {
		r.fill(i, i+1, "x=NONE")
		r.note(ignored, i, i+1)
	}
}

// bareOptions is CLUSTER (…) without a table (17) and CHECKPOINT (…) (19).
func bareOptions(r *rewriter, i int) {
	if end := r.close(i + 1); i == 0 && end > 0 && (end+1 == len(r.toks) || r.punct(end+1, ';')) {
		r.drop(ignored, i+1, end+1)
	}
}
