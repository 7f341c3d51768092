-- How PostgreSQL stores the tables whose rows change often. Dead rows are cleared away after one in a hundred and without
-- pauses, and a row that changes finds room on its own page: the values of PgQueuer, a queue on PostgreSQL.

ALTER TABLE task SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 10000,
    autovacuum_vacuum_cost_delay = 0, fillfactor = 70);
ALTER TABLE scan SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 10000,
    autovacuum_vacuum_cost_delay = 0, fillfactor = 70);
ALTER TABLE to_read SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0, fillfactor = 70);
ALTER TABLE session SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 70);
ALTER TABLE delivery SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 70);
ALTER TABLE scan_changed SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE last_number SET (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000, fillfactor = 10);
