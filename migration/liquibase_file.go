package migration

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/miglint/miglint/source"
)

// The lines that Liquibase's AbstractFormattedChangeLogParser knows in a formatted
// SQL file, and those that it refuses since they come close to one.
var (
	liquibaseMark      = regexp.MustCompile(`(?i)\A(?:\x{feff})?\s*--\s*liquibase\s*formatted`)
	liquibaseChangeSet = regexp.MustCompile(`(?i)^\s*--\s*changeset\s+("[^"]+"|[^:]+):("[^"]+"|\S+)(.*)$`)
	liquibaseNearSet   = regexp.MustCompile(`(?i)^(?:-\s*changeset\s|\s*--\s*changeset\s*)`)
	liquibaseProperty  = regexp.MustCompile(`(?i)^\s*--\s*property\s+.*:.*\s.*:`)
	liquibaseNearProp  = regexp.MustCompile(`(?i)^\s*-+\s*property\s`)
	liquibaseIgnore    = regexp.MustCompile(`(?i)^--\s*ignoreLines:(\w+)$`)
	liquibaseNearIgn   = regexp.MustCompile(`(?i)^(?:-\s*ignoreLines:\w+|--\s*ignore:\w+$)`)
	liquibaseRollback  = regexp.MustCompile(`(?i)^\s*--\s*rollback (.*)$`)
	liquibaseBlock     = regexp.MustCompile(`(?i)^\s*/\*\s*liquibase\s*rollback\s*$`)
	liquibaseRefused   = regexp.MustCompile(`(?i)^(?:-\s*comment:? |--\s*comments:? |-\s*validCheckSum|\s*-\s*rollback\s|\s*-\s*preconditions?\b)`)
	liquibaseCheck     = regexp.MustCompile(`(?i)^\s*--\s*precondition-([a-z0-9-]+)`)
	liquibaseComment   = regexp.MustCompile(`(?i)^--\s*comment:? `)
	liquibaseNoDown    = regexp.MustCompile(`(?i)^\s*(?:not required|empty)|changesetid`)
	liquibaseWord      = regexp.MustCompile(`([A-Za-z]+)\s*([:=])("[^"]*"|\S*)`)
)

// changeSet is one change set of a formatted SQL file.
type changeSet struct {
	author, id string
	at         source.Span // its line
	start, end int         // from its line to the next one's
	attrs      map[string]string
	rollback   []source.Span // the SQL of the way back, in pieces
	joined     map[int]bool  // those that Liquibase puts behind the one before without a line break
	cuts       []source.Cut  // lines that Liquibase is told to skip
	hasSQL     bool
	block      bool // the file as a whole, which is not formatted
	otherDown  bool // its way back is in another file
}

// liquibaseFile is a formatted SQL file.
type liquibaseFile struct {
	file       *source.File
	sets       []*changeSet
	properties map[string]string
	problems   []Problem
	skipping   int  // lines still to skip, -1 up to the line ignoreLines:end
	inBlock    bool // in a rollback block
	blockAt    int  // its first piece
	skipFrom   int
	lost       source.Span
}

func parseLiquibase(f *source.File) *liquibaseFile {
	p := &liquibaseFile{file: f, properties: map[string]string{}}
	var last line
	for l := range lines(f) {
		p.line(l)
		last = l
	}
	if n := len(p.sets); n > 0 {
		p.sets[n-1].end = len(f.Text)
	}
	if p.inBlock {
		p.problem(last.span(f), "", "Liquibase refuses the file: the rollback comment is not closed")
	}
	if len(p.sets) == 0 {
		p.problem(f.Span(0, 0), "", "there is no `--changeset <author>:<id>` line, so Liquibase runs nothing of this file")
	} else if !p.lost.IsZero() {
		p.problem(p.lost, "", "Liquibase skips everything before the first `--changeset`")
	}
	for i, c := range p.sets {
		if !c.hasSQL && i+1 < len(p.sets) {
			p.problem(c.at, "", "Liquibase refuses the file: there is no SQL in this change set")
		}
	}
	return p
}

func (p *liquibaseFile) problem(at source.Span, suggestion, format string, args ...any) {
	p.problems = append(p.problems, Problem{Rule: "liquibase-changelog", Span: at, Message: fmt.Sprintf(format, args...), Suggestion: suggestion})
}

func (p *liquibaseFile) current() *changeSet {
	if len(p.sets) == 0 {
		return nil
	}
	return p.sets[len(p.sets)-1]
}

