package main

import "github.com/go-pg/migrations/v8"

func main() { migrations.Run(connect(), "up") }
