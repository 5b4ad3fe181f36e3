package migrations

import (
	"context"
	"database/sql"
	_ "embed"

	"github.com/pressly/goose/v3"
)

//go:embed sql/batch.sql
var batch string

func init() {
	goose.AddNamedMigrationNoTxContext("00004_batch.go", upBatch, func(ctx context.Context, db *sql.DB) error { return nil })
}

func upBatch(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, batch); err != nil {
		return err
	}
	return tx.Commit()
}
