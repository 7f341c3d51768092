-- name: put_quarantine!
INSERT INTO quarantine (scan_id, reading, error, message, program, latest, wakes, tries, since, at, retry_at)
VALUES (:scan_id, :reading, :error, :message, :program, :up_to, :wakes, 1, :now, :now, :retry_at)
ON CONFLICT (scan_id) DO UPDATE SET reading = :reading, error = :error, message = :message, program = :program,
    latest = :up_to, wakes = :wakes, tries = quarantine.tries + 1, at = :now, retry_at = :retry_at;

-- name: release_claim!
UPDATE scan SET claimed_until = NULL WHERE id = :scan_id;

-- name: end_quarantine!
DELETE FROM quarantine WHERE scan_id = :scan_id;

-- name: quarantined
-- CROSS JOIN has SQLite begin at the few that are quarantined, and not at all scans.
SELECT q.reading, q.error, q.message, q.tries, q.since, q.at, q.retry_at, s.* FROM quarantine q
CROSS JOIN scan s WHERE s.id = q.scan_id AND (:scan_id IS NULL OR s.id = :scan_id) ORDER BY q.since, s.id;

-- name: quarantine_tries^
SELECT tries FROM quarantine WHERE scan_id = :scan_id;

-- name: retry_quarantined!
UPDATE quarantine SET retry_at = :now, tries = 0 WHERE :scan_id IS NULL OR scan_id = :scan_id;

-- name: reading_to_withdraw^
SELECT r.number, r.id, f.scan_id, s.sha256, f.name, f.row_number, r.field_id, r.transcriber_id,
    EXISTS (SELECT 1 FROM withdrawal w WHERE w.number = r.number) AS withdrawn
FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id WHERE r.id = :reading;

-- name: readings_beginning
SELECT id FROM reading WHERE id >= :beginning AND id < :beginning || 'g' ORDER BY id LIMIT 2;

-- name: put_withdrawal!
INSERT INTO withdrawal (number, by_whom, reason, at) VALUES (:number, :by, :reason, :now);
