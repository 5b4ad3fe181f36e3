package migrations

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

var later = goose.NewGoMigration(20260101000000, &goose.GoFunc{RunTx: upLater}, &goose.GoFunc{RunDB: downLater})

func upLater(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "ALTER TABLE frames RENAME TO combs")
	return err
}

func downLater(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "ALTER TABLE combs RENAME TO frames")
	return err
}
