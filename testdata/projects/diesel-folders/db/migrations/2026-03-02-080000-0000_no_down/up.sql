ALTER TABLE ferns ADD COLUMN height int;
