-- What several machines that work on one state know of each other. A machine is a home, by the name in its `state.machine`.
-- `records_copy`: the records.db of each, and how far it has been published there. `erased_in_copy`: that nothing of a
-- forgotten scan is left in one of them. `arriving`: files that were sent to a machine and are not taken in yet.
-- `use_count`: how often somebody asked in a window of time; `what` is a keyed hash. `looked_in_vain`: since when a person
-- waits for work. `claimed_by` of a scan: whose claim it is that lasts until `claimed_until`.

CREATE TABLE records_copy (
    machine TEXT PRIMARY KEY, place TEXT NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE erased_in_copy (
    scan_id INTEGER NOT NULL REFERENCES unfinished_erasure (scan_id) ON DELETE CASCADE, machine TEXT NOT NULL,
    PRIMARY KEY (scan_id, machine)
) STRICT;
CREATE TABLE arriving (
    sha256 TEXT NOT NULL, machine TEXT NOT NULL, form TEXT NOT NULL, batch TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (sha256, machine)
) STRICT;
CREATE TABLE use_count (
    begun INTEGER NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (begun, what)
) STRICT;
CREATE TABLE looked_in_vain (
    transcriber_id INTEGER PRIMARY KEY REFERENCES transcriber (id), at INTEGER NOT NULL
) STRICT;
ALTER TABLE scan ADD COLUMN claimed_by TEXT;
