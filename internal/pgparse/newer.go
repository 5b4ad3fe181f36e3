package pgparse

import "sort"

// PostgreSQL 17, 18 and 19 have grammar that the parser (PostgreSQL 16's) does
// not know. A statement that it refuses is tried again after the new tokens have
// been replaced by fillers of equal length, so that every offset stays what it
// was. What was replaced is handed to the lowering as a list of rewrites.
//
// How the lowering reads them: the tokens in lowerInput.toks, and the text they
// are offsets into, are what was written; only the parse tree comes from the
// fillers. A rewrite belongs to the constraint, column or action whose bytes
// contain its start. The table says what stands in the tree instead.
//
//	kind                what was written                          what the tree has
//	setExpression       SET EXPRESSION AS (e)                     AT_ColumnDefault with e
//	statisticsDefault   SET STATISTICS DEFAULT                    SET STATISTICS -1
//	accessMethodDefault SET ACCESS METHOD DEFAULT                 SET ACCESS METHOD "deflt"
//	notNullTable        NOT NULL c, a table constraint            CHECK (1); NOT VALID and NO INHERIT stay
//	notNullDomain       ADD [CONSTRAINT n] NOT NULL, of a domain  CHECK (1)
//	notNullNoInherit    NO INHERIT after a column's NOT NULL      nothing
//	enforced            ENFORCED                                  nothing
//	notEnforced         NOT ENFORCED                              nothing
//	virtualColumn       GENERATED ALWAYS AS (e) [VIRTUAL]         a CONSTR_DEFAULT with e
//	withoutOverlaps     WITHOUT OVERLAPS                          nothing
//	period              PERIOD, once per column list              nothing
//	constraintInherit   INHERIT after ALTER CONSTRAINT c          nothing
//	constraintNoInherit NO INHERIT after ALTER CONSTRAINT c       nothing
//	splitPartition      SPLIT PARTITION p INTO (…)                SET (x)
//	mergePartitions     MERGE PARTITIONS (…) INTO p               SET (x)
//	repack              REPACK …                                  VACUUM, without the USING INDEX clause
//	allSequences        ALL SEQUENCES of a publication            ALL TABLES
//	otherCommand        a whole command of its own                CHECKPOINT; tag has the command tag
//	ignored             anything with no bearing on ops           nothing, or something harmless
type rewriteKind uint8

const (
	ignored rewriteKind = iota
	setExpression
	statisticsDefault
	accessMethodDefault
	notNullTable
	notNullDomain
	notNullNoInherit
	enforced
	notEnforced
	virtualColumn
	withoutOverlaps
	period
	constraintInherit
	constraintNoInherit
	splitPartition
	mergePartitions
	repack
	allSequences
	otherCommand
)

// rewrite is one replacement of newer grammar.
type rewrite struct {
	kind rewriteKind
	// start and end are the bytes, in lowerInput.text and frag.Text alike, of the
	// words in the table above: NOT NULL c with the column, the whole of GENERATED
	// … VIRTUAL, of SPLIT PARTITION … ) and of a command.
	start, end int
	// name is the name that the filler hides: the column of notNullTable, the
	// partition of splitPartition and mergePartitions (from its first to its last
	// byte, with its schema), the index of repack. It is the zero Token if there is
	// none.
	name Token
	tag  string // command tag of otherCommand: "WAIT"
	// since is the first major that has it.
	since int
}

// rewriter replaces newer grammar in one statement.
type rewriter struct {
	text    string // the whole text
	toks    []Token
	base    int    // offset of out in text
	out     []byte // the statement with fillers
	partner []int  // of each bracket the position of the other one, else -1
	gone    []bool // of each token, whether a filler has taken its place
	found   []rewrite
}

// rewriteNewer returns the text of a statement, given by its tokens, with newer
// grammar replaced, and what was replaced, in order.
func rewriteNewer(text string, toks []Token) (string, []rewrite) {
	r := &rewriter{text: text, toks: toks, base: toks[0].Start}
	for i := range toks {
		if toks[i].Kind != Ident || r.gone != nil && r.gone[i] || r.punct(i-1, '.') {
			continue
		}
		for _, f := range newerForms[lower(text[toks[i].Start:toks[i].End])] {
			if f.verb != "" && !r.word(0, f.verb) {
				continue
			}
			found := len(r.found)
			f.match(r, i)
			for k := found; k < len(r.found); k++ {
				r.found[k].since = max(r.found[k].since, f.since)
			}
		}
	}
	sort.SliceStable(r.found, func(i, j int) bool { return r.found[i].start < r.found[j].start })
	return string(r.out), r.found
}

