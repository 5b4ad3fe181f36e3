package migrations

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

func init() { goose.AddMigrationContext(upQueen, downQueen) }

const widen = "ALTER TABLE hives ALTER COLUMN place TYPE " + wide // want `column-type-rewrite`

const wide = "jsonb USING place::jsonb"

func upQueen(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, "SET LOCAL lock_timeout = '2s'"); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, widen); err != nil {
		return err
	}
	//nolint:miglint // golangci-lint's comments are golangci-lint's business
	if _, err := tx.ExecContext(ctx, "DROP TABLE drones"); err != nil { // want "drop-table"
		return err
	}
	// miglint:ignore drop-table the workers threw them out
	_, err := tx.ExecContext(ctx, "DROP TABLE mites")
	return err
}

func downQueen(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "ALTER TABLE hives ALTER COLUMN place TYPE text") // want `column-type-rewrite`
	return err
}
