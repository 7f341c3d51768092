-- Scans that came again in another batch than their own: they are in no other batch, but its page says so.

CREATE TABLE known_again (
    batch TEXT NOT NULL, scan_id INTEGER NOT NULL REFERENCES scan (id), at INTEGER NOT NULL,
    PRIMARY KEY (batch, scan_id)
) STRICT, WITHOUT ROWID;
