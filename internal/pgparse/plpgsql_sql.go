package pgparse

import (
	"slices"

	pg_query "github.com/pganalyze/pg_query_go/v5"

	"github.com/miglint/miglint/sqlast"
)

// addSQL notes the SQL in the tokens [lo, hi).
func (r *plReader) addSQL(out *[]plStep, kind sqlKind, lo, hi int) *sqlStep {
	if lo >= hi {
		r.fail(out, lo)
		return nil
	}
	s := &sqlStep{at: tokenSpan{lo, hi}, kind: kind, into: nowhere, plPlace: r.plPlace}
	r.sqls = append(r.sqls, s)
	*out = append(*out, s)
	return s
}

// expression reads an expression that goes up to end. It is kept if it has a
// query, or calls what may be a function of the user's.
func (r *plReader) expression(out *[]plStep, end int) {
	lo := r.pos
	r.pos = max(lo, end)
	if lo < end && r.isQuery(lo, end) {
		r.addSQL(out, expression, lo, end)
	}
}

// expressionList reads expressions between commas, and after USING, up to end.
func (r *plReader) expressionList(out *[]plStep, end int) {
	for r.pos < end {
		stop := min(r.until("using"), end)
		for _, at := range r.cut(r.pos, stop, ",") {
			r.pos = at.lo
			r.expression(out, at.hi)
		}
		r.pos = stop + 1
	}
	r.pos = end
}

// isQuery reports whether there is a SELECT in the tokens [lo, hi), a FROM as in
// n := a FROM t, or the call of a function that is not known to touch nothing.
func (r *plReader) isQuery(lo, hi int) bool {
	depth := 0
	for i := lo; i < hi; i++ {
		switch r.toks[i].Kind {
		case Punct:
			switch r.text[r.toks[i].Start] {
			case '(', '[':
				depth++
			case ')', ']':
				depth--
			}
		case Ident, QuotedIdent:
			if r.is(i, "select") || depth == 0 && r.is(i, "from") && !r.is(max(lo, i-1), "distinct") {
				return true
			}
			if r.sign(i+1, "(") && i+1 < hi && (i > lo && r.sign(i-1, ".") || !touchesNothing[r.name(i)]) {
				return true
			}
		}
	}
	return false
}

// touchesNothing has the words that may stand before a bracket in an expression
// that reads and writes no table: operators of SQL, types with a modifier, and the
// functions that are most used.
var touchesNothing = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range [...]string{
		"and", "or", "not", "in", "any", "all", "some", "when", "then", "else", "case", "array", "row", "values", "between", "like", "is",
		"varchar", "char", "character", "varying", "numeric", "decimal", "timestamp", "timestamptz", "time", "interval", "bit",
		"coalesce", "nullif", "greatest", "least", "cast", "extract", "exists", "position", "substring", "overlay", "trim",
		"abs", "array_append", "array_cat", "array_length", "array_lower", "array_position", "array_remove", "array_to_string", "array_upper",
		"btrim", "cardinality", "ceil", "char_length", "chr", "clock_timestamp", "concat", "concat_ws", "current_setting", "date_part",
		"date_trunc", "decode", "encode", "floor", "format", "gen_random_uuid", "initcap", "json_build_object", "jsonb_build_array",
		"jsonb_build_object", "left", "length", "lower", "lpad", "ltrim", "md5", "mod", "now", "octet_length", "power", "quote_ident",
		"quote_literal", "quote_nullable", "random", "regexp_match", "regexp_matches", "regexp_replace", "regexp_split_to_array", "repeat",
		"replace", "reverse", "right", "round", "rpad", "rtrim", "split_part", "starts_with", "statement_timestamp", "string_to_array",
		"strpos", "substr", "to_char", "to_date", "to_json", "to_jsonb", "to_number", "to_timestamp", "trunc", "upper",
	} {
		m[w] = true
	}
	return m
}()

