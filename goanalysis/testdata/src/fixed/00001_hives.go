package fixed

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
)

func init() {
	goose.AddMigrationNoTxContext(upHives, nil)
	goose.AddNamedMigrationNoTxContext("00002_index.go", upIndex, nil)
}

func upHives(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, "CREATE TABLE hives (id bigint PRIMARY KEY, place text NOT NULL)")
	return err
}

func upIndex(ctx context.Context, db *sql.DB) error {
	_, err := db.ExecContext(ctx, `CREATE INDEX hives_place ON hives (place)`) // want `index-not-concurrent`
	return err
}
