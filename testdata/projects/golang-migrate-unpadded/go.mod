module example.com/harbour

go 1.26

require github.com/golang-migrate/migrate/v4 v4.18.1
