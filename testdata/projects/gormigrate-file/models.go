package database

import "github.com/jinzhu/gorm"

type Key struct {
	gorm.Model
	Name string
}
