-- What operators do to mend and steer: each act with who did it, and why in words of its own table, so that words about a
-- scan go when it is forgotten. The audit log has a line of each act, with the keyed hash of its words.

CREATE TABLE act (
    id INTEGER PRIMARY KEY, verb TEXT NOT NULL, by_whom TEXT NOT NULL, at INTEGER NOT NULL,
    scan_id INTEGER REFERENCES scan (id), field_id INTEGER REFERENCES field (id), batch TEXT,
    transcriber_id INTEGER REFERENCES transcriber (id), detail TEXT NOT NULL
) STRICT;
CREATE INDEX act_scan ON act (scan_id) WHERE scan_id IS NOT NULL;
CREATE INDEX act_batch ON act (batch) WHERE batch IS NOT NULL;
CREATE TRIGGER act_stays BEFORE UPDATE ON act BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END;
CREATE TRIGGER act_kept BEFORE DELETE ON act BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END;
CREATE TABLE act_text (id INTEGER PRIMARY KEY REFERENCES act (id), reason TEXT NOT NULL) STRICT;
CREATE TRIGGER act_text_stays BEFORE UPDATE ON act_text BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END;
CREATE TRIGGER act_text_kept BEFORE DELETE ON act_text
    WHEN (SELECT s.erased_at FROM act a JOIN scan s ON s.id = a.scan_id WHERE a.id = OLD.id) IS NULL
    BEGIN SELECT RAISE(ABORT, 'texts go only with forget'); END;

-- Scans that were read again: what machines had read of one up to this number is history, and is weighed no more. What
-- people read stays where it was read: under its form. A scan may have another origin than its id: the SHA-256 of the pages
-- that it came in, where a forgotten one came again or another picture took the place of the first. The last one holds.

CREATE TABLE rereading (
    act_id INTEGER PRIMARY KEY REFERENCES act (id), scan_id INTEGER NOT NULL REFERENCES scan (id),
    up_to INTEGER NOT NULL
) STRICT;
CREATE INDEX rereading_scan ON rereading (scan_id, up_to);
CREATE TRIGGER rereading_stays BEFORE UPDATE ON rereading BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER rereading_kept BEFORE DELETE ON rereading BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;

CREATE TABLE origin (
    id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scan (id), sha256 TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX origin_scan ON origin (scan_id);
CREATE INDEX origin_sha256 ON origin (sha256);
