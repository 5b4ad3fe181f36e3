ALTER TABLE trees DROP COLUMN rootstock;
