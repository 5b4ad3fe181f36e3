// Package recipe writes the safe SQL for a statement: what rules print as their
// suggestion, with the user's own names.
package recipe

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/sqlast"
)

// LeaveTransaction returns SQL comment lines that say how the statement gets out
// of the transaction it runs in, in the words of the project's own framework; it
// is empty when the statement commits on its own.
func LeaveTransaction(p *analyzer.Pass, s *analyzer.Stmt) string {
	fw := p.Stream.Framework
	switch {
	case s.Tx == nil && fw.AloneInFile && p.Script != nil && s.Shape == migration.Implicit:
		return ""
	case s.Tx == nil:
		return ""
	case s.Tx.Kind == analyzer.ExplicitTx:
		return "-- outside BEGIN … COMMIT" + alone(fw) + "\n"
	case s.Tx.Kind == analyzer.ImplicitTx:
		return "-- in a migration file of its own" + whyAlone(fw) + "\n"
	case fw.LeaveTransaction != "":
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

func whyAlone(fw *migration.Framework) string {
	return fmt.Sprintf(": %s sends a file as one query, which PostgreSQL runs as one transaction", fw.Title)
}

// Statement ends SQL text with a semicolon.
func Statement(sql string) string { return strings.TrimRight(sql, "; \t\r\n") + ";" }

// InsertAfter puts a word behind the first occurrence of a key word in SQL text;
// it returns the text unchanged if the key word is not there.
func InsertAfter(sql, keyword, word string) string {
	loc := regexp.MustCompile(`(?i)\b` + keyword + `\b`).FindStringIndex(sql)
	if loc == nil {
		return sql
	}
	return sql[:loc[1]] + " " + word + sql[loc[1]:]
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

// ObjectName makes a name for a new constraint or index in PostgreSQL's own
// style: table_column_suffix, at most 63 bytes.
func ObjectName(table string, columns []string, suffix string) string {
	name := strings.Join(append(append([]string{table}, columns...), suffix), "_")
	if len(name) > 63 {
		name = strings.ToValidUTF8(name[:63-len(suffix)-1], "") + "_" + suffix
	}
	return sqlast.QuoteIdent(name)
}
