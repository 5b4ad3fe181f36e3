package pgparse

// The newer grammar of tables, their constraints and maintenance, and the rest of
// 18's and 19's.

// domainNotNull is the NOT NULL of a domain's ADD.
func domainNotNull(r *rewriter, i int) {
	if r.words(0, "alter", "domain") && r.word(i+1, "null") && r.notNullBegins(i) {
		r.fill(i, i+2, "CHECK(1)")
		r.note(notNullDomain, i, i+2)
	}
}

// notNullBegins reports whether NOT NULL at i begins a constraint, after its name
// or without one.
func (r *rewriter) notNullBegins(i int) bool {
	if r.word(i-2, "constraint") {
		i -= 2
	}
	return r.punct(i-1, '(', ',') || r.word(i-1, "add")
}

// notNull is what 18 added to NOT NULL: NOT NULL c as a table constraint, and NO
// INHERIT after a column's; also NOT ENFORCED.
func notNull(r *rewriter, i int) {
	if r.word(i+1, "enforced") {
		r.drop(notEnforced, i, i+2)
		return
	}
	if !r.word(i+1, "null") {
		return
	}
	switch {
	case r.words(0, "alter", "domain"):
	case r.notNullBegins(i) && r.name(i+2):
		r.fill(i, i+3, "CHECK(1)")
		r.note(notNullTable, i, i+3).name = r.toks[i+2]
	case r.words(i+2, "no", "inherit"):
		r.drop(notNullNoInherit, i+2, i+4)
	}
}

// enforcedWord is ENFORCED without NOT.
func enforcedWord(r *rewriter, i int) {
	after := r.punct(i-1, ')') ||
		r.word(i-1, "deferrable", "deferred", "immediate", "valid", "inherit", "full", "simple", "action", "cascade", "restrict")
	k := i - 1
	for r.name(k) && r.punct(k-1, '.') {
		k -= 2
	}
	if after || r.word(k-1, "references", "constraint") {
		r.drop(enforced, i, i+1)
	}
}

// generated is a virtual generated column, with or without the key word.
func generated(r *rewriter, i int) {
	end := r.close(i + 3)
	if !r.words(i, "generated", "always", "as") || end < 0 || r.word(end+1, "stored") {
		return
	}
	r.fill(i, i+3, "DEFAULT")
	if r.word(end+1, "virtual") {
		end++
		r.fill(end, end+1, "")
	}
	r.note(virtualColumn, i, end+1)
}

// overlaps is WITHOUT OVERLAPS in a key.
func overlaps(r *rewriter, i int) {
	if r.word(i+1, "overlaps") && r.punct(i+2, ')') {
		r.drop(withoutOverlaps, i, i+2)
	}
}

// periodWord is PERIOD in the columns of a foreign key.
func periodWord(r *rewriter, i int) {
	if r.punct(i-1, '(', ',') && r.name(i+1) && r.punct(i+2, ')') {
		r.drop(period, i, i+1)
	}
}

// alterConstraint is [NO] INHERIT in ALTER CONSTRAINT.
func alterConstraint(r *rewriter, i int) {
	if !r.word(i+1, "constraint") {
		return
	}
	end := r.find(i+3, func(i int) bool { return r.punct(i, ',') })
	for k := i + 3; k < end; k++ {
		switch {
		case r.words(k, "no", "inherit"):
			r.drop(constraintNoInherit, k, k+2)
			k++
		case r.word(k, "inherit"):
			r.drop(constraintInherit, k, k+1)
		}
	}
}

// returningWith is RETURNING WITH (OLD AS o, NEW AS n).
func returningWith(r *rewriter, i int) {
	if end := r.close(i + 2); r.word(i+1, "with") && end > 0 {
		r.drop(ignored, i+1, end+1)
	}
}

// vacuumOnly is ONLY in VACUUM and ANALYZE, vacuumStar the * after a table.
func vacuumOnly(r *rewriter, i int) { r.drop(ignored, i, i+1) }

func vacuumStar(r *rewriter, i int) {
	if i > 0 {
		return
	}
	for {
		i = r.find(i+1, func(i int) bool { return r.operator(i, "*") })
		if !r.operator(i, "*") {
			return
		}
		r.drop(ignored, i, i+1)
	}
}

// largeObjects is ALTER DEFAULT PRIVILEGES … ON LARGE OBJECTS.
func largeObjects(r *rewriter, i int) {
	if r.words(0, "alter", "default", "privileges") && r.words(i-1, "on", "large", "objects") {
		r.fill(i, i+2, "TABLES")
		r.note(ignored, i, i+2)
	}
}

// splitPart is SPLIT PARTITION p INTO (…).
func splitPart(r *rewriter, i int) {
	if !r.word(i+1, "partition") {
		return
	}
	into := r.nameEnd(i + 2)
	if end := r.close(into + 1); r.word(into, "into") && end > 0 {
		r.fill(i, end+1, "SET (x)")
		r.note(splitPartition, i, end+1).name = r.join(i+2, into)
	}
}

