-- Scans that could not be weighed, each with the error and what it depends on: it is tried again when one of these has
-- changed, or at `retry_at`. It is a state, not a fact: the row goes when the scan is weighed, or forgotten.
-- Readings that an operator took out of weighing, with who and why. The readings stay.

CREATE TABLE quarantine (
    scan_id INTEGER PRIMARY KEY REFERENCES scan (id), reading TEXT NOT NULL, error TEXT NOT NULL, message TEXT NOT NULL,
    program TEXT NOT NULL, latest INTEGER NOT NULL, wakes INTEGER NOT NULL, tries INTEGER NOT NULL, since INTEGER NOT NULL,
    at INTEGER NOT NULL, retry_at INTEGER
) STRICT;

CREATE TABLE withdrawal (
    number INTEGER PRIMARY KEY REFERENCES reading (number), by_whom TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER withdrawal_stays BEFORE UPDATE ON withdrawal BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER withdrawal_kept BEFORE DELETE ON withdrawal BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
