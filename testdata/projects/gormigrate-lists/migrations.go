package migrations

import (
	"sort"

	"github.com/go-gormigrate/gormigrate/v2"
	"gorm.io/gorm"

	"example.com/fleet/extra"
)

func Before(db *gorm.DB) error {
	return gormigrate.New(db, gormigrate.DefaultOptions, before()).Migrate()
}

func before() []*gormigrate.Migration {
	return []*gormigrate.Migration{trucksToText()}
}

func After(db *gorm.DB) error {
	return gormigrate.New(db, gormigrate.DefaultOptions, after()).Migrate()
}

func after() []*gormigrate.Migration {
	list := []*gormigrate.Migration{
		trucksIndex(),
		oldColumns(),
		extra.Migration(),
		oldColumnsAgain(),
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].ID < list[j].ID })
	return list
}