func (p *liquibaseFile) line(l line) {
	c := p.current()
	if p.skipping != 0 {
		p.skip(l, c)
		return
	}
	if p.inBlock {
		text, end := l.text, l.end
		if i := strings.LastIndex(strings.TrimRight(text, " \t"), "*/"); i >= 0 && strings.TrimSpace(text[i+2:]) == "" {
			p.inBlock, end = false, l.start+i
		}
		if n := len(c.rollback); p.blockAt < n {
			c.joined[n] = true
		}
		c.rollback = append(c.rollback, p.file.Span(l.start, end))
		return
	}
	if !strings.Contains(l.text, "-") && (c == nil || !strings.Contains(l.text, "/*")) {
		p.sql(l, c)
		return
	}
	refuse := func(instead string) {
		p.problem(l.span(p.file), "", "Liquibase refuses this line, which is almost %s", instead)
		if c != nil {
			c.cuts = append(c.cuts, source.Cut{Start: l.start, End: l.next})
		}
	}
	switch {
	case liquibaseProperty.MatchString(l.text):
		p.property(l.text)
	case liquibaseNearProp.MatchString(l.text):
		refuse("`--property name:<name> value:<value>`")
	case liquibaseIgnore.MatchString(l.text):
		p.ignoreLines(l)
	case liquibaseNearIgn.MatchString(l.text):
		refuse("`--ignoreLines:<count>` or `--ignoreLines:start`")
	case liquibaseChangeSet.MatchString(l.text):
		p.begin(l)
	case liquibaseNearSet.MatchString(l.text):
		refuse("`--changeset <author>:<id>`")
	case c == nil && liquibaseComment.MatchString(l.text):
		p.problem(l.span(p.file), "", "Liquibase refuses a comment: line outside a change set")
	case c == nil:
		p.sql(l, nil)
	case liquibaseComment.MatchString(l.text):
	case liquibaseRefused.MatchString(l.text):
		refuse("one of its own, with two dashes before `comment`, `rollback`, `preconditions` or `validCheckSum`")
	case liquibaseRollback.MatchString(l.text):
		m := liquibaseRollback.FindStringSubmatchIndex(l.text)
		c.rollback = append(c.rollback, p.file.Span(l.start+m[2], l.start+m[3]))
	case liquibaseBlock.MatchString(l.text):
		p.inBlock, p.blockAt = true, len(c.rollback)
	case liquibaseCheck.MatchString(l.text):
		if kind := liquibaseCheck.FindStringSubmatch(l.text)[1]; kind != "sql-check" && kind != "table-exists" && kind != "view-exists" {
			p.problem(l.span(p.file), "", "Liquibase refuses the precondition %q: it knows sql-check, table-exists and view-exists", kind)
		}
	default:
		p.sql(l, c)
	}
}

// sql is a line that is none of Liquibase's.
func (p *liquibaseFile) sql(l line, c *changeSet) {
	text := strings.TrimSpace(l.text)
	switch {
	case text == "" || strings.HasPrefix(text, "--"):
	case c != nil:
		c.hasSQL = true
	case p.lost.IsZero():
		p.lost = l.span(p.file)
	}
}

func (p *liquibaseFile) ignoreLines(l line) {
	switch count := strings.ToLower(liquibaseIgnore.FindStringSubmatch(l.text)[1]); count {
	case "start":
		p.skipping = -1
	default:
		n, err := strconv.Atoi(count)
		if err != nil || n < 0 {
			p.problem(l.span(p.file), "", "Liquibase refuses ignoreLines:%s: it takes start, end, or a number", count)
			return
		}
		p.skipping = n
	}
	p.skipFrom = l.next
}

func (p *liquibaseFile) skip(l line, c *changeSet) {
	if m := liquibaseIgnore.FindStringSubmatch(l.text); p.skipping < 0 && m != nil && strings.EqualFold(m[1], "end") {
		p.skipping = 0
	} else if p.skipping > 0 {
		p.skipping--
	}
	if c != nil {
		if n := len(c.cuts); n > 0 && c.cuts[n-1].Start == p.skipFrom {
			c.cuts[n-1].End = l.next
		} else {
			c.cuts = append(c.cuts, source.Cut{Start: p.skipFrom, End: l.next})
		}
	}
}

// property keeps a value for ${name}; the first one counts.
func (p *liquibaseFile) property(text string) {
	attrs := liquibaseAttrs(text)
	name := attrs["name"]
	if _, known := p.properties[name]; name != "" && !known && forPostgres(attrs["dbms"]) {
		p.properties[name] = attrs["value"]
	}
}

// liquibaseAttrs are the name:value words of a line, by names in lower case.
func liquibaseAttrs(text string) map[string]string {
	attrs := map[string]string{}
	for _, m := range liquibaseWord.FindAllStringSubmatch(text, -1) {
		if m[2] != ":" {
			continue
		}
		name, value := strings.ToLower(m[1]), strings.Trim(m[3], `"`)
		attrs[name] = value
		if name == "rollbacksplitstatements" {
			attrs["splitstatements"] = value // Liquibase takes the last that ends so, as measured with 4.33
		}
	}
	return attrs
}

