-- The same file may come under several names: its scan is found by each.

CREATE TABLE other_name (
    scan_id INTEGER NOT NULL REFERENCES scan (id), name TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (scan_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX other_name_name ON other_name (name, scan_id);
