package conformance

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"

	atlas "ariga.io/atlas/sql/migrate"
	atlaspostgres "ariga.io/atlas/sql/postgres"
	"github.com/golang-migrate/migrate/v4"
	_ "github.com/golang-migrate/migrate/v4/database/postgres"
	_ "github.com/golang-migrate/migrate/v4/source/file"
	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	tern "github.com/jackc/tern/v2/migrate"
	"github.com/pressly/goose/v3"
	sqlmigrate "github.com/rubenv/sql-migrate"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/driver/pgdriver"
	bunmigrate "github.com/uptrace/bun/migrate"
)

// goFrameworks are those that are Go libraries, which go.mod brings.
func goFrameworks() []framework {
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
		{
			name: "tern", version: module("github.com/jackc/tern/v2"),
			up: func(ctx context.Context, p project) error {
				return withTern(ctx, p, func(m *tern.Migrator) error { return m.Migrate(ctx) })
			},
			down: func(ctx context.Context, p project) error {
				return withTern(ctx, p, func(m *tern.Migrator) error { return m.MigrateTo(ctx, 0) })
			},
		},
		{
			name: "bun", version: module("github.com/uptrace/bun"),
			up: func(ctx context.Context, p project) error {
				return withBun(ctx, p, func(m *bunmigrate.Migrator) error { _, err := m.Migrate(ctx); return err })
			},
			down: func(ctx context.Context, p project) error {
				return withBun(ctx, p, func(m *bunmigrate.Migrator) error { _, err := m.Rollback(ctx); return err })
			},
		},
		{
			// The library, which orders and cuts files. The command atlas, which begins
			// the transactions, is in no registry.
			name: "atlas", version: module("ariga.io/atlas"),
			up: atlasLibrary,
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
	db, err := sql.Open("postgres", p.url) // lib/pq, as in its command
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = sqlmigrate.Exec(db, "postgres", &sqlmigrate.FileMigrationSource{Dir: p.dir}, dir)
	return err
}

func withTern(ctx context.Context, p project, run func(*tern.Migrator) error) error {
	conn, err := pgx.Connect(ctx, p.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	m, err := tern.NewMigrator(ctx, conn, "schema_version")
	if err != nil {
		return err
	}
	if err := m.LoadMigrations(os.DirFS(p.dir)); err != nil {
		return err
	}
	return run(m)
}

func withBun(ctx context.Context, p project, run func(*bunmigrate.Migrator) error) error {
	db := bun.NewDB(sql.OpenDB(pgdriver.NewConnector(pgdriver.WithDSN(p.url))), pgdialect.New())
	defer db.Close()
	ms := bunmigrate.NewMigrations()
	if err := ms.Discover(os.DirFS(p.dir)); err != nil {
		return err
	}
	m := bunmigrate.NewMigrator(db, ms)
	if err := m.Init(ctx); err != nil {
		return err
	}
	return run(m)
}

func atlasLibrary(ctx context.Context, p project) error {
	db, err := sql.Open("pgx", p.url)
	if err != nil {
		return err
	}
	defer db.Close()
	driver, err := atlaspostgres.Open(db)
	if err != nil {
		return err
	}
	dir, err := atlas.NewLocalDir(p.dir)
	if err != nil {
		return err
	}
	sum, err := dir.Checksum()
	if err != nil {
		return err
	}
	if err := atlas.WriteSumFile(dir, sum); err != nil {
		return err
	}
	executor, err := atlas.NewExecutor(driver, dir, atlas.NopRevisionReadWriter{})
	if err != nil {
		return err
	}
	return executor.ExecuteN(ctx, 0)
}
