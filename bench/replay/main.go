// Command replay runs real migrations on a throwaway PostgreSQL and holds every
// statement's predicted locks, rewrites and scans against what the server did.
//
//	go run ./bench/replay -postgres 15 path/to/migrations …
//
// Ups run for real, one after the other, in the transactions of their framework;
// each down runs after its up and is rolled back. The tables hold the rows that
// the migrations themselves insert.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/miglint/miglint/analyzer"
	"github.com/miglint/miglint/internal/pgserver"
	"github.com/miglint/miglint/migration"
	"github.com/miglint/miglint/verify"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	major := flag.Int("postgres", 15, "PostgreSQL `major` to run them on")
	prelude := flag.String("prelude", "", "SQL `file` to run in each database first, for what an operator sets up")
	flag.Parse()
	before := ""
	if *prelude != "" {
		text, err := os.ReadFile(*prelude)
		if err != nil {
			return fmt.Errorf("reading the prelude: %w", err)
		}
		before = string(text)
	}
	server, err := pgserver.Start(ctx, pgserver.Options{Major: *major, DatabaseURL: os.Getenv("MIGLINT_DATABASE_URL"), Download: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	for _, path := range flag.Args() {
		full, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		// The files above the folder may tell its framework.
		set, err := migration.Load(os.DirFS("/"), strings.TrimPrefix(filepath.ToSlash(full), "/"), path, migration.Options{})
		if err != nil {
			return fmt.Errorf("reading the migrations in %s: %w", path, err)
		}
		for _, stream := range set.Streams {
			if err := replayStream(ctx, server, stream, before); err != nil {
				return fmt.Errorf("replaying %s: %w", path, err)
			}
		}
	}
	return nil
}

func replayStream(ctx context.Context, server *pgserver.Server, stream *migration.Stream, prelude string) (err error) {
	session, err := verify.Open(ctx, server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close(ctx)) }()
	if err := session.Exec(ctx, prelude); err != nil {
		return fmt.Errorf("running the prelude: %w", err)
	}
	r := &replay{session: session}
	one := &migration.Set{Streams: []*migration.Stream{stream}}
	for pass := range analyzer.Annotate(one, analyzer.Options{Major: server.Major}) {
		if err := r.script(ctx, pass); err != nil {
			return err
		}
	}
	fmt.Printf("%s: %s\n", stream.Root, r.counts)
	return nil
}
