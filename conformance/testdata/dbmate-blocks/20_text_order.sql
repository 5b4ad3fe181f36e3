-- migrate:up
CREATE TYPE mg_mood AS ENUM ('good');
-- migrate:down
DROP TYPE mg_mood;
