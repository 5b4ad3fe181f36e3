// Package recipe writes the safe SQL for a statement: what rules print as their
// suggestion, with the user's own names. Lines that are not SQL are comments.
package recipe

import (
	"fmt"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/catalog"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

// later and quiet are the comments that most recipes share.
const (
	later = "in a later migration"
	quiet = later + ", so that the scan blocks neither reads nor writes"
)

// LeaveTransaction returns SQL comment lines that say how the statement gets out
// of the transaction it runs in, in the words of the project's own framework; it
// is empty when the statement commits on its own. A statement in a routine leaves
// that first.
func LeaveTransaction(p *analyzer.Pass, s *analyzer.Stmt) string {
	if s.Within != nil {
		lead := "-- as a statement of its own, not in the " + s.Routine()
		if s.Within.Routine != "" {
			lead = "-- as a statement of its own, not in " + s.Routine()
		}
		outside := strings.TrimPrefix(LeaveTransaction(p, s.Outermost()), "-- ")
		if outside == "" {
			return lead + "\n"
		}
		return lead + "; " + outside
	}
	if s.Tx == nil {
		return ""
	}
	fw := p.Stream.Framework
	switch s.Tx.Kind {
	case analyzer.ExplicitTx:
		return "-- outside BEGIN … COMMIT" + alone(fw) + "\n"
	case analyzer.ImplicitTx:
		return fmt.Sprintf("-- in a migration file of its own: %s sends a file as one query, which PostgreSQL runs as one transaction\n", fw.Title)
	}
	if p.Script != nil && p.Script.LeaveTransaction != "" {
		return "-- " + p.Script.LeaveTransaction + "\n"
	}
	if fw.LeaveTransaction != "" {
		return "-- " + fw.LeaveTransaction + alone(fw) + "\n"
	}
	return "-- outside the transaction that " + fw.Title + " wraps around the file\n"
}

func alone(fw *migration.Framework) string {
	if fw.AloneInFile {
		return ", alone in its file"
	}
	return ""
}

// Statement ends SQL text with a semicolon.
func Statement(sql string) string { return strings.TrimRight(sql, "; \t\r\n") + ";" }

// Alter begins an ALTER TABLE of the relation as the user refers to it.
func Alter(t sqlast.Relation) string {
	sql := "ALTER TABLE "
	if t.IfExists {
		sql += "IF EXISTS "
	}
	if t.Only {
		sql += "ONLY "
	}
	return sql + t.Name.String()
}

// Steps joins statements, each under a comment that says when it runs.
type Steps struct{ b strings.Builder }

// Add appends a step: a comment (without dashes; "" for none) and SQL.
func (s *Steps) Add(comment string, sql ...string) *Steps {
	if comment != "" {
		s.b.WriteString("-- " + comment + "\n")
	}
	for _, q := range sql {
		s.b.WriteString(Statement(q) + "\n")
	}
	return s
}

// AddText appends steps that are written already; "" adds nothing.
func (s *Steps) AddText(text string) *Steps {
	if text != "" {
		s.b.WriteString(strings.TrimRight(text, "\n") + "\n")
	}
	return s
}

// String returns the steps without a final newline.
func (s *Steps) String() string { return strings.TrimRight(s.b.String(), "\n") }

// Idents prints a list of columns: "a, b".
func Idents(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = sqlast.QuoteIdent(n)
	}
	return strings.Join(quoted, ", ")
}

// maxIdent is the longest identifier in bytes (NAMEDATALEN - 1).
const maxIdent = 63

// ObjectName makes a name in PostgreSQL's own style: the table, the columns and
// the suffix joined by underscores, at most 63 bytes. What is too long is cut
// from the table and columns, never from the suffix. It is not quoted.
func ObjectName(table string, columns []string, suffix string) string {
	stem := strings.Join(append([]string{table}, columns...), "_")
	if room := max(0, maxIdent-len(suffix)-1); len(stem) > room {
		stem = clip(stem, room)
	}
	return stem + "_" + suffix
}

// inSchema puts a new object beside a table: qualified if the user qualified
// that.
func inSchema(table sqlast.Name, name string) string {
	return sqlast.Name{Schema: table.Schema, Name: name}.String()
}

// Key names the column to go through a table by, in batches: the first of the
// primary key, "id" where history does not know the table, and the row's place
// in the table where it has no key.
func Key(before *catalog.Catalog, table sqlast.Name) string {
	t := before.Table(table)
	switch {
	case t == nil:
	case t.PrimaryKey() != nil && len(t.PrimaryKey().Columns) > 0:
		return sqlast.QuoteIdent(t.PrimaryKey().Columns[0])
	case !t.Partial && !t.ColumnsUnknown && t.Column("id") == nil:
		return "ctid"
	}
	return "id"
}
