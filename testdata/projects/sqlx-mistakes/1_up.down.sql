-- Add down migration script here
SELECT 1;
