package main

import "github.com/go-pg/migrations/v8"

func init() {
	migrations.MustRegister(func(db migrations.DB) error {
		_, err := db.Exec(`CREATE INDEX CONCURRENTLY labels_text_idx ON labels (text)`)
		return err
	})
}
