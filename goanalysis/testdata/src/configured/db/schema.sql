CREATE TABLE public.hives (id bigint NOT NULL, queen text);
