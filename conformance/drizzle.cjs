// Runs drizzle-orm's migrator: node drizzle.cjs <database URL> <folder>
const { Client } = require('pg')
const { drizzle } = require('drizzle-orm/node-postgres')
const { migrate } = require('drizzle-orm/node-postgres/migrator')

const [url, migrationsFolder] = process.argv.slice(2)
const client = new Client({ connectionString: url })
client
  .connect()
  .then(() => migrate(drizzle(client), { migrationsFolder }))
  .then(() => client.end())
  .catch((err) => {
    console.error(err)
    process.exit(1)
  })
