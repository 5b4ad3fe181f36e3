--liquibase formatted sql
--property name:kind value:text dbms:oracle
--property name:kind value:bigint
--changeset a:1
CREATE TABLE one (id ${kind});
