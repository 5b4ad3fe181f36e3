--liquibase formatted sql
--changeset a:1
CREATE TABLE two (id ${kind});
