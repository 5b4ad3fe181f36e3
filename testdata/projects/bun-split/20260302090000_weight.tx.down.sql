ALTER TABLE parcels DROP weight;
