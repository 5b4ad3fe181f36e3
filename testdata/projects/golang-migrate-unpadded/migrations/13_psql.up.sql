\echo starting
COPY ships (id) FROM stdin;
7
\.
