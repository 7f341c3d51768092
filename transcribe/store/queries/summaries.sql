-- name: changed_scans
SELECT s.* FROM scan_changed c JOIN scan s ON s.id = c.scan_id ORDER BY c.scan_id LIMIT :limit;

-- name: end_changed!
DELETE FROM scan_changed WHERE scan_id = :scan_id;

-- name: count_changed^
SELECT COUNT(*) FROM (SELECT 1 FROM scan_changed LIMIT :most) AS few;

-- name: state_of_scan^
SELECT {part_scan_states} WHERE s.id = :scan_id;

-- name: fields_of_scan^
SELECT COUNT(*) FILTER (WHERE state = 'decided') AS decided, COUNT(*) FILTER (WHERE state = 'open') AS open,
    COUNT(*) FILTER (WHERE state = 'unasked') AS unasked,
    COUNT(*) FILTER (WHERE state = 'decided' AND by_people = 1) AS by_people FROM (
    SELECT {part_field_state} AS state, (SELECT d.by_people FROM decision d WHERE d.field_id = f.id
        AND d.method <> 'provisional' ORDER BY d.version DESC LIMIT 1) AS by_people
    FROM field_now f WHERE {part_is_of_form} AND f.scan_id = :scan_id) AS seen;

-- name: questions_of_scan
SELECT reason, pool, kind, COUNT(*) AS count, MIN(opened_at) AS oldest FROM task
WHERE scan_id = :scan_id AND closed_at IS NULL AND withdrawn_at IS NULL AND kind <> 'test' GROUP BY reason, pool, kind;

-- name: scan_summary^
SELECT * FROM scan_summary WHERE scan_id = :scan_id;

-- name: put_scan_summary!
INSERT INTO scan_summary (scan_id, batch, form, state, since, people_at, experts_at, counted)
VALUES (:scan_id, :batch, :form, :state, :since, :people_at, :experts_at, :counted)
ON CONFLICT (scan_id) DO UPDATE SET batch = excluded.batch, form = excluded.form, state = excluded.state,
    since = excluded.since, people_at = excluded.people_at, experts_at = excluded.experts_at, counted = excluded.counted;

-- name: drop_scan_reasons!
DELETE FROM scan_reason WHERE scan_id = :scan_id;

-- name: put_scan_reason!
INSERT INTO scan_reason (reason, scan_id) VALUES (:reason, :scan_id) ON CONFLICT DO NOTHING;

-- name: add_scan_count!
INSERT INTO scan_count (batch, form, what, count) VALUES (:batch, :form, :what, :count)
ON CONFLICT (batch, form, what) DO UPDATE SET count = count + excluded.count;

-- name: drop_empty_counts!
DELETE FROM scan_count WHERE batch = :batch AND form = :form AND count = 0;

-- name: note_course!
INSERT INTO batch_course (batch, at, state, count)
SELECT :batch, :at, :state, COALESCE((SELECT SUM(count) FROM scan_count WHERE batch = :batch AND what = :what), 0)
WHERE true ON CONFLICT (batch, at, state) DO UPDATE SET count = excluded.count;

-- name: work_mark^
SELECT number FROM work_mark WHERE kind = :kind;

-- name: put_work_mark!
INSERT INTO work_mark (kind, number) VALUES (:kind, :number) ON CONFLICT (kind) DO UPDATE SET number = excluded.number;

-- name: part_add_work!
ON CONFLICT (batch, at, form, what) DO UPDATE SET count = count + excluded.count, amount = amount + excluded.amount

-- name: last_scan_number^
SELECT MAX(id) FROM scan;

-- name: last_reading_number^
SELECT MAX(number) FROM reading;

-- name: last_decision_number^
SELECT MAX(id) FROM decision;

-- name: last_record_number^
SELECT MAX(id) FROM record;

-- name: last_ledger_number^
SELECT MAX(number) FROM ledger;

-- name: add_scan_work!
INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT batch, received_at - received_at % :quarter AS quarter, form, 'scans', COUNT(*), 0 FROM scan
WHERE id > :after AND id <= :until GROUP BY batch, quarter, form {part_add_work};

-- name: add_reading_work!
-- A correction by an operator is no reading of somebody who was asked.
INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT s.batch, r.at - r.at % :quarter AS quarter, s.form,
    'readings by ' || CASE r.source WHEN 'operator' THEN 'operator' ELSE r.kind END AS what, COUNT(*),
    CAST(1000 * COALESCE(SUM(r.seconds), 0.0) AS INTEGER)
FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
WHERE r.number > :after AND r.number <= :until GROUP BY s.batch, quarter, s.form, what {part_add_work};

-- name: add_decision_work!
INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT s.batch, d.at - d.at % :quarter AS quarter, s.form,
    CASE WHEN d.by_people = 1 THEN 'decided by people' ELSE 'decided by machine' END AS what, COUNT(*), 0
FROM decision d JOIN field f ON f.id = d.field_id JOIN scan s ON s.id = f.scan_id
WHERE d.id > :after AND d.id <= :until AND d.version = 1 AND d.method <> 'provisional'
GROUP BY s.batch, quarter, s.form, what {part_add_work};

-- name: add_record_work!
-- A record is finished with its first version that is not provisional.
INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT s.batch, r.at - r.at % :quarter AS quarter, s.form, 'records', COUNT(*), 0
FROM record r JOIN scan s ON s.id = r.scan_id WHERE r.id > :after AND r.id <= :until
    AND NOT EXISTS (SELECT 1 FROM record_text x WHERE x.id = r.id AND (instr(x.exceptions, '["below target",') > 0
        OR instr(x.exceptions, '["read again",') > 0 OR instr(x.exceptions, '["the right form",') > 0))
    AND NOT EXISTS (SELECT 1 FROM record e WHERE e.scan_id = r.scan_id AND e.version < r.version
        AND NOT EXISTS (SELECT 1 FROM record_text x WHERE x.id = e.id AND (instr(x.exceptions, '["below target",') > 0
            OR instr(x.exceptions, '["read again",') > 0 OR instr(x.exceptions, '["the right form",') > 0)))
GROUP BY s.batch, quarter, s.form {part_add_work};

-- name: add_ledger_work!
-- What work cost; payments are none. A line without a task is that of a reading, or of a day.
INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT COALESCE(s.batch, '') AS batch, l.at - l.at % :quarter AS quarter, COALESCE(s.form, '') AS form,
    CASE WHEN l.kind IN ('rounding', 'top-up') THEN 'top-up ' ELSE 'pay ' END || l.currency AS what, COUNT(*), SUM(l.micro)
FROM ledger l LEFT JOIN reading r ON r.number = l.reading LEFT JOIN task t ON t.id = l.task_id
LEFT JOIN field f ON f.id = COALESCE(t.field_id, r.field_id) LEFT JOIN scan s ON s.id = f.scan_id
WHERE l.number > :after AND l.number <= :until AND l.kind <> 'paid' AND l.currency <> ''
GROUP BY 1, 2, 3, 4 {part_add_work};

-- name: last_engine_number^
SELECT MAX(id) FROM engine_time;

-- name: add_engine_work!
INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT s.batch, e.at - e.at % :quarter AS quarter, s.form, 'engine ' || e.engine AS what, COUNT(*), SUM(e.milliseconds)
FROM engine_time e JOIN scan s ON s.id = e.scan_id WHERE e.id > :after AND e.id <= :until
GROUP BY s.batch, quarter, s.form, what {part_add_work};

-- name: work_kinds
-- Every kind of work that begins so: one look into the key for each.
WITH RECURSIVE kinds (what) AS (
    SELECT MIN(what) FROM work_in_all WHERE what >= :first AND what < :last
    UNION ALL SELECT (SELECT MIN(w.what) FROM work_in_all w WHERE w.what > k.what AND w.what < :last)
    FROM kinds k WHERE k.what IS NOT NULL)
SELECT what FROM kinds WHERE what IS NOT NULL;

-- name: work_by_form
SELECT '' AS batch, 0 AS at, w.form, w.what, SUM(w.count) AS count, SUM(w.amount) AS amount
FROM json_each(:kinds) v CROSS JOIN work_in_all w WHERE w.what = v.value AND w.at >= :since GROUP BY w.form, w.what;

-- name: work_of_batches
SELECT w.batch, 0 AS at, w.form, w.what, w.count, w.amount
FROM json_each(:batches) v CROSS JOIN work_in_batch w WHERE w.batch = v.value;

-- name: scan_counts
SELECT batch, form, what, count FROM scan_count;

-- name: scan_counts_in_all
SELECT '' AS batch, form, what, SUM(count) AS count FROM scan_count GROUP BY form, what;

