package main

import "github.com/go-pg/migrations/v8"

func init() {
	migrations.MustRegisterTx(func(db migrations.DB) error {
		_, err := db.Exec(`CREATE TABLE labels (id bigint PRIMARY KEY, text text NOT NULL)`)
		return err
	}, func(db migrations.DB) error {
		_, err := db.Exec(`DROP TABLE labels`)
		return err
	})
}
