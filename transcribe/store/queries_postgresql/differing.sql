-- name: next_tasks
-- Each mark's own next tasks are found by the index, as a join of its own. Of these the first :kept are given, in the order
-- of `queue_order` for a new person.
WITH RECURSIVE mark (name) AS (
    SELECT '' COLLATE "C"
    UNION ALL
    SELECT (SELECT MIN(elsewhere) FROM task
            WHERE pool = :pool AND elsewhere > mark.name AND closed_at IS NULL AND transcriber_id IS NULL)
    FROM mark WHERE mark.name IS NOT NULL)
SELECT n.* FROM mark CROSS JOIN LATERAL (
    SELECT w.* FROM (
        SELECT t.id, t.field_id, t.scan_id, t.form_field_id, t.lane, t.apart, t.priority, t.ease, t.slot, t.elsewhere, t.opened_at
        FROM task t
        WHERE t.pool = :pool AND t.elsewhere = mark.name AND t.closed_at IS NULL AND t.transcriber_id IS NULL
            AND {part_may_be_given}
        ORDER BY t.priority DESC, t.slot, t.id LIMIT :count) AS w
    ORDER BY w.priority DESC, w.elsewhere <> '' AND w.elsewhere = :tradition AND w.opened_at >= :waited, w.ease DESC, w.slot, w.id
    LIMIT :kept) AS n;

-- name: sealed_form
-- The text of the fields is the one that SQLite writes, to the letter.
SELECT COALESCE(MIN(i.id), 0) AS fact, f.name, f.version, f.digest, f.definition, f.options, f.retention_days, f.at,
    (SELECT '[' || COALESCE(string_agg('[' || g.id || ',' || to_json(g.name) || ',' || to_json(g.type) || ','
        || to_json(g.languages) || ',' || to_json(g.regions) || ',' || to_json(g.qualification) || ',' || to_json(g.apart)
        || ']', ',' ORDER BY g.id), '') || ']'
     FROM form_field g WHERE g.form = f.name AND g.version = f.version) AS fields,
    NULL AS words, 0 AS erased
FROM form f LEFT JOIN form_field i ON i.form = f.name AND i.version = f.version
GROUP BY f.name, f.version HAVING COALESCE(MIN(i.id), 0) BETWEEN :begin AND :until;

-- name: sealed_record
SELECT r.id AS fact, r.scan_id, r.version, r.form, r.form_version, r.at,
    (SELECT '[' || COALESCE(string_agg(CAST(m.decision_id AS TEXT), ',' ORDER BY m.place), '') || ']'
     FROM record_decision m WHERE m.record_id = r.id) AS decisions,
    x.exceptions AS words, s.erased_at IS NOT NULL AS erased
FROM record r JOIN scan s ON s.id = r.scan_id LEFT JOIN record_text x ON x.id = r.id
WHERE r.id BETWEEN :begin AND :until;

-- name: work_by_month
SELECT p.public_id AS transcriber, to_char(to_timestamp(l.at / 1000000) AT TIME ZONE 'UTC', 'YYYY-MM') AS month, l.currency,
    SUM(l.seconds) AS seconds, SUM(l.micro) AS micro
FROM ledger l JOIN transcriber p ON p.id = l.transcriber_id
WHERE l.kind <> 'paid' AND l.at < :before GROUP BY p.public_id, month, l.currency ORDER BY month, l.currency;

-- name: webhook_secrets
SELECT salt, mark FROM webhook_secret WHERE webhook_id = :id AND (until_at IS NULL OR until_at > :now) ORDER BY at DESC, ctid DESC;

-- name: add_reading_work!
-- A correction by an operator is no reading of somebody who was asked.
INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT s.batch, r.at - r.at % :quarter AS quarter, s.form,
    'readings by ' || CASE r.source WHEN 'operator' THEN 'operator' ELSE r.kind END AS what, COUNT(*),
    CAST(trunc(1000 * COALESCE(SUM(r.seconds), 0.0)) AS BIGINT)
FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
WHERE r.number > :after AND r.number <= :until GROUP BY s.batch, quarter, s.form, what {part_add_work};
