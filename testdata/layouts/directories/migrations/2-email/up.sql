ALTER TABLE customers ADD COLUMN email text;
-- next
UPDATE customers SET email = '<%domain%>' WHERE id < 10;
