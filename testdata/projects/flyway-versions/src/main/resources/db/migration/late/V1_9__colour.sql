ALTER TABLE lamps ADD COLUMN colour text DEFAULT '${default_colour}';
