package broken

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

func init() { goose.AddMigrationContext(upTypes, missing) }

func upTypes(ctx context.Context, tx *sql.Tx) error {
	var n int = "three"
	_, err := tx.ExecContext(ctx, "DROP TABLE drones") // want `drop-table`
	return undefined(err, n)
}
