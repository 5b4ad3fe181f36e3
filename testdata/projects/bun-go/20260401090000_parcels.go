package migrations

import (
	"context"

	"github.com/uptrace/bun"
)

type parcel struct {
	bun.BaseModel `bun:"table:parcels"`

	ID     int64  `bun:",pk,autoincrement"`
	Street string `bun:",notnull"`
	Weight int32
}

func init() {
	Migrations.MustRegister(func(ctx context.Context, db *bun.DB) error {
		if _, err := db.NewCreateTable().Model((*parcel)(nil)).IfNotExists().Exec(ctx); err != nil {
			return err
		}
		_, err := db.NewCreateIndex().Model((*parcel)(nil)).Index("parcels_street_idx").Column("street").Concurrently().Exec(ctx)
		return err
	}, func(ctx context.Context, db *bun.DB) error {
		_, err := db.NewDropTable().Model((*parcel)(nil)).IfExists().Exec(ctx)
		return err
	})
}