-- name: scan_counts_of_cancelled
SELECT '' AS batch, c.form, c.what, SUM(c.count) AS count FROM batch b JOIN scan_count c ON c.batch = b.name
WHERE b.cancelled_at IS NOT NULL GROUP BY c.form, c.what;

-- name: scan_counts_of_batch
SELECT batch, form, what, count FROM scan_count WHERE batch = :batch;

-- name: batch_course
-- Of each state what was noted last before each of these times.
SELECT v.value AS at, o.value AS state, (SELECT c.count FROM batch_course c INDEXED BY batch_course_state
    WHERE c.batch = :batch AND c.state = o.value AND c.at < v.value ORDER BY c.at DESC LIMIT 1) AS count
FROM json_each(:times) v CROSS JOIN json_each(:states) o;

-- name: batch_course_begin^
SELECT MIN(at) FROM batch_course WHERE batch = :batch;

-- name: work_since
SELECT '' AS batch, w.at, w.form, w.what, w.count, w.amount FROM json_each(:kinds) v CROSS JOIN work_in_all w
WHERE w.what = v.value AND w.at >= :since;

-- name: work_on_batch
SELECT batch, at, form, what, count, amount FROM work_done WHERE batch = :batch AND at >= :since ORDER BY at;

-- name: oldest_for_people^
SELECT people_at FROM scan_summary WHERE people_at IS NOT NULL ORDER BY people_at LIMIT 1;

-- name: oldest_for_experts^
SELECT experts_at FROM scan_summary WHERE experts_at IS NOT NULL ORDER BY experts_at LIMIT 1;

-- name: oldest_in_state^
SELECT u.since FROM scan_summary u WHERE u.state = :state AND NOT EXISTS (
    SELECT 1 FROM scan s JOIN batch b ON b.name = s.batch WHERE s.id = u.scan_id AND b.cancelled_at IS NOT NULL)
ORDER BY u.since LIMIT 1;

-- name: oldest_appeal^
-- The appeal that waits longest for an expert to hear it.
SELECT a.at FROM appeal a INDEXED BY appeal_undecided WHERE a.decided_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.task_id = a.task_id AND r.kind = 'expert')
ORDER BY a.at LIMIT 1;

-- name: count_appeals^
SELECT COUNT(*) FROM appeal a INDEXED BY appeal_undecided WHERE a.decided_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.task_id = a.task_id AND r.kind = 'expert');

-- name: outbox_after^
SELECT COUNT(*) AS count, MIN(at) AS oldest FROM outbox WHERE number > :number;

-- name: forms_of_person
SELECT form FROM person_form WHERE transcriber_id = :person ORDER BY form;

-- name: drop_forms_of_person!
DELETE FROM person_form WHERE transcriber_id = :person;

-- name: put_form_of_person!
INSERT INTO person_form (transcriber_id, form) VALUES (:person, :form) ON CONFLICT DO NOTHING;

-- name: people_at_work
-- Who holds questions now, how many, and since when the first of them.
SELECT p.public_id, p.handle, p.roles, COUNT(*) AS held,
    (SELECT MAX(r.at) FROM reading r WHERE r.number = (SELECT MAX(l.number) FROM reading l WHERE l.transcriber_id = p.id))
    AS last_at
FROM task t JOIN transcriber p ON p.id = t.transcriber_id
WHERE t.closed_at IS NULL AND t.transcriber_id IS NOT NULL AND t.leased_until > :now GROUP BY p.id ORDER BY p.handle;

-- name: first_scan_since^
SELECT id FROM scan INDEXED BY scan_received WHERE received_at >= :since ORDER BY received_at, id LIMIT 1;

-- name: part_found
SELECT s.id, s.sha256, s.name, s.batch, s.form, s.received_at, s.recorded_at, y.state, y.since
FROM found d JOIN scan s ON s.id = d.scan_id JOIN scan_summary y ON y.scan_id = s.id
WHERE {part_found_where}

-- name: part_found_few
-- Each scan that was found is looked up. SQLite would rather walk through all scans and look whether they were found.
SELECT s.id, s.sha256, s.name, s.batch, s.form, s.received_at, s.recorded_at, y.state, y.since
FROM found d CROSS JOIN scan s CROSS JOIN scan_summary y
WHERE s.id = d.scan_id AND y.scan_id = s.id AND {part_found_where}

