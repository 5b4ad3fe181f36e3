package pgparse

// form is one piece of grammar that PostgreSQL 16 does not have.
type form struct {
	verb  string // the first word of the statements that have it, "" for any
	match func(r *rewriter, i int)
	since int // the first major that has it
}

// newerForms are the forms by the key word that they begin with. See gram.y of the
// major named for each; what is said of 19 is from its manual.
var newerForms = map[string][]form{
	// 17
	"set":            {{"alter", setForms, 17}, {"alter", setNull, 19}, {"set", setNull, 19}},
	"json_table":     {{"", jsonTable, 17}},
	"json_query":     {{"", jsonQuery, 17}},
	"json_value":     {{"", jsonQuery, 17}},
	"json_exists":    {{"", jsonQuery, 17}},
	"json_serialize": {{"", jsonFunction, 17}},
	"json":           {{"", jsonFunction, 17}},
	"merge":          {{"", mergeReturning, 17}, {"alter", mergePartition, 19}},
	"at":             {{"", atLocal, 17}},
	"hashes":         {{"alter", operatorFlag, 17}},
	"merges":         {{"alter", operatorFlag, 17}},
	"cluster":        {{"cluster", bareOptions, 17}},
	// 18, and MERGE … BY SOURCE of 17
	"not":       {{"alter", domainNotNull, 17}, {"alter", notNull, 18}, {"create", notNull, 18}, {"", notMatched, 17}},
	"enforced":  {{"alter", enforcedWord, 18}, {"create", enforcedWord, 18}},
	"generated": {{"alter", generated, 18}, {"create", generated, 18}},
	"without":   {{"alter", overlaps, 18}, {"create", overlaps, 18}},
	"period":    {{"alter", periodWord, 18}, {"create", periodWord, 18}},
	"alter":     {{"alter", alterConstraint, 18}},
	"returning": {{"", returningWith, 18}},
	"only":      {{"vacuum", vacuumOnly, 18}, {"analyze", vacuumOnly, 18}, {"analyse", vacuumOnly, 18}},
	"vacuum":    {{"vacuum", vacuumStar, 18}},
	"analyze":   {{"analyze", vacuumStar, 18}},
	"large":     {{"alter", largeObjects, 18}},
	// 19
	"split":      {{"alter", splitPart, 19}},
	"repack":     {{"repack", repackForm, 19}},
	"group":      {{"", groupByAll, 19}},
	"ignore":     {{"", treatNulls, 19}},
	"respect":    {{"", treatNulls, 19}},
	"on":         {{"", conflictSelect, 19}},
	"for":        {{"", portion, 19}},
	"checkpoint": {{"checkpoint", bareOptions, 19}},
	"wait":       {{"wait", waitFor, 19}},
	"all":        {{"create", publicationAll, 19}},
	"except":     {{"create", publicationExcept, 19}},
	"refresh":    {{"alter", refreshSequences, 19}},
	"connection": {{"create", wrapperConnection, 19}, {"alter", wrapperConnection, 19}},
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
