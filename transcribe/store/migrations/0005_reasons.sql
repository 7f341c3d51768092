-- Why an expert changed what they had read, beside the reading's words, so that it is erased with them; who settled a
-- dispute of time and why; and what work is expected, for people who find none.

ALTER TABLE reading_text ADD COLUMN reason TEXT NOT NULL DEFAULT '';
DROP VIEW reading_seen;
CREATE VIEW reading_seen AS
SELECT r.*, x.text, x.alternatives, x.shown, x.legible, x.reason, x.number IS NULL AS erased, f.scan_id, f.name,
       f.row_number, s.sha256 AS scan, t.public_id AS task
FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
LEFT JOIN reading_text x ON x.number = r.number LEFT JOIN task t ON t.id = r.task_id
WHERE NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number);

ALTER TABLE time_dispute ADD COLUMN answered_by TEXT NOT NULL DEFAULT '';
ALTER TABLE time_dispute ADD COLUMN reason TEXT NOT NULL DEFAULT '';

CREATE TABLE expected_work (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, form TEXT NOT NULL, expected_at INTEGER NOT NULL,
    hours REAL NOT NULL, at INTEGER NOT NULL, ended_at INTEGER
) STRICT;
