module example.com/parcels

require github.com/uptrace/bun v1.2.15
