-- Widening a varchar is free; widening an integer rewrites the table.
ALTER TABLE order_items
    ALTER COLUMN sku TYPE varchar(40),
    ALTER COLUMN quantity TYPE bigint;
