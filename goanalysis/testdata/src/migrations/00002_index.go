package migrations

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

func init() {
	goose.AddMigrationNoTxContext(upIndex, downIndex)
}

func upIndex(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "CREATE INDEX hives_place ON hives (place)") // want `^index-not-concurrent: building index hives_place blocks writes to hives .*; instead:\n\t.*CREATE INDEX CONCURRENTLY`
	return err
}

func downIndex(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "DROP INDEX CONCURRENTLY hives_place")
	return err
}
