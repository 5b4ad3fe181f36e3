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
	// miglint:ignore concurrently-if-not-exists the hives team looks after it
	if _, err := db.ExecContext(ctx, "CREATE INDEX CONCURRENTLY IF NOT EXISTS \"frames_hive\"\n\tON frames (hive_id)"); err != nil {
		return err
	}
	return createIndex(ctx, db, "hives", "place")
}

func downIndex(ctx context.Context, db *sql.DB) error {
	for _, name := range []string{"frames_hive", indexName("hives", "place")} {
		if _, err := db.ExecContext(ctx, "DROP INDEX CONCURRENTLY "+name); err != nil {
			return err
		}
	}
	return nil
}
