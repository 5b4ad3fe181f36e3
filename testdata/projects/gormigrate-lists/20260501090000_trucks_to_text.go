package migrations

import (
	"github.com/go-gormigrate/gormigrate/v2"
	"gorm.io/gorm"
)

func trucksToText() *gormigrate.Migration {
	up := func(tx *gorm.DB) error {
		return tx.Exec("ALTER TABLE trucks ALTER COLUMN plate TYPE text").Error
	}
	return &gormigrate.Migration{
		ID:      "20260501090000",
		Migrate: gormigrate.MigrateFunc(up),
		Rollback: func(tx *gorm.DB) error {
			return nil
		},
	}
}
