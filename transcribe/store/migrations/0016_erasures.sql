-- What ties a state to what lies beside it: a mark of its key, and how much of the list of erasures it has taken in.
-- An erasure is the keyed hash of a scan's id; it is known here also of scans that an older state never had. One that
-- is unfinished has pictures or words somewhere still.

CREATE TABLE lineage (
    id INTEGER PRIMARY KEY CHECK (id = 1), key_mark TEXT NOT NULL, erasures_size INTEGER NOT NULL
) STRICT;
INSERT INTO lineage (id, key_mark, erasures_size) VALUES (1, '', -1);
CREATE TABLE erasure (keyed TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;
CREATE TABLE unfinished_erasure (scan_id INTEGER PRIMARY KEY REFERENCES scan (id), at INTEGER NOT NULL) STRICT;
CREATE TRIGGER erasure_stays BEFORE UPDATE ON erasure BEGIN SELECT RAISE(ABORT, 'erasures are append-only'); END;
CREATE TRIGGER erasure_kept BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'erasures are append-only'); END;
