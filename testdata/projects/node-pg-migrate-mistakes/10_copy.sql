-- Up Migration
\copy c from c.csv
