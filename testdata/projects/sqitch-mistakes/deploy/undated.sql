CREATE TABLE undated (id bigint PRIMARY KEY);
