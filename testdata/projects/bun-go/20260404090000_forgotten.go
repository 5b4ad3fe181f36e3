package migrations

import (
	"context"

	"github.com/uptrace/bun"
)

func forgotten(ctx context.Context, db *bun.DB) error {
	_, err := db.ExecContext(ctx, "DROP TABLE parcels")
	return err
}
