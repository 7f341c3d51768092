-- What a closed period did not pay out and the next one does: what is less than the least amount of the currency, as a part of
-- a cent, or what is to be taken off. A line for each person and currency that had something due; the last one holds. What
-- was said then: the ledger alone says what is due.

CREATE TABLE carried (
    id INTEGER PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), reference TEXT NOT NULL,
    currency TEXT NOT NULL, micro INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX carried_reference ON carried (reference);
CREATE INDEX carried_transcriber ON carried (transcriber_id, currency, id);
CREATE TRIGGER carried_stays BEFORE UPDATE ON carried BEGIN SELECT RAISE(ABORT, 'what was carried is append-only'); END;
CREATE TRIGGER carried_kept BEFORE DELETE ON carried BEGIN SELECT RAISE(ABORT, 'what was carried is append-only'); END;
