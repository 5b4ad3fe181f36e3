create index concurrently on ferns (id);
