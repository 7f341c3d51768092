-- Seals: each transaction that writes lines of pay, readings or decisions ends with one. It has a keyed digest of what was
-- written, and vouches for the seal before it. The first one is of what was there before; it is signed when the home is
-- opened, as only the program has the key. A line of the audit log names the seal that was the last when it was written.

CREATE TABLE seal (
    number INTEGER PRIMARY KEY AUTOINCREMENT, ledger_from INTEGER NOT NULL, ledger_until INTEGER NOT NULL,
    reading_from INTEGER NOT NULL, reading_until INTEGER NOT NULL, decision_from INTEGER NOT NULL,
    decision_until INTEGER NOT NULL, ledger TEXT NOT NULL, reading TEXT NOT NULL, decision TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TRIGGER seal_stays BEFORE UPDATE ON seal WHEN OLD.hash <> '' BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
CREATE TRIGGER seal_kept BEFORE DELETE ON seal BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
INSERT INTO seal (ledger_from, ledger_until, reading_from, reading_until, decision_from, decision_until,
    ledger, reading, decision, hash)
SELECT 1, (SELECT COALESCE(MAX(number), 0) FROM ledger), 1, (SELECT COALESCE(MAX(number), 0) FROM reading),
    1, (SELECT COALESCE(MAX(id), 0) FROM decision), '', '', '', '';

ALTER TABLE audit ADD COLUMN seal TEXT NOT NULL DEFAULT '';
ALTER TABLE decision ADD COLUMN words_hash TEXT NOT NULL DEFAULT '';
DROP VIEW decision_seen;
CREATE VIEW decision_seen AS
SELECT d.*, x.value, x.text, x.evidence, x.proposal, f.scan_id, f.name, f.row_number
FROM decision d JOIN field f ON f.id = d.field_id JOIN decision_text x ON x.id = d.id;
