package sqlmigration

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

type addShelves struct{}

func (migration *addShelves) Register(migrations *migrate.Migrations) error {
	if err := migrations.Register(migration.Up, migration.Down); err != nil {
		return err
	}
	return nil
}

func (migration *addShelves) Up(ctx context.Context, db *bun.DB) error {
	_, err := db.NewRaw("CREATE TABLE shelves (id text PRIMARY KEY)").Exec(ctx)
	return err
}

func (migration *addShelves) Down(ctx context.Context, db *bun.DB) error {
	_, err := db.Exec("DROP TABLE shelves")
	return err
}
