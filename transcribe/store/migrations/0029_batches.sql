-- What operators say of a batch: how urgent it is, when it is due, a note, and whether it is cancelled. It is a state: each
-- change is an act. `level` is its rank among the batches, which is part of the priority of its open tasks.

CREATE TABLE batch (
    name TEXT PRIMARY KEY, priority INTEGER NOT NULL DEFAULT 0, due_at INTEGER, note TEXT NOT NULL DEFAULT '',
    cancelled_at INTEGER, level INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX scan_batch ON scan (batch);
