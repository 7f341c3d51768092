-- Of each field that identifies the order of a scan the keyed hash of its likeliest value, decided or not, and how probable it
-- is: two scans of which one such value surely is another are no pair, however alike they look.

CREATE TABLE identity_part (
    scan_id INTEGER NOT NULL REFERENCES scan (id), field TEXT NOT NULL, keyed TEXT NOT NULL, probability REAL NOT NULL,
    PRIMARY KEY (scan_id, field)
) STRICT, WITHOUT ROWID;
