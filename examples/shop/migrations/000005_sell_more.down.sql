ALTER TABLE order_items
    ALTER COLUMN sku TYPE varchar(20),
    ALTER COLUMN quantity TYPE integer;
