CREATE TABLE ships (id bigint PRIMARY KEY, berth_id bigint);
CREATE INDEX ships_berth_id_idx ON ships (berth_id);
