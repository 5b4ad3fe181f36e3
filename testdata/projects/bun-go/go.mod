module example.com/parcels

go 1.26

require github.com/uptrace/bun v1.2.18
