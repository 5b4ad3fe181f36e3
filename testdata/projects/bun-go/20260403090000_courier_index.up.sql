CREATE INDEX parcels_courier_idx ON parcels (courier);
