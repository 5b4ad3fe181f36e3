module example.com/fleet

go 1.26

require github.com/go-gormigrate/gormigrate/v2 v2.1.2
