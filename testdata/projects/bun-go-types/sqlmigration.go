package sqlmigration

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

type Migration interface {
	Register(*migrate.Migrations) error
	Up(context.Context, *bun.DB) error
	Down(context.Context, *bun.DB) error
}

func All() *migrate.Migrations {
	migrations := migrate.NewMigrations()
	for _, m := range []Migration{&addShelves{}, &addBooks{}} {
		if err := m.Register(migrations); err != nil {
			panic(err)
		}
	}
	migrations.Add(migrate.Migration{Name: "003", Comment: "loans", Up: loans})
	return migrations
}

func loans(ctx context.Context, db *bun.DB) error {
	_, err := db.ExecContext(ctx, "CREATE TABLE loans (book_id bigint REFERENCES books (id))")
	return err
}
