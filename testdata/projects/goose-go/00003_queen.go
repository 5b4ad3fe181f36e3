package migrations

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
)

func init() { goose.AddMigrationContext(upQueen, nil) }

const addColumn = `ALTER TABLE %s ADD COLUMN %s bigint`

func upQueen(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf(addColumn, "hives", "queen_id"))
	if err != nil {
		return err
	}
	var column string
	if err := tx.QueryRowContext(ctx, "SELECT 'place'").Scan(&column); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "ALTER TABLE hives DROP COLUMN "+column); err != nil {
		return err
	}
	return runAll(ctx, tx, statements())
}

func statements() []string { return nil }

func runAll(ctx context.Context, tx *sql.Tx, all []string) error {
	for _, s := range all {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
