-- What became of each proposal of learning, and of going back to an earlier version: why, by whom, on how many truths.
-- version: in force since; made: whether that version came into force by this line; back_to: the version whose content it
-- has; seen: a digest of what was learnt from, so that without news nothing is learnt again.

CREATE TABLE learning (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, verdict TEXT NOT NULL,
    version INTEGER NOT NULL REFERENCES parameters (version), made INTEGER NOT NULL,
    back_to INTEGER REFERENCES parameters (version), seen TEXT NOT NULL, numbers TEXT NOT NULL
) STRICT;
CREATE TRIGGER learning_stays BEFORE UPDATE ON learning BEGIN SELECT RAISE(ABORT, 'learning is append-only'); END;
CREATE TRIGGER learning_kept BEFORE DELETE ON learning BEGIN SELECT RAISE(ABORT, 'learning is append-only'); END;
