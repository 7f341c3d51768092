-- Examples in the guide of a field: the picture of one field, what is to be typed, and why. The texts go when the scan is forgotten.

CREATE TABLE guide_example (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, field_id INTEGER NOT NULL REFERENCES field (id),
    kind TEXT NOT NULL CHECK (kind IN ('right', 'tricky')), shown_by TEXT NOT NULL, at INTEGER NOT NULL, withdrawn_at INTEGER
) STRICT;
CREATE INDEX guide_example_field ON guide_example (field_id);

CREATE TABLE guide_example_text (
    id INTEGER PRIMARY KEY REFERENCES guide_example (id), text TEXT NOT NULL, words TEXT NOT NULL
) STRICT;