-- name: part_found_where
s.id < :before AND s.id >= :first AND s.erased_at IS NULL AND (:batch IS NULL OR s.batch = :batch)
    AND (:form IS NULL OR s.form = :form) AND (:state IS NULL OR y.state = :state)
    AND (:name IS NULL OR s.name >= :name AND s.name < :name_end OR EXISTS (SELECT 1 FROM other_name o
        WHERE o.scan_id = s.id AND o.name >= :name AND o.name < :name_end))
    AND (:reason IS NULL OR EXISTS (SELECT 1 FROM scan_reason r WHERE r.reason = :reason AND r.scan_id = s.id))
    AND (:forms IS NULL OR s.form IN (SELECT value FROM json_each(:forms)))
ORDER BY s.id DESC LIMIT :limit

-- name: find_scans
WITH found (scan_id) AS MATERIALIZED (
    SELECT scan_id FROM scan_summary WHERE scan_id < :before AND scan_id >= :first ORDER BY scan_id DESC LIMIT :most)
{part_found};

-- name: find_scans_of_state
WITH found (scan_id) AS MATERIALIZED (SELECT scan_id FROM scan_summary INDEXED BY scan_summary_state
    WHERE state = :state AND scan_id < :before AND scan_id >= :first ORDER BY scan_id DESC LIMIT :most)
{part_found};

-- name: find_scans_of_batch
WITH found (scan_id) AS MATERIALIZED (SELECT scan_id FROM scan_summary INDEXED BY scan_summary_batch
    WHERE batch = :batch AND scan_id < :before AND scan_id >= :first ORDER BY scan_id DESC LIMIT :most)
{part_found};

-- name: find_scans_of_batch_in_state
WITH found (scan_id) AS MATERIALIZED (SELECT scan_id FROM scan_summary INDEXED BY scan_summary_batch_state
    WHERE batch = :batch AND state = :state AND scan_id < :before AND scan_id >= :first ORDER BY scan_id DESC LIMIT :most)
{part_found};

-- name: find_scans_of_form
WITH found (scan_id) AS MATERIALIZED (SELECT scan_id FROM scan_summary INDEXED BY scan_summary_form
    WHERE form = :form AND scan_id < :before AND scan_id >= :first ORDER BY scan_id DESC LIMIT :most)
{part_found};

-- name: find_scans_of_form_in_state
WITH found (scan_id) AS MATERIALIZED (SELECT scan_id FROM scan_summary INDEXED BY scan_summary_form_state
    WHERE form = :form AND state = :state AND scan_id < :before AND scan_id >= :first ORDER BY scan_id DESC LIMIT :most)
{part_found};

-- name: find_scans_for_reason
WITH found (scan_id) AS MATERIALIZED (SELECT scan_id FROM scan_reason
    WHERE reason = :reason AND scan_id < :before AND scan_id >= :first ORDER BY scan_id DESC LIMIT :most)
{part_found};

-- name: find_scans_named
WITH called (scan_id) AS MATERIALIZED (SELECT id FROM scan INDEXED BY scan_name
    WHERE name <> '' AND name >= :name AND name < :name_end AND id < :before AND id >= :first LIMIT :most),
other (scan_id) AS MATERIALIZED (SELECT scan_id FROM other_name
    WHERE name >= :name AND name < :name_end AND scan_id < :before AND scan_id >= :first LIMIT :most),
found (scan_id) AS MATERIALIZED (SELECT scan_id FROM called UNION SELECT scan_id FROM other)
{part_found_few};

-- name: find_scans_among
-- Among these ids, or beginnings of ids.
WITH found (scan_id) AS MATERIALIZED (SELECT s.id FROM json_each(:ids) o JOIN scan s
    ON s.sha256 >= o.value AND s.sha256 < o.value || 'g' LIMIT :most)
{part_found_few};

-- name: open_questions_of
SELECT t.scan_id, COUNT(*) FILTER (WHERE t.kind <> 'appeal' AND t.pool <> 'expert') AS people,
    COUNT(*) FILTER (WHERE t.kind <> 'appeal' AND t.pool = 'expert') AS experts
FROM json_each(:scan_ids) o JOIN task t INDEXED BY task_scan ON t.scan_id = o.value AND t.closed_at IS NULL
GROUP BY t.scan_id;

