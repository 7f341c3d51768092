-- Scans that machines are to read. A worker claims some for a time, and renews the claim while it lives; `begun` is how often
-- one was begun. It is a state, not a fact: the row goes when the scan is read, set aside or forgotten.

CREATE TABLE to_read (
    scan_id INTEGER PRIMARY KEY REFERENCES scan (id), batch TEXT NOT NULL, put_at INTEGER NOT NULL, worker TEXT,
    claimed_until INTEGER, begun INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX to_read_next ON to_read (begun, scan_id);
CREATE INDEX to_read_batch ON to_read (batch, begun, scan_id);
CREATE INDEX to_read_worker ON to_read (worker) WHERE worker IS NOT NULL;

INSERT INTO to_read (scan_id, batch, put_at) SELECT s.id, s.batch, s.received_at FROM scan s
WHERE s.form <> '' AND s.erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM reads r WHERE r.scan_id = s.id)
    AND NOT EXISTS (SELECT 1 FROM set_aside a WHERE a.file = s.sha256)
    AND NOT EXISTS (SELECT 1 FROM act a WHERE a.scan_id = s.id AND a.verb = 'scan set aside');
