-- Time on one task may be contested again, where more of it was kept since the last word about it.

CREATE TABLE time_claim (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    task_id INTEGER NOT NULL REFERENCES task (id), claimed REAL NOT NULL, words TEXT NOT NULL, at INTEGER NOT NULL,
    answered_at INTEGER, granted REAL, answered_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO time_claim (id, public_id, transcriber_id, task_id, claimed, words, at, answered_at, granted, answered_by, reason)
SELECT id, public_id, transcriber_id, task_id, claimed, words, at, answered_at, granted, answered_by, reason FROM time_dispute;
DROP TABLE time_dispute;
ALTER TABLE time_claim RENAME TO time_dispute;
CREATE INDEX time_dispute_task ON time_dispute (transcriber_id, task_id);
