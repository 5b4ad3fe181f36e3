package sqlmigration

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

type addBooks struct{}

func (migration *addBooks) Register(migrations *migrate.Migrations) error {
	return migrations.Register(migration.Up, migration.Down)
}

func (migration *addBooks) Up(ctx context.Context, db *bun.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.NewCreateTable().
		Model(&struct {
			bun.BaseModel `bun:"table:books"`
			ID            int64  `bun:"id,pk,identity"`
			ShelfID       string `bun:"shelf_id,type:text,notnull"`
		}{}).
		ForeignKey(`("shelf_id") REFERENCES "shelves" ("id") ON DELETE CASCADE`).
		Exec(ctx); err != nil {
		return err
	}
	return tx.Commit()
}

func (migration *addBooks) Down(ctx context.Context, db *bun.DB) error { return nil }
