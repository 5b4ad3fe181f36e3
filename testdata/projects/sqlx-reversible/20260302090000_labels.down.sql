-- no-transaction
DROP TABLE labels;
