package conformance

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"

	"github.com/golang-migrate/migrate/v4"
	_ "github.com/golang-migrate/migrate/v4/database/postgres"
	_ "github.com/golang-migrate/migrate/v4/source/file"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	sqlmigrate "github.com/rubenv/sql-migrate"
)

// frameworks are those that run in CI. The records of the others were made by
// hand, as docs/frameworks.md says.
func frameworks() []framework {
	return []framework{
		{
			name: "golang-migrate", version: module("github.com/golang-migrate/migrate/v4"),
			up:   func(_ context.Context, p project) error { return golangMigrate(p, (*migrate.Migrate).Up) },
			down: func(_ context.Context, p project) error { return golangMigrate(p, (*migrate.Migrate).Down) },
		},
		{
			name: "goose", version: module("github.com/pressly/goose/v3"),
			up: func(ctx context.Context, p project) error {
				return withGoose(p, func(g *goose.Provider) error { _, err := g.Up(ctx); return err })
			},
			down: func(ctx context.Context, p project) error {
				return withGoose(p, func(g *goose.Provider) error { _, err := g.DownTo(ctx, 0); return err })
			},
		},
		{
			name: "sql-migrate", version: module("github.com/rubenv/sql-migrate"),
			up:   func(_ context.Context, p project) error { return sqlMigrate(p, sqlmigrate.Up) },
			down: func(_ context.Context, p project) error { return sqlMigrate(p, sqlmigrate.Down) },
		},
	}
}

func golangMigrate(p project, run func(*migrate.Migrate) error) error {
	dir, err := filepath.Abs(p.dir)
	if err != nil {
		return err
	}
	m, err := migrate.New("file://"+dir, p.url)
	if err != nil {
		return err
	}
	err = run(m)
	sourceErr, databaseErr := m.Close()
	return errors.Join(err, sourceErr, databaseErr)
}

func withGoose(p project, run func(*goose.Provider) error) error {
	db, err := sql.Open("pgx", p.url)
	if err != nil {
		return err
	}
	defer db.Close()
	g, err := goose.NewProvider(goose.DialectPostgres, db, os.DirFS(p.dir))
	if err != nil {
		return err
	}
	return run(g)
}

func sqlMigrate(p project, dir sqlmigrate.MigrationDirection) error {
	db, err := sql.Open("pgx", p.url)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = sqlmigrate.Exec(db, "postgres", &sqlmigrate.FileMigrationSource{Dir: p.dir}, dir)
	return err
}
