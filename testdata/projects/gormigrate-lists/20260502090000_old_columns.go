package migrations

import (
	"github.com/go-gormigrate/gormigrate/v2"
	"gorm.io/gorm"
)

type truck struct{ ID string }

func oldColumns() *gormigrate.Migration {
	return &gormigrate.Migration{ID: "20260502090000", Migrate: dropOldColumns}
}

func oldColumnsAgain() *gormigrate.Migration {
	return &gormigrate.Migration{ID: "20260502090000", Migrate: dropOldColumns}
}

func dropOldColumns(tx *gorm.DB) error {
	for _, column := range []string{"length", "height"} {
		if tx.Migrator().HasColumn(&truck{}, column) {
			if err := tx.Migrator().DropColumn(&truck{}, column); err != nil {
				return err
			}
		}
	}
	return tx.Exec("UPDATE trucks SET seats = ? WHERE seats IS NULL", 2).Error
}
