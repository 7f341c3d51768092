-- name: scan_states
SELECT s.*, r.fit, r.quality, r.advice,
    (SELECT COUNT(*) FROM field_now f WHERE f.scan_id = s.id AND f.name <> '') AS fields,
    (SELECT COUNT(*) FROM field_now f WHERE f.scan_id = s.id
        AND EXISTS (SELECT 1 FROM decision d WHERE d.field_id = f.id)) AS decided,
    (SELECT COUNT(*) FROM task t WHERE t.scan_id = s.id AND t.closed_at IS NULL) AS open_tasks
FROM scan s LEFT JOIN reads r ON r.scan_id = s.id AND r.form = s.form AND r.form_version = s.form_version
WHERE (:batch IS NULL OR s.batch = :batch) ORDER BY s.received_at DESC, s.id DESC;

-- name: count_scans
SELECT form, COUNT(*) AS count FROM scan WHERE :batch IS NULL OR batch = :batch GROUP BY form;

-- name: count_fields
SELECT f.scan_form AS form, COUNT(*) AS count FROM field_now f
WHERE f.name <> '' AND (:batch IS NULL OR f.batch = :batch) GROUP BY f.scan_form;

-- name: count_decided
SELECT f.scan_form AS form, d.by_people, COUNT(*) AS count FROM field_now f JOIN decision d ON d.field_id = f.id
WHERE d.version = (SELECT MAX(version) FROM decision l WHERE l.field_id = f.id) AND (:batch IS NULL OR f.batch = :batch)
GROUP BY f.scan_form, d.by_people;

-- name: count_open
SELECT s.form, t.reason, COUNT(*) AS count FROM task t JOIN scan s ON s.id = t.scan_id
WHERE t.closed_at IS NULL AND t.withdrawn_at IS NULL AND t.kind <> 'test' AND (:batch IS NULL OR s.batch = :batch)
GROUP BY s.form, t.reason;

-- name: count_records
SELECT form, COUNT(*) AS count FROM scan WHERE recorded_at IS NOT NULL AND (:batch IS NULL OR batch = :batch) GROUP BY form;

-- name: count_set_aside^
SELECT COUNT(*) FROM set_aside WHERE :batch IS NULL OR batch = :batch;

-- name: count_waiting^
SELECT COUNT(*) FROM scan WHERE (latest > cursor OR wakes > wakes_done) AND erased_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.scan_id = scan.id) AND (:batch IS NULL OR batch = :batch);

-- name: open_batches
WITH open AS MATERIALIZED (
    SELECT DISTINCT s.form, s.batch FROM task t JOIN scan s ON s.id = t.scan_id
    WHERE t.closed_at IS NULL AND t.withdrawn_at IS NULL AND t.kind <> 'test')
SELECT o.form, o.batch, EXISTS (
    SELECT 1 FROM scan s JOIN field f ON f.scan_id = s.id JOIN reading r ON r.field_id = f.id
    WHERE s.form = o.form AND s.batch = o.batch AND r.transcriber_id IS NOT NULL) AS begun
FROM open o ORDER BY o.form, o.batch;