// forPostgres reports whether a list of databases names PostgreSQL, or excludes
// only others.
func forPostgres(dbms string) bool {
	if dbms == "" {
		return true
	}
	onlyNot := true
	for name := range strings.SplitSeq(strings.ToLower(dbms), ",") {
		name = strings.TrimSpace(name)
		switch {
		case name == "!postgresql":
			return false
		case name == "postgresql" || name == "all":
			return true
		case !strings.HasPrefix(name, "!"):
			onlyNot = false
		}
	}
	return onlyNot
}

// liquibaseKnown are the attributes of a change set.
var liquibaseKnown = []string{"runInTransaction", "runOnChange", "runAlways", "splitStatements", "endDelimiter", "stripComments",
	"rollbackSplitStatements", "rollbackEndDelimiter", "context", "contextFilter", "labels", "dbms", "failOnError", "ignore",
	"logicalFilePath", "runWith", "runWithSpoolFile", "created", "onValidationFail", "objectQuotingStrategy"}

// begin starts a change set.
func (p *liquibaseFile) begin(l line) {
	if c := p.current(); c != nil {
		c.end = l.start
	}
	m := liquibaseChangeSet.FindStringSubmatchIndex(l.text)
	rest := l.text[m[6]:m[7]]
	p.sets = append(p.sets, &changeSet{
		author: strings.Trim(l.text[m[2]:m[3]], `"`), id: strings.Trim(l.text[m[4]:m[5]], `"`),
		at: l.span(p.file), start: l.start, attrs: liquibaseAttrs(rest), joined: map[int]bool{},
	})
	for _, w := range liquibaseWord.FindAllStringSubmatchIndex(rest, -1) {
		name, at := rest[w[2]:w[3]], p.file.Span(l.start+m[6]+w[0], l.start+m[6]+w[1])
		known := false
		for _, k := range liquibaseKnown {
			known = known || strings.EqualFold(k, name)
		}
		switch near := closest(name, liquibaseKnown...); {
		case known && rest[w[4]] == '=':
			p.problem(at, name+":"+rest[w[6]:w[7]], "Liquibase skips this: an attribute and its value have a colon between them")
		case !known && near != "":
			p.problem(at, near+":"+rest[w[6]:w[7]], "Liquibase skips the unknown attribute %q; it looks like %s", name, near)
		}
	}
}

func (c *changeSet) says(attr string, otherwise bool) bool {
	if v, ok := c.attrs[strings.ToLower(attr)]; ok {
		return strings.EqualFold(v, "true")
	}
	return otherwise
}

// shape is how the statements of the change set are sent.
func (c *changeSet) shape() TxShape {
	if c.says("runInTransaction", true) {
		return PerFile
	}
	return PerStatement
}

// scripts reads the change set.
func (c *changeSet) scripts(f *source.File, opts Options) Scripts {
	r := runner{title: "Liquibase", cutRule: "statement-cut-in-two", remedy: "put `splitStatements:false` behind its `--changeset` line"}
	sec := section{start: c.start, end: c.end}
	sec.pieces, sec.cuts = c.pieces(f)
	var both Scripts
	both.Up, both.Problems = r.script(f, opts, sec)
	both.Up.NoTransaction = c.shape() == PerStatement
	both.Up.BeginsAgain = !both.Up.NoTransaction
	if down, ok := c.down(f); ok {
		script, problems := runner{title: "Liquibase"}.script(f, opts, down)
		script.NoTransaction, script.BeginsAgain = both.Up.NoTransaction, both.Up.BeginsAgain
		both.Down, both.Problems = script, append(both.Problems, problems...)
	}
	return both
}

// declinesDown reports whether the change set says that it needs no way back, or
// that another one's SQL is it.
func (c *changeSet) declinesDown() bool {
	if c.otherDown {
		return true
	}
	for _, part := range c.rollback {
		if strings.TrimSpace(part.Text()) != "" {
			return liquibaseNoDown.MatchString(part.Text())
		}
	}
	return false
}

// down is the way back: everything but its lines is cut out.
func (c *changeSet) down(f *source.File) (section, bool) {
	if len(c.rollback) == 0 || c.declinesDown() {
		return section{}, false
	}
	first, last := c.rollback[0], c.rollback[len(c.rollback)-1]
	sec := section{start: first.Start, end: last.End}
	s := liquibaseSplitter{text: string(f.Text[:last.End]), delimiter: liquibaseDelimiter(c.attrs["rollbackenddelimiter"]), shape: c.shape()}
	for i, part := range c.rollback {
		s.split(part.Start, part.End)
		if i > 0 {
			between := "\n"
			if c.joined[i] {
				between = ""
			}
			s.cuts = append(s.cuts, source.Cut{Start: c.rollback[i-1].End, End: part.Start, New: between})
		}
	}
	s.cut(last.End)
	if sec.pieces = s.pieces; !c.says("rollbackSplitStatements", true) {
		sec.pieces = []piece{{first.Start, last.End, c.shape(), false}}
	}
	sec.cuts = sortedCuts(s.cuts)
	return sec, true
}
