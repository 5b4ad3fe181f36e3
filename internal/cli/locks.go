package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/effect"
	"github.com/miglint/miglint/report"
	"github.com/miglint/miglint/source"
)

func (a *app) locksCommand() *cobra.Command {
	var f sourceFlags
	format := choice{what: "format", valid: words("text", "json"), value: "text"}
	cmd := &cobra.Command{
		Use:   "locks path ...",
		Short: "Print what each statement locks, rewrites, scans and loses",
		Long: `Print, statement by statement, the locks that a migration takes on relations that existed before it, what each of them
blocks and until when, and what the statement rewrites, scans, builds and loses. Nothing is judged.

The JSON is an array with one object per statement; relations are schema-qualified, and modes are spelled as in pg_locks.`,
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := a.project(&f, args, false)
			if err != nil {
				return err
			}
			defer p.close()
			set, err := p.load(false)
			if err != nil {
				return err
			}
			opts, err := p.options()
			if err != nil {
				return err
			}
			if format.value == "json" {
				return a.locksJSON(analyzer.Annotate(set, opts))
			}
			for pass := range analyzer.Annotate(set, opts) {
				locksText(a.stdout, pass)
			}
			return nil
		},
	}
	f.register(cmd)
	choiceFlag(cmd, &format, "format", "output `format`: text or json")
	return cmd
}

// statementJSON is one statement of `locks --format json`.
type statementJSON struct {
	File          string       `json:"file"`
	Statement     int          `json:"statement"` // 1-based, in the file; of a statement within a routine, that of what runs it
	Line          int          `json:"line"`
	EndLine       int          `json:"end_line"`
	SQL           string       `json:"sql"`
	Op            string       `json:"op"`
	InTransaction bool         `json:"in_transaction"`
	Locks         []lockJSON   `json:"locks"`
	Rewrites      []string     `json:"rewrites"`
	Scans         []string     `json:"scans"`
	Builds        []string     `json:"builds"`
	Loses         []string     `json:"loses"`
	Fails         *failureJSON `json:"fails"`
	Within        *withinJSON  `json:"within,omitempty"`
}

// withinJSON says what runs a statement that stands in a DO block, a function or a
// procedure.
type withinJSON struct {
	Routine string `json:"routine"` // "DO block", "function f"
	File    string `json:"file"`    // of the statement that runs it
	Line    int    `json:"line"`
	MayRun  bool   `json:"may_run"`
	Many    bool   `json:"many"`
}

type lockJSON struct {
	Relation string `json:"relation"`
	Mode     string `json:"mode"`
	Cause    string `json:"cause"`
}

type failureJSON struct {
	SQLState string `json:"sqlstate"`
	Message  string `json:"message"`
}

func (a *app) locksJSON(passes func(yield func(*analyzer.Pass) bool)) error {
	list := []statementJSON{}
	numbered := map[*source.File]int{}
	for pass := range passes {
		for _, s := range pass.Stmts {
			file := s.Outermost().Span.File
			if s.Within == nil {
				numbered[file]++
			}
			list = append(list, newStatementJSON(s, numbered[file]))
		}
	}
	return a.printJSON(list)
}

func newStatementJSON(s *analyzer.Stmt, number int) statementJSON {
	e := &s.Effect
	j := statementJSON{
		File: s.Span.File.Path, Statement: number, Line: s.Span.StartPos().Line, EndLine: s.Span.EndPos().Line,
		SQL: report.WithoutPasswords(s.Text), Op: opNames(s), InTransaction: s.InTx(),
		Locks: []lockJSON{}, Rewrites: relations(e.Rewrites), Scans: relations(e.Scans), Builds: []string{}, Loses: []string{},
	}
	for _, l := range e.Locks {
		j.Locks = append(j.Locks, lockJSON{l.Relation.String(), l.Mode.String(), l.Cause})
	}
	for _, b := range e.Builds {
		j.Builds = append(j.Builds, built(b))
	}
	for _, o := range e.Loses {
		j.Loses = append(j.Loses, o.Name)
	}
	if e.Fails != nil {
		j.Fails = &failureJSON{e.Fails.SQLState, e.Fails.Message}
	}
	if in := s.Within; in != nil {
		j.Within = &withinJSON{Routine: s.Routine(), File: in.By.Span.File.Path, Line: in.By.Span.StartPos().Line, MayRun: in.MayRun, Many: in.Many}
	}
	return j
}

func relations(rs []effect.Relation) []string {
	names := make([]string, 0, len(rs))
	for _, r := range rs {
		names = append(names, r.Key.String())
	}
	return names
}

