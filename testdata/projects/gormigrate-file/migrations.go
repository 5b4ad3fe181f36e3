package database

import (
	"github.com/jinzhu/gorm"
	"gopkg.in/gormigrate.v1"
)

const initial = "00000-Init"

type Database struct{ db *gorm.DB }

func (db *Database) Migrations() []*gormigrate.Migration {
	return []*gormigrate.Migration{
		{
			ID: initial,
			Migrate: func(tx *gorm.DB) error {
				return tx.Exec("CREATE EXTENSION IF NOT EXISTS hstore").Error
			},
		},
		{
			ID: "00001-CreateKeys",
			Migrate: func(tx *gorm.DB) error {
				return tx.AutoMigrate(&Key{}).Error
			},
			Rollback: func(tx *gorm.DB) error {
				return tx.DropTable("keys").Error
			},
		},
		{
			ID: "00002-KeyOwner",
			Migrate: func(tx *gorm.DB) error {
				return each(tx,
					`ALTER TABLE keys ADD COLUMN owner text`,
					`ALTER TABLE keys ALTER COLUMN owner SET NOT NULL`)
			},
			Rollback: func(tx *gorm.DB) error {
				return each(tx, `ALTER TABLE keys DROP COLUMN owner`)
			},
		},
	}
}

func (db *Database) Migrate() error {
	options := gormigrate.DefaultOptions
	options.UseTransaction = true
	return gormigrate.New(db.db, options, db.Migrations()).Migrate()
}

func each(tx *gorm.DB, list ...string) error {
	for _, sql := range list {
		if err := tx.Exec(sql).Error; err != nil {
			return err
		}
	}
	return nil
}
