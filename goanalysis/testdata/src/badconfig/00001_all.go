package badconfig

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

func init() { goose.AddMigrationContext(upAll, nil) }

func upAll(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, "SET LOCAL lock_timeout = '2s'"); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "ALTER TABLE hives ADD COLUMN queen text"); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "DROP TABLE drones")
	return err
}