// built names an index that is built; one that the server names itself is told
// by its table.
func built(b effect.Build) string {
	if b.Index == "" {
		return "an index on " + b.Table.String()
	}
	k := b.Table
	k.Name = b.Index
	return k.String()
}

// opNames are the names of the statement's ops, as package sqlast calls them.
func opNames(s *analyzer.Stmt) string {
	names := make([]string, 0, len(s.Ops))
	for _, op := range s.Ops {
		names = append(names, strings.TrimPrefix(fmt.Sprintf("%T", op), "*sqlast."))
	}
	return strings.Join(names, ", ")
}

func locksText(w io.Writer, pass *analyzer.Pass) {
	for _, s := range pass.Stmts {
		fmt.Fprintf(w, "%s:%d: %s\n", printable(s.Span.File.Path), s.Span.StartPos().Line, oneLine(report.WithoutPasswords(s.Text)))
		if s.Within != nil {
			fmt.Fprintf(w, "    %s\n", printable(inRoutine(s)))
		}
		e := &s.Effect
		quiet := true
		line := func(format string, args ...any) {
			quiet = false
			fmt.Fprintf(w, "    "+format+"\n", args...)
		}
		for _, l := range e.Locks {
			line("%s  %s: blocks %s %s", printable(l.Relation.String()), l.Mode, blocked(l.Mode), s.Until())
			if l.Cause != "" {
				fmt.Fprintf(w, "        %s\n", printable(l.Cause))
			}
		}
		for _, r := range e.Rewrites {
			line("rewrites %s%s", printable(r.Key.String()), because(r))
		}
		for _, r := range e.Scans {
			line("scans %s%s", printable(r.Key.String()), because(r))
		}
		for _, b := range e.Builds {
			how := ""
			if b.Concurrently {
				how = " concurrently"
			}
			line("builds %s%s", printable(built(b)), how)
		}
		for _, o := range e.Loses {
			why := ""
			if o.Why != "" {
				why = ": " + o.Why
			}
			line("loses %s %s%s", o.Kind, printable(o.Name), printable(why))
		}
		if e.Fails != nil {
			line("fails with %s: %s", e.Fails.SQLState, printable(e.Fails.Message))
		}
		if s.Problem != nil {
			line("could not be read: %s", printable(s.Problem.Message))
		}
		if quiet {
			line("locks nothing that existed before")
		}
	}
}

// inRoutine says what runs a statement of a routine, and whether it is certain.
func inRoutine(s *analyzer.Stmt) string {
	by := s.Within.By.Span
	where := fmt.Sprintf("in the %s on line %d", s.Routine(), by.StartPos().Line)
	if by.File != s.Span.File {
		where = fmt.Sprintf("in %s, run by %s:%d", s.Routine(), by.File.Path, by.StartPos().Line)
	} else if s.Within.Routine != "" {
		where = fmt.Sprintf("in %s, run on line %d", s.Routine(), by.StartPos().Line)
	}
	switch {
	case s.Within.Many:
		return where + ", not at all, once or many times"
	case s.Within.MayRun:
		return where + ", under a condition"
	}
	return where
}

func because(r effect.Relation) string {
	switch {
	case r.Why == "":
		return ""
	case r.Maybe:
		return " perhaps: " + printable(r.Why)
	}
	return ": " + printable(r.Why)
}

// blocked says who waits for a lock in the mode.
func blocked(m effect.Mode) string {
	var who []string
	if m.BlocksReads() {
		who = append(who, "reads")
	}
	if m.BlocksWrites() {
		who = append(who, "writes")
	}
	if m.BlocksDDL() {
		who = append(who, "DDL", "autovacuum")
	} else if m.Conflicts(effect.AccessExclusive) {
		return "only DDL that needs " + weakestConflict(m).SQL()
	}
	if len(who) == 1 {
		return who[0]
	}
	return strings.Join(who[:len(who)-1], ", ") + " and " + who[len(who)-1]
}

// weakestConflict is the weakest mode that waits for m.
func weakestConflict(m effect.Mode) effect.Mode {
	for n := effect.AccessShare; n < effect.AccessExclusive; n++ {
		if m.Conflicts(n) {
			return n
		}
	}
	return effect.AccessExclusive
}

// oneLine is a statement on one line, cut where it gets long.
func oneLine(sql string) string {
	const most = 100
	const window = 4 * most // bytes, so that a huge statement costs no more
	cut := len(sql) > window
	if cut {
		sql = strings.ToValidUTF8(sql[:window], "")
	}
	runes := []rune(strings.Join(strings.Fields(sql), " "))
	if cut || len(runes) > most {
		return printable(string(runes[:min(len(runes), most-1)])) + "…"
	}
	return printable(string(runes))
}
