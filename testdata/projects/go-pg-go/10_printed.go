package main

import "github.com/go-pg/migrations/v8"

var collection = migrations.NewCollection()

func init() {
	collection.MustRegisterTx(printed, nil)
}

func printed(db migrations.DB) error {
	if _, err := db.Exec(`ALTER TABLE labels ADD COLUMN printed boolean`); err != nil {
		return err
	}
	_, err := db.Model(&Label{}).Where("text = ''").Delete()
	return err
}

type Label struct{ ID int64 }
