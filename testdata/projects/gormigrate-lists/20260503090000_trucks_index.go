package migrations

import (
	"fmt"

	"github.com/go-gormigrate/gormigrate/v2"
	"gorm.io/gorm"
)

const trucksIndexName = "trucks_plate_idx"

func trucksIndex() *gormigrate.Migration {
	return &gormigrate.Migration{
		ID: "20260503090000",
		Migrate: func(tx *gorm.DB) error {
			return tx.Exec(fmt.Sprintf("CREATE INDEX CONCURRENTLY %s ON trucks (plate)", trucksIndexName)).Error
		},
		Rollback: func(tx *gorm.DB) error {
			return tx.Exec(fmt.Sprintf("DROP INDEX CONCURRENTLY %s", trucksIndexName)).Error
		},
	}
}
