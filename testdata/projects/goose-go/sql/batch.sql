UPDATE frames SET hive_id = 0; DELETE FROM frames WHERE hive_id = 0;