-- name: scans_for_experts
-- Scans with an open question for experts, whether somebody holds it or not.
SELECT DISTINCT s.sha256 FROM (
    SELECT scan_id FROM task WHERE pool = 'expert' AND closed_at IS NULL AND transcriber_id IS NULL
    UNION SELECT scan_id FROM task WHERE pool = 'expert' AND closed_at IS NULL AND transcriber_id IS NOT NULL
    ORDER BY scan_id DESC LIMIT :limit) t JOIN scan s ON s.id = t.scan_id;

-- name: newer_scan_of_batch^
SELECT s.sha256 FROM scan_summary y INDEXED BY scan_summary_batch JOIN scan s ON s.id = y.scan_id
WHERE y.batch = :batch AND y.scan_id > :scan_id AND s.erased_at IS NULL
    AND (:forms IS NULL OR s.form IN (SELECT value FROM json_each(:forms))) ORDER BY y.scan_id LIMIT 1;

-- name: older_scan_of_batch^
SELECT s.sha256 FROM scan_summary y INDEXED BY scan_summary_batch JOIN scan s ON s.id = y.scan_id
WHERE y.batch = :batch AND y.scan_id < :scan_id AND s.erased_at IS NULL
    AND (:forms IS NULL OR s.form IN (SELECT value FROM json_each(:forms))) ORDER BY y.scan_id DESC LIMIT 1;

-- name: part_batch_facts
n.name, COALESCE(b.priority, 0) AS priority, b.due_at, COALESCE(b.note, '') AS note, b.cancelled_at,
    COALESCE(b.withdrawn, 0) AS withdrawn,
    COALESCE(b.level, 0) AS level, (SELECT COUNT(*) FROM set_aside a WHERE a.batch = n.name) AS set_aside,
    (SELECT s.received_at FROM scan s INDEXED BY scan_batch WHERE s.batch = n.name ORDER BY s.id LIMIT 1) AS since

-- name: batch_facts
WITH names (name) AS (SELECT batch FROM scan_count
    UNION SELECT batch FROM set_aside WHERE batch NOT LIKE '____-__-__ __.__.__' UNION SELECT name FROM batch
    UNION SELECT batch FROM known_again WHERE batch NOT LIKE '____-__-__ __.__.__')
SELECT {part_batch_facts} FROM names n LEFT JOIN batch b ON b.name = n.name WHERE n.name <> ''
ORDER BY level DESC, since DESC, n.name;

-- name: facts_of_batch^
WITH names (name) AS (SELECT :name WHERE EXISTS (SELECT 1 FROM scan_count WHERE batch = :name)
    OR EXISTS (SELECT 1 FROM set_aside WHERE batch = :name) OR EXISTS (SELECT 1 FROM batch WHERE name = :name)
    OR EXISTS (SELECT 1 FROM scan WHERE batch = :name) OR EXISTS (SELECT 1 FROM known_again WHERE batch = :name))
SELECT {part_batch_facts} FROM names n LEFT JOIN batch b ON b.name = n.name;

-- name: set_aside_of_batch
SELECT a.*, f.name, f.size, f.media_type FROM set_aside a JOIN source_file f ON f.sha256 = a.file
WHERE a.batch = :batch ORDER BY a.at DESC LIMIT :limit;

-- name: open_pairs
SELECT d.*, o.sha256 AS older_id, n.sha256 AS newer_id, n.batch FROM duplicate d INDEXED BY duplicate_open
JOIN scan o ON o.id = d.older JOIN scan n ON n.id = d.newer WHERE d.settled = '' AND {part_is_pair}
ORDER BY d.id DESC LIMIT :limit;

-- name: asked_of_field
SELECT reason, kind, pool, opened_at FROM task
WHERE field_id = :field_id AND closed_at IS NULL AND withdrawn_at IS NULL AND kind <> 'test' ORDER BY id;

-- name: skips_of_field
SELECT p.handle, k.reason, k.at FROM skip k JOIN task t ON t.id = k.task_id JOIN transcriber p ON p.id = k.transcriber_id
WHERE k.field_id = :field_id AND t.kind <> 'test' AND k.at > COALESCE((SELECT MAX(r.at) FROM reading r
    WHERE r.field_id = :field_id AND r.kind <> 'machine'), 0) ORDER BY k.id;

-- name: open_fields
-- The fields of a scan that people are asked for.
SELECT DISTINCT f.name, f.row_number FROM task t JOIN field f ON f.id = t.field_id
WHERE t.scan_id = :scan_id AND t.closed_at IS NULL AND t.withdrawn_at IS NULL AND t.kind IN ('read', 'adjudicate', 'locate');
