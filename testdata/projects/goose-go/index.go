package migrations

import (
	"context"
	"database/sql"
	"fmt"
)

func createIndex(ctx context.Context, db *sql.DB, table, column string) error {
	_, err := db.ExecContext(ctx, fmt.Sprintf("CREATE INDEX CONCURRENTLY %s ON %s (%s)", indexName(table, column), table, column))
	return err
}

func indexName(table, column string) string { return table + "_" + column + "_idx" }
