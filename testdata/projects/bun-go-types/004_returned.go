package sqlmigration

import (
	"context"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/migrate"
)

type returned struct{}

func (migration *returned) Register(migrations *migrate.Migrations) error {
	return migrations.Register(migration.Up, nil)
}

// Up commits in two places, of which one run reaches one.
func (migration *returned) Up(ctx context.Context, db *bun.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM loans").Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return tx.Commit()
	}
	if _, err := tx.ExecContext(ctx, "UPDATE loans SET book_id = NULL WHERE book_id = ?", n); err != nil {
		return err
	}
	return tx.Commit()
}
