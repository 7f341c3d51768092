-- Readings of a period of a person that an operator set aside, or took back into weighing: the last line of a reading holds.

CREATE TABLE reading_aside (
    id INTEGER PRIMARY KEY, number INTEGER NOT NULL REFERENCES reading (number), act_id INTEGER NOT NULL REFERENCES act (id),
    aside INTEGER NOT NULL
) STRICT;
CREATE INDEX reading_aside_number ON reading_aside (number, id);
CREATE INDEX reading_aside_act ON reading_aside (act_id);
CREATE TRIGGER reading_aside_stays BEFORE UPDATE ON reading_aside BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER reading_aside_kept BEFORE DELETE ON reading_aside BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
