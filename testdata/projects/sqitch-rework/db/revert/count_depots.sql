\i deploy/count_depots@v1.0.sql
