-- name: put_to_read!
INSERT INTO to_read (scan_id, batch, put_at)
SELECT s.id, :batch, :now FROM scan s WHERE s.id = :scan_id AND s.erased_at IS NULL AND (:anew = 1 OR NOT EXISTS (
    SELECT 1 FROM reads r WHERE r.scan_id = s.id AND r.form = s.form AND r.form_version = s.form_version))
ON CONFLICT (scan_id) DO UPDATE SET batch = excluded.batch;

-- name: put_unread_to_read!
-- Whoever took a scan in may have been killed before it said that it is to be read.
INSERT INTO to_read (scan_id, batch, put_at) SELECT s.id, s.batch, :now FROM scan s WHERE {part_is_unread}
ON CONFLICT (scan_id) DO NOTHING;

-- name: free_to_read^
SELECT 1 FROM to_read WHERE begun BETWEEN :least AND :most AND (claimed_until IS NULL OR claimed_until <= :now) LIMIT 1;

-- name: free_to_read_of^
SELECT 1 FROM to_read WHERE batch = :batch AND begun BETWEEN :least AND :most
    AND (claimed_until IS NULL OR claimed_until <= :now) LIMIT 1;

-- name: claim_to_read
UPDATE to_read SET worker = :worker, claimed_until = :until WHERE scan_id IN (
    SELECT scan_id FROM to_read WHERE begun BETWEEN :least AND :most AND (claimed_until IS NULL OR claimed_until <= :now)
    ORDER BY begun, scan_id LIMIT :count)
RETURNING scan_id, batch, begun;

-- name: claim_to_read_of
UPDATE to_read SET worker = :worker, claimed_until = :until WHERE scan_id IN (
    SELECT scan_id FROM to_read WHERE batch = :batch AND begun BETWEEN :least AND :most
        AND (claimed_until IS NULL OR claimed_until <= :now)
    ORDER BY begun, scan_id LIMIT :count)
RETURNING scan_id, batch, begun;

-- name: begin_to_read!
UPDATE to_read SET begun = begun + 1 WHERE scan_id = :scan_id AND worker = :worker;

-- name: renew_to_read!
UPDATE to_read SET claimed_until = :until WHERE worker = :worker;

-- name: give_back_to_read!
-- What was begun counts as begun no more: nothing ended its reader.
UPDATE to_read SET worker = NULL, claimed_until = NULL, begun = CASE WHEN begun > 0 THEN begun - :begun ELSE 0 END
WHERE scan_id = :scan_id AND worker = :worker;

-- name: release_to_read!
UPDATE to_read SET worker = NULL, claimed_until = NULL WHERE worker = :worker;

-- name: end_to_read!
DELETE FROM to_read WHERE scan_id = :scan_id;

-- name: holds_to_read^
SELECT 1 FROM to_read WHERE scan_id = :scan_id AND worker = :worker;

-- name: batch_to_read^
SELECT batch FROM to_read WHERE scan_id = :scan_id;

-- name: count_to_read^
SELECT COUNT(*) AS scans, COUNT(*) FILTER (WHERE claimed_until > :now) AS claimed FROM to_read;
