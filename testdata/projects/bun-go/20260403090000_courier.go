package migrations

import (
	"context"

	"github.com/uptrace/bun"
)

func init() {
	if err := Migrations.Register(courier, nil); err != nil {
		panic(err)
	}
}

// courier begins a transaction of its own.
func courier(ctx context.Context, db *bun.DB) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if _, err := tx.ExecContext(ctx, "ALTER TABLE parcels ADD COLUMN courier text"); err != nil {
			return err
		}
		_, err := tx.NewUpdate().Model((*parcel)(nil)).Set("courier = ?", "bike").Where("weight < ?", 5).Exec(ctx)
		return err
	})
}
