module example.com/parcels

require (
	github.com/go-pg/migrations/v8 v8.1.0
	github.com/go-pg/pg/v10 v10.10.6
	github.com/uptrace/bun v1.2.0
)