// parseSQL parses the SQL of all steps, in the order written.
func (r *plReader) parseSQL() {
	slices.SortStableFunc(r.sqls, func(a, b *sqlStep) int { return a.at.lo - b.at.lo })
	r.maskSteps()
	failed := false
	for _, s := range r.sqls {
		before := len(r.res.Statements)
		switch s.kind {
		case brokenSQL:
			if failed && s.problem.Kind == sqlast.SyntaxError {
				continue // it follows from an error before it
			}
			r.res.Statements = append(r.res.Statements, &sqlast.Statement{Span: r.emptySpan(s.at.lo), Problem: s.problem})
		case expression:
			r.parseExpression(s)
		case dynamicSQL:
			r.emit(s.at.lo, s.at.hi, nil, nil)
		default:
			r.parseStatement(s)
		}
		s.stmts = slices.Clone(r.res.Statements[before:])
		for _, stmt := range s.stmts {
			failed = failed || stmt.Problem != nil && stmt.Problem.Kind == sqlast.SyntaxError
		}
	}
}

// maskSteps hides the INTO clauses and writes SELECT where PERFORM is.
func (r *plReader) maskSteps() {
	var text []byte
	for _, s := range r.sqls {
		if !s.into.known() && s.kind != performSQL {
			continue
		}
		if text == nil {
			text = []byte(r.text)
		}
		if s.kind == performSQL {
			copy(text[r.toks[s.at.lo].Start:], "SELECT ")
			continue
		}
		mask{r.toks[s.into.lo].Start, r.toks[s.into.hi-1].End, blank}.write(text)
	}
	if text != nil {
		r.text = string(text)
	}
}

// parseStatement parses a static statement.
func (r *plReader) parseStatement(s *sqlStep) {
	pc := piece{s.at.lo, s.at.hi}
	before := len(r.res.Statements)
	if s.into.known() {
		pc = r.withoutInto(s)
	}
	if pc.lo == pc.hi {
		return
	}
	if !r.parseRun(pc) {
		r.parsePiece(pc)
	}
	if s.into.known() && len(r.res.Statements) == before+1 {
		stmt := r.res.Statements[before]
		start, end := r.toks[s.at.lo].Start, r.toks[s.at.hi-1].End
		stmt.Span, stmt.Text = r.frag.Span(start, end), r.written.Text[start:end]
	}
}

// withoutInto adds the tokens of a statement without its INTO clause to the end
// of the tokens, with what follows them.
func (r *plReader) withoutInto(s *sqlStep) piece {
	lo := len(r.toks)
	r.toks = append(r.toks, r.toks[s.at.lo:s.into.lo]...)
	r.toks = append(r.toks, r.toks[s.into.hi:s.at.hi]...)
	hi := len(r.toks)
	r.toks = append(r.toks, r.toks[s.at.hi:min(s.at.hi+2, lo)]...)
	return piece{lo, hi}
}

// parseExpression parses an expression as the query that PostgreSQL makes of it.
// The comments before it are left to the statement after it.
func (r *plReader) parseExpression(s *sqlStep) {
	commented, before := r.commented, len(r.res.Statements)
	r.parseSelect(piece{s.at.lo, s.at.hi})
	for _, stmt := range r.res.Statements[before:] {
		stmt.Comments = nil
	}
	r.commented = commented
}

func (r *plReader) parseSelect(pc piece) {
	if problem := r.refuse(pc); problem != nil {
		r.fileParser.fail(pc, problem)
		return
	}
	const prefix = "SELECT "
	toks := r.toks[pc.lo:pc.hi]
	start, end := toks[0].Start, toks[len(toks)-1].End
	base := start - len(prefix)
	text := prefix + r.text[start:end]
	if stmts, err := r.tree.parse(text, toks, base); err == nil {
		r.lowerSelect(stmts, pc, base, nil)
		r.tree.reset()
		return
	}
	failed := parseText(text, base)
	if newer, rewrites := rewriteNewer(r.text, toks); len(rewrites) > 0 {
		if again := parseText(prefix+newer, base); again.message == "" {
			r.lowerSelect(again.stmts, pc, base, rewrites)
			return
		}
	}
	if holes := r.holesIn(start, end); len(holes) > 0 {
		r.failHole(pc, holes[0])
		return
	}
	failed.at = max(failed.at, start)
	r.fileParser.fail(pc, r.syntaxError(pc, failed))
}

func (r *plReader) lowerSelect(stmts []*pg_query.RawStmt, pc piece, base int, rewrites []rewrite) {
	if len(stmts) == 1 {
		stmts[0].StmtLen = 0
		r.lowerAll(stmts, pc, base, rewrites)
	}
}
