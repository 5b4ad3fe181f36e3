COPY t (a) FROM STDIN;
1
\.
\echo done
