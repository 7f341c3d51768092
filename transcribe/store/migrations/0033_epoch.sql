-- Since which number of the outbox this state is what it is: it was restored from a backup then. 0: never. Who follows
-- the changes and stands below it has seen changes of another state, and begins anew.

ALTER TABLE lineage ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
