-- Add up migration script here
SELECT 1;