// mergePartition is MERGE PARTITIONS (…) INTO p.
func mergePartition(r *rewriter, i int) {
	into := r.close(i+2) + 1
	if !r.word(i+1, "partitions") || into == 0 || !r.word(into, "into") || !r.name(into+1) {
		return
	}
	end := r.nameEnd(into + 1)
	r.fill(i, end, "SET (x)")
	r.note(mergePartitions, i, end).name = r.join(into+1, end)
}

// join makes one token of the tokens [i, j) of a name.
func (r *rewriter) join(i, j int) Token {
	t := r.toks[i]
	t.End = r.toks[j-1].End
	return t
}

// repackForm is REPACK [(…)] [table [(…)]] [USING INDEX [name]].
func repackForm(r *rewriter, i int) {
	if i > 0 {
		return
	}
	r.fill(0, 1, "VACUUM")
	end := r.find(1, func(int) bool { return false })
	index := r.findWord(1, "using")
	r.fill(index, end, "")
	w := r.note(repack, 0, end)
	if r.name(index + 2) {
		w.name = r.toks[index+2]
	}
}

// groupByAll is GROUP BY ALL with nothing after it that could be grouped by.
func groupByAll(r *rewriter, i int) {
	if !r.words(i, "group", "by", "all") {
		return
	}
	if i+3 >= len(r.toks) || r.punct(i+3, ')', ';') || r.word(i+3, "having", "window", "union", "intersect", "except",
		"order", "limit", "offset", "fetch", "for", "into", "on", "returning") {
		r.fill(i+2, i+3, "1")
		r.note(ignored, i+2, i+3)
	}
}

// treatNulls is IGNORE NULLS and RESPECT NULLS of a window function.
func treatNulls(r *rewriter, i int) {
	if r.word(i+1, "nulls") && r.word(i+2, "over") && r.punct(i-1, ')') {
		r.drop(ignored, i, i+2)
	}
}

// conflictSelect is ON CONFLICT … DO SELECT.
func conflictSelect(r *rewriter, i int) {
	if !r.word(i+1, "conflict") {
		return
	}
	if do := r.findWord(i+2, "do"); r.words(do, "do", "select") {
		r.drop(ignored, i, r.findWord(do+2, "returning"))
	}
}

// portion is FOR PORTION OF c FROM a TO b, or (range), of UPDATE and DELETE.
func portion(r *rewriter, i int) {
	if r.words(i, "for", "portion", "of") {
		r.drop(ignored, i, r.findWord(i+3, "as", "set", "using", "where", "returning"))
	}
}

// waitFor is the command WAIT FOR LSN.
func waitFor(r *rewriter, i int) {
	if i > 0 || !r.words(i, "wait", "for", "lsn") || i+3 >= len(r.toks) || r.toks[i+3].Kind != String {
		return
	}
	end := r.find(1, func(int) bool { return false })
	r.fill(0, end, "CHECKPOINT")
	r.note(otherCommand, 0, end).tag = "WAIT"
}

// publicationAll is CREATE PUBLICATION p FOR ALL SEQUENCES, alone or beside ALL
// TABLES.
func publicationAll(r *rewriter, i int) {
	if !r.word(1, "publication") || !r.word(i+1, "sequences") {
		return
	}
	switch {
	case r.punct(i-1, ','):
		r.drop(ignored, i-1, i+2)
	case r.punct(i+2, ','):
		r.drop(ignored, i, i+3)
	default:
		r.fill(i, i+2, "ALL TABLES")
		r.note(allSequences, i, i+2)
	}
}

// publicationExcept is EXCEPT (TABLE t, …) after ALL TABLES of a publication.
func publicationExcept(r *rewriter, i int) {
	end := r.close(i + 1)
	if end < 0 {
		end = r.close(i + 2)
	}
	if r.word(1, "publication") && end > 0 && r.word(i-1, "tables", "sequences") {
		r.drop(ignored, i, end+1)
	}
}

// refreshSequences is ALTER SUBSCRIPTION s REFRESH SEQUENCES.
func refreshSequences(r *rewriter, i int) {
	if r.word(1, "subscription") && r.word(i+1, "sequences") {
		r.fill(i, i+2, "DISABLE")
		r.note(ignored, i, i+2)
	}
}

// wrapperConnection is CONNECTION f or NO CONNECTION of a foreign-data wrapper.
func wrapperConnection(r *rewriter, i int) {
	if !r.words(1, "foreign", "data", "wrapper") || i < 5 {
		return
	}
	if r.word(i-1, "no") {
		r.drop(ignored, i-1, i+1)
	} else if r.name(i + 1) {
		r.drop(ignored, i, r.nameEnd(i+1))
	}
}
