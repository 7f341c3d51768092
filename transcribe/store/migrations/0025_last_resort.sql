-- Who reads a field at the last. `passed` counts the people who have read or skipped the field in the task's lane, so that
-- what nobody is left for is found by an index. `resort` is why an expert has a task that others were meant to do: '' for
-- none. What only experts may do waits in their pool, checks too.

ALTER TABLE task ADD COLUMN passed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN resort TEXT NOT NULL DEFAULT '';
UPDATE task SET passed = (SELECT COUNT(*) FROM (
    SELECT r.transcriber_id FROM reading r
    WHERE r.field_id = task.field_id AND r.lane = task.lane AND r.transcriber_id IS NOT NULL
    UNION SELECT k.transcriber_id FROM skip k WHERE k.field_id = task.field_id AND k.lane = task.lane) AS people)
WHERE closed_at IS NULL;
UPDATE task SET pool = 'expert' WHERE kind = 'audit' AND closed_at IS NULL;
CREATE INDEX task_passed ON task (pool, passed) WHERE closed_at IS NULL AND transcriber_id IS NULL AND passed > 0;

DROP VIEW task_seen;
CREATE VIEW task_seen AS
SELECT t.*, x.prefill, s.sha256 AS scan, s.erased_at, f.name, f.row_number, p.public_id AS transcriber,
       CASE WHEN f.form = '' THEN s.form ELSE f.form END AS form,
       CASE WHEN f.form = '' THEN s.form_version ELSE f.form_version END AS form_version
FROM task t JOIN scan s ON s.id = t.scan_id JOIN field f ON f.id = t.field_id
LEFT JOIN task_text x ON x.id = t.id
LEFT JOIN transcriber p ON p.id = t.transcriber_id;