// inRewrite reports whether an offset lies in something replaced.
func inRewrite(rewrites []rewrite, at int) bool {
	for _, r := range rewrites {
		if r.start <= at && at < r.end {
			return true
		}
	}
	return false
}

// lower folds a key word; anything too long to be one is returned as "".
func lower(word string) string {
	var b [16]byte
	if len(word) > len(b) {
		return ""
	}
	for i := range len(word) {
		b[i] = word[i]
		if 'A' <= b[i] && b[i] <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b[:len(word)])
}

// word reports whether the token at i is one of the key words.
func (r *rewriter) word(i int, words ...string) bool {
	if i < 0 || i >= len(r.toks) {
		return false
	}
	for _, w := range words {
		if isWord(r.text, r.toks[i], w) {
			return true
		}
	}
	return false
}

// words reports whether the tokens from i on are the key words, in order.
func (r *rewriter) words(i int, words ...string) bool {
	for k, w := range words {
		if !r.word(i+k, w) {
			return false
		}
	}
	return true
}

func (r *rewriter) punct(i int, bytes ...byte) bool {
	if i < 0 || i >= len(r.toks) || r.toks[i].Kind != Punct {
		return false
	}
	for _, b := range bytes {
		if r.text[r.toks[i].Start] == b {
			return true
		}
	}
	return false
}

func (r *rewriter) name(i int) bool {
	return i >= 0 && i < len(r.toks) && (r.toks[i].Kind == Ident || r.toks[i].Kind == QuotedIdent)
}

// nameEnd returns the position after the possibly qualified name at i.
func (r *rewriter) nameEnd(i int) int {
	for r.name(i) && r.punct(i+1, '.') && r.name(i+2) {
		i += 2
	}
	return i + 1
}

// close returns the position of the bracket that closes the one at i, or -1.
func (r *rewriter) close(i int) int {
	if !r.punct(i, '(', '[') {
		return -1
	}
	if r.partner == nil {
		r.partner = make([]int, len(r.toks))
		var open []int
		for k := range r.toks {
			r.partner[k] = -1
			switch {
			case r.punct(k, '(', '['):
				open = append(open, k)
			case r.punct(k, ')', ']') && len(open) > 0:
				r.partner[open[len(open)-1]] = k
				open = open[:len(open)-1]
			}
		}
	}
	return r.partner[i]
}

// find returns the position of the first token from i on that stop accepts, on the
// same bracket level and in the same statement, or that where these end.
func (r *rewriter) find(i int, stop func(i int) bool) int {
	for i < len(r.toks) && !r.punct(i, ')', ']', ';') && !stop(i) {
		if end := r.close(i); end > 0 {
			i = end
		}
		i++
	}
	return i
}

// findWord is find for one of some key words.
func (r *rewriter) findWord(i int, words ...string) int {
	return r.find(i, func(i int) bool { return r.word(i, words...) })
}

// fill replaces the tokens [i, j), and what stands between them, by a text that
// is no longer than they are.
func (r *rewriter) fill(i, j int, with string) {
	if i >= j {
		return
	}
	if r.out == nil {
		r.out = []byte(r.text[r.base:r.toks[len(r.toks)-1].End])
		r.gone = make([]bool, len(r.toks))
	}
	for k := i; k < j; k++ {
		r.gone[k] = true
	}
	m := mask{r.toks[i].Start - r.base, r.toks[j-1].End - r.base, blank}
	m.write(r.out)
	copy(r.out[m.start:m.end], with)
}

// note records what was written in the tokens [i, j).
func (r *rewriter) note(kind rewriteKind, i, j int) *rewrite {
	r.found = append(r.found, rewrite{kind: kind, start: r.toks[i].Start, end: r.toks[j-1].End})
	return &r.found[len(r.found)-1]
}

// drop removes the tokens [i, j) and records them.
func (r *rewriter) drop(kind rewriteKind, i, j int) {
	if i < j {
		r.fill(i, j, "")
		r.note(kind, i, j)
	}
}
