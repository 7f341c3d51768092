-- The same order again. Of each page that lies on its form, the fingerprint of what was written on it, and bands of its bits
-- by which pages that look alike are found; of each scan whose identifying values are known, their keyed hash. Two scans
-- that look alike, or have the same values, are a pair; what an operator says of a pair holds until they say otherwise.

CREATE TABLE page_print (
    scan_id INTEGER NOT NULL REFERENCES scan (id), number INTEGER NOT NULL, form TEXT NOT NULL, bits BLOB NOT NULL,
    PRIMARY KEY (scan_id, number)
) STRICT, WITHOUT ROWID;

-- `slot`: form, page, which band of the bits, and the bits of it.
CREATE TABLE print_band (
    slot INTEGER NOT NULL, scan_id INTEGER NOT NULL REFERENCES scan (id), PRIMARY KEY (slot, scan_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX print_band_scan ON print_band (scan_id);

CREATE TABLE identity (
    scan_id INTEGER PRIMARY KEY REFERENCES scan (id), keyed TEXT NOT NULL, probability REAL NOT NULL
) STRICT;
CREATE INDEX identity_keyed ON identity (keyed);

-- `differing`: the share of bits that differ; `same_values`: the probability that all identifying values are the same. NULL
-- where they are not alike in this. `refuted`: their identifying values surely are others. `settled`: '' while it is open.
CREATE TABLE duplicate (
    id INTEGER PRIMARY KEY, older INTEGER NOT NULL REFERENCES scan (id), newer INTEGER NOT NULL REFERENCES scan (id),
    differing REAL, same_values REAL, refuted INTEGER NOT NULL DEFAULT 0, policy TEXT NOT NULL, found_at INTEGER NOT NULL,
    settled TEXT NOT NULL DEFAULT '', UNIQUE (older, newer)
) STRICT;
CREATE INDEX duplicate_newer ON duplicate (newer);
