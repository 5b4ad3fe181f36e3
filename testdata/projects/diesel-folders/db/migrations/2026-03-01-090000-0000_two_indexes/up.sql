CREATE INDEX a ON ferns (name);
CREATE INDEX b ON mosses (id);
