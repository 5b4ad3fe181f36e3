ALTER TABLE ships ADD COLUMN tonnage integer;
