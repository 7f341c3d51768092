-- Time on a field above what is usual for its kind and length: kept, and paid when the person contests the clock and an
-- operator grants it. Its stretch of the person's clock is taken.

CREATE TABLE kept_time (
    id INTEGER PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    task_id INTEGER NOT NULL REFERENCES task (id), seconds REAL NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_time_transcriber ON kept_time (transcriber_id, task_id);
