-- By how many bits a person's reading of a type of field says more (or less) than anybody's: which of the open fields
-- they are given first. Found anew by each learning; those with nothing here are like most.

CREATE TABLE adds (
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), type TEXT NOT NULL, bits INTEGER NOT NULL,
    PRIMARY KEY (transcriber_id, type)
) STRICT, WITHOUT ROWID;
