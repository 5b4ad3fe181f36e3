CREATE INDEX ramps_idx ON ramps (id);
