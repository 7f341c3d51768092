-- Facts that decide money or values beside pay, readings and decisions. Whenever one is written or changed, a line here has
-- keyed digests of the fact and of its words: the last line of a fact is what it has to be. These lines are sealed too.
-- What was there before has an empty line, which is filled in when the home is opened, as only the program has the key.

CREATE TABLE sealed_fact (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, fact INTEGER NOT NULL, digest TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;
INSERT INTO sealed_fact (kind, fact, digest, words)
SELECT 'rate', id, '', '' FROM rate
UNION ALL SELECT 'floor', id, '', '' FROM floor
UNION ALL SELECT 'undo', number, '', '' FROM undo
UNION ALL SELECT 'withdrawal', number, '', '' FROM withdrawal
UNION ALL SELECT 'truth', id, '', '' FROM truth
UNION ALL SELECT 'appeal', id, '', '' FROM appeal
UNION ALL SELECT 'dispute', id, '', '' FROM time_dispute
UNION ALL SELECT 'person', id, '', '' FROM transcriber
UNION ALL SELECT 'parameters', version, '', '' FROM parameters
UNION ALL SELECT 'form', MIN(id), '', '' FROM form_field GROUP BY form, version
UNION ALL SELECT 'record', id, '', '' FROM record;
CREATE TRIGGER sealed_fact_stays BEFORE UPDATE ON sealed_fact WHEN OLD.digest <> ''
    BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
CREATE TRIGGER sealed_fact_kept BEFORE DELETE ON sealed_fact BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;

-- A seal from before this covers no facts: its range begins with 0.
ALTER TABLE seal ADD COLUMN fact_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE seal ADD COLUMN fact_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE seal ADD COLUMN fact TEXT NOT NULL DEFAULT '';
CREATE INDEX seal_unsigned ON seal (number) WHERE hash = '';
UPDATE seal SET fact_from = 1, fact_until = (SELECT COUNT(*) FROM sealed_fact) WHERE number = 1 AND hash = '';
INSERT INTO seal (ledger_from, ledger_until, reading_from, reading_until, decision_from, decision_until,
    ledger, reading, decision, hash, fact_from, fact_until)
SELECT ledger_until + 1, ledger_until, reading_until + 1, reading_until, decision_until + 1, decision_until,
    '', '', '', '', 1, (SELECT COUNT(*) FROM sealed_fact)
FROM seal WHERE fact_from = 0 ORDER BY number DESC LIMIT 1;

-- All words of a reading, as keyed hash: its alternatives and what was legible decide values too.
ALTER TABLE reading ADD COLUMN words_hash TEXT NOT NULL DEFAULT '';

-- Paid time lies in one tree, in the order in which it is asked for.
CREATE TABLE paid_stretch (
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), from_at INTEGER NOT NULL, until_at INTEGER NOT NULL,
    PRIMARY KEY (transcriber_id, from_at)
) STRICT, WITHOUT ROWID;
INSERT INTO paid_stretch SELECT transcriber_id, MIN(from_at), MAX(until_at) FROM paid_time GROUP BY transcriber_id, from_at;
DROP TABLE paid_time;
ALTER TABLE paid_stretch RENAME TO paid_time;
