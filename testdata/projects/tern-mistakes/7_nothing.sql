-- nothing yet
---- create above / drop below ----
SELECT 1;
