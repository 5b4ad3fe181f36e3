--liquibase formatted sql
--changeset a:1
CREATE TABLE three (id bigint);
