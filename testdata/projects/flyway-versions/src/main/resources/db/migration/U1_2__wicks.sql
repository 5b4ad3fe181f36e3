DROP TABLE wicks;
