CREATE TABLE parcels (id bigint PRIMARY KEY);

--bun:split

CREATE TABLE labels (id bigint PRIMARY KEY);
CREATE TABLE depots (id bigint PRIMARY KEY);
--bun:split
