-- When a person answered what is said before the first task. Who has read something is asked nothing again.

ALTER TABLE transcriber ADD COLUMN begun_at INTEGER;
UPDATE transcriber SET begun_at = at WHERE EXISTS (SELECT 1 FROM reading r WHERE r.transcriber_id = transcriber.id);
UPDATE transcriber SET training = 0 WHERE begun_at IS NULL;
