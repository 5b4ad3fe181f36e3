package pgparse

// PostgreSQL 17, 18 and 19 have grammar that the parser (PostgreSQL 16's) does
// not know. A statement that it refuses is tried again after the new tokens have
// been replaced by fillers of equal length, so that every offset stays what it
// was. What was replaced is handed to the lowering as a list of rewrites.
//
// How the lowering reads them: the tokens in lowerInput.toks and the bytes of
// lowerInput.frag.Text are the originals; lowerInput.text and the parse tree have
// the fillers. A rewrite belongs to the constraint, column or action whose bytes
// contain its start. The table says what stands in the tree instead.
//
//	kind                what was written                          what the tree has
//	setExpression       SET EXPRESSION AS (e)                     AT_ColumnDefault with e (SET DEFAULT (e))
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
//	repack              REPACK …                                  VACUUM without the USING INDEX clause
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
	otherCommand
)

// rewrite is one replacement of newer grammar.
type rewrite struct {
	kind rewriteKind
	// start and end are the bytes, in lowerInput.text and frag.Text alike, of the
	// words in the table above: NOT NULL c with the column, the whole of GENERATED
	// … VIRTUAL, of SPLIT PARTITION … ) and of a command.
	start, end int
	// name is the identifier that the filler hides: the column of notNullTable, the
	// partition of splitPartition and mergePartitions, the index of repack. It is
	// the zero Token if there is none.
	name Token
	tag  string // command tag of otherCommand: WAIT, …
}

// rewriteNewer returns the text of a statement, given by its tokens, with newer
// grammar replaced, and what was replaced, in order.
func rewriteNewer(text string, toks []Token) (string, []rewrite) { return "", nil }

// inRewrite reports whether an offset lies in something replaced.
func inRewrite(rewrites []rewrite, at int) bool {
	for _, r := range rewrites {
		if r.start <= at && at < r.end {
			return true
		}
	}
	return false
}
