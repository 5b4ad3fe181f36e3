package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/source"
)

// detectedSet is what detect prints as JSON: the round trips and transactions
// in which each script reaches the server, and the text and place of each
// statement. Every key is always there: arrays are empty rather than null, a
// script that is not there is null, and paths are as they are shown elsewhere.
type (
	detectedSet struct {
		Streams []detectedStream  `json:"streams"`
		LeftOut []detectedIgnored `json:"left_out"`
	}
	detectedStream struct {
		Root       string              `json:"root"`
		Framework  string              `json:"framework"`
		Why        []string            `json:"why"`
		Migrations []detectedMigration `json:"migrations"` // in the order they run
		NotRun     []detectedIgnored   `json:"not_run"`
	}
	detectedMigration struct {
		Version    string          `json:"version"`
		Name       string          `json:"name"`
		Repeatable bool            `json:"repeatable"`
		Up         *detectedScript `json:"up"`
		Down       *detectedScript `json:"down"`
	}
	// detectedScript is one direction. BeginsAgain says that the framework begins
	// another transaction after the script has ended one itself.
	detectedScript struct {
		File        string          `json:"file"`
		BeginsAgain bool            `json:"begins_again"`
		Batches     []detectedBatch `json:"batches"`
	}
	// detectedBatch is one round trip. Transaction is who begins and ends one
	// around it: nobody ("per statement"), the server, since it is one query
	// ("implicit"), or the framework, around the script ("per file") or around
	// all that is pending ("per run").
	detectedBatch struct {
		Transaction string              `json:"transaction"`
		Statements  []detectedStatement `json:"statements"`
	}
	detectedStatement struct {
		Text  string           `json:"text"`
		Start detectedPosition `json:"start"`
		End   detectedPosition `json:"end"`
	}
	detectedPosition struct {
		Line   int `json:"line"`
		Column int `json:"column"`
		Offset int `json:"offset"`
	}
	detectedIgnored struct {
		Path string `json:"path"`
		Why  string `json:"why"`
	}
)

func writeDetectedJSON(w io.Writer, set *migration.Set) error {
	out := detectedSet{Streams: []detectedStream{}, LeftOut: ignoredJSON(set.Ignored)}
	for _, s := range set.Streams {
		out.Streams = append(out.Streams, streamJSON(s))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("writing what was detected as JSON: %w", err)
	}
	return nil
}

func streamJSON(s *migration.Stream) detectedStream {
	out := detectedStream{
		Root:       s.Root,
		Framework:  s.Framework.Name,
		Why:        append([]string{}, s.Why...),
		Migrations: []detectedMigration{},
		NotRun:     ignoredJSON(s.Ignored),
	}
	for i, scripts := range s.Scripts() {
		m := s.Migrations[i]
		out.Migrations = append(out.Migrations, detectedMigration{m.Version, m.Name, m.Repeatable, scriptJSON(scripts.Up), scriptJSON(scripts.Down)})
	}
	return out
}

func scriptJSON(s *migration.Script) *detectedScript {
	if s == nil {
		return nil
	}
	out := &detectedScript{File: s.File.Path, BeginsAgain: s.BeginsAgain, Batches: []detectedBatch{}}
	for _, b := range s.Batches {
		batch := detectedBatch{b.Tx.String(), []detectedStatement{}}
		for _, stmt := range b.Stmts {
			batch.Statements = append(batch.Statements, detectedStatement{stmt.Text, positionJSON(stmt.Span.StartPos()), positionJSON(stmt.Span.EndPos())})
		}
		out.Batches = append(out.Batches, batch)
	}
	return out
}

func positionJSON(p source.Position) detectedPosition { return detectedPosition(p) }

func ignoredJSON(files []migration.Ignored) []detectedIgnored {
	out := []detectedIgnored{}
	for _, f := range files {
		out = append(out, detectedIgnored{f.Path, f.Why})
	}
	return out
}
