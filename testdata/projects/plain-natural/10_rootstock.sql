COPY trees (id) FROM stdin;
1
2
\.
ALTER TABLE trees ADD COLUMN rootstock text;
