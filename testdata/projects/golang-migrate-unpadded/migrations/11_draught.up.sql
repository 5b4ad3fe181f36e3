ALTER TABLE ships ADD COLUMN draught integer;
