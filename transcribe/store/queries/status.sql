-- name: part_field_state
-- What became of the field f: 'open' while people are asked for it, also where a value was decided before; else 'decided';
-- else 'unasked'. The cells of a table whose rows people are asked for are open too.
CASE
    WHEN EXISTS (SELECT 1 FROM task t WHERE t.field_id = f.id AND t.closed_at IS NULL AND t.withdrawn_at IS NULL
        AND t.kind IN ('read', 'adjudicate', 'locate')) THEN 'open'
    WHEN EXISTS (SELECT 1 FROM decision d WHERE d.field_id = f.id AND d.method <> 'provisional') THEN 'decided'
    WHEN f.row_number >= 0 AND EXISTS (SELECT 1 FROM task t JOIN field w ON w.id = t.field_id
        WHERE t.scan_id = f.scan_id AND t.closed_at IS NULL AND t.withdrawn_at IS NULL AND t.kind = 'rows'
        AND w.name = substr(f.name, 1, instr(f.name, '.') - 1)) THEN 'open'
    ELSE 'unasked' END

-- name: part_is_of_form
-- Whether f is a field of the form: what is asked of a whole scan, or of the rows of a table, is none.
f.name <> '' AND NOT EXISTS (SELECT 1 FROM task t WHERE t.field_id = f.id AND t.kind = 'rows')

-- name: part_was_final
-- Whether a scan s has a record that was final once: a version that is not provisional.
s.recorded_at IS NOT NULL AND EXISTS (SELECT 1 FROM record e WHERE e.scan_id = s.id
    AND NOT EXISTS (SELECT 1 FROM record_text x WHERE x.id = e.id AND (instr(x.exceptions, '["below target",') > 0
        OR instr(x.exceptions, '["read again",') > 0 OR instr(x.exceptions, '["the right form",') > 0)))

-- name: part_scan_states
s.*, r.fit, r.quality, r.advice,
    (SELECT COUNT(*) FROM task t WHERE t.scan_id = s.id AND t.closed_at IS NULL AND t.withdrawn_at IS NULL
        AND t.kind <> 'test') AS open_tasks,
    {part_last_aside} IS 'scan set aside' AS put_aside, CASE WHEN {part_last_aside} IS 'scan set aside' THEN
        (SELECT x.reason FROM act a JOIN act_text x ON x.id = a.id WHERE a.scan_id = s.id AND a.verb = 'scan set aside'
            ORDER BY a.id DESC LIMIT 1) END AS aside_because,
    CASE WHEN {part_was_final} THEN 1 ELSE 0 END AS was_final,
    CASE WHEN EXISTS (SELECT 1 FROM duplicate d WHERE d.newer = s.id AND d.settled IN ('duplicate', 'retake', 'joined'))
        THEN 1 ELSE 0 END AS is_same_order
FROM scan s LEFT JOIN reads r ON r.scan_id = s.id AND r.form = s.form AND r.form_version = s.form_version

-- name: scan_states
SELECT {part_scan_states} WHERE (:batch IS NULL OR s.batch = :batch) ORDER BY s.received_at DESC, s.id DESC;

-- name: photo_advice^
SELECT r.advice FROM scan s JOIN reads r ON r.scan_id = s.id AND r.form = s.form AND r.form_version = s.form_version
WHERE s.id = :scan_id;

-- name: scan_fields
SELECT scan_id, COUNT(*) FILTER (WHERE state = 'decided') AS decided, COUNT(*) FILTER (WHERE state = 'open') AS open,
    COUNT(*) FILTER (WHERE state = 'unasked') AS unasked FROM (
    SELECT f.scan_id, {part_field_state} AS state FROM field_now f
    WHERE {part_is_of_form} AND (:batch IS NULL OR f.batch = :batch)) AS seen
GROUP BY scan_id;

-- name: count_scans
SELECT form, COUNT(*) AS count FROM scan WHERE erased_at IS NULL AND (:batch IS NULL OR batch = :batch) GROUP BY form;

-- name: count_forgotten^
SELECT COUNT(*) FROM scan WHERE erased_at IS NOT NULL AND (:batch IS NULL OR batch = :batch);

-- name: count_fields
SELECT form, state, by_people, COUNT(*) AS count FROM (
    SELECT f.scan_form AS form, {part_field_state} AS state,
        (SELECT d.by_people FROM decision d WHERE d.field_id = f.id AND d.method <> 'provisional' ORDER BY d.version DESC LIMIT 1) AS by_people
    FROM field_now f WHERE {part_is_of_form} AND f.erased_at IS NULL AND (:batch IS NULL OR f.batch = :batch)) AS seen
GROUP BY form, state, by_people;

-- name: part_machines_before
-- Each engine's last reading m of the field before people were asked, which a.number is the first reading of.
m.field_id = a.field_id AND m.kind = 'machine' AND m.source <> 'ink' AND m.number < a.number AND NOT EXISTS (
    SELECT 1 FROM reading l WHERE l.field_id = m.field_id AND l.source = m.source AND l.number > m.number AND l.number < a.number)

-- name: count_asked
-- By the reason for which people were asked first: fields that they have read, those of them that are decided, and those
-- decided as exactly what every engine had read before.
WITH asked AS (
    SELECT f.id AS field_id, f.scan_form AS form, {part_field_state} AS state,
        (SELECT MIN(r.number) FROM reading r JOIN task t ON t.id = r.task_id
            WHERE r.field_id = f.id AND r.transcriber_id IS NOT NULL AND t.kind IN ('read', 'adjudicate', 'locate')) AS number
    FROM field_now f WHERE {part_is_of_form} AND f.erased_at IS NULL AND (:batch IS NULL OR f.batch = :batch))
SELECT a.form, t.reason, COUNT(*) AS fields, COUNT(*) FILTER (WHERE a.state = 'decided') AS decided,
    COUNT(*) FILTER (WHERE a.state = 'decided' AND d.no_value IS NOT 'illegible' AND d.no_value IS NOT 'absent'
        AND d.no_value IS NOT 'crossed out'
        AND EXISTS (SELECT 1 FROM reading m WHERE {part_machines_before})
        AND NOT EXISTS (SELECT 1 FROM reading m LEFT JOIN reading_text x ON x.number = m.number
            WHERE {part_machines_before} AND (x.text IS NULL OR m.text_hash <> d.text_hash))) AS needless
FROM asked a JOIN reading r ON r.number = a.number JOIN task t ON t.id = r.task_id
LEFT JOIN decision d ON d.field_id = a.field_id
    AND d.version = (SELECT MAX(version) FROM decision l WHERE l.field_id = a.field_id)
GROUP BY a.form, t.reason;

-- name: count_open
SELECT s.form, t.reason, COUNT(*) AS count FROM task t JOIN scan s ON s.id = t.scan_id
WHERE t.closed_at IS NULL AND t.withdrawn_at IS NULL AND t.kind <> 'test' AND (:batch IS NULL OR s.batch = :batch)
GROUP BY s.form, t.reason;

-- name: count_records
SELECT form, COUNT(*) AS count FROM scan WHERE recorded_at IS NOT NULL AND erased_at IS NULL AND (:batch IS NULL OR batch = :batch) GROUP BY form;

-- name: count_provisional
-- Scans whose record has a value below the target, as its exceptions tell.
SELECT s.form, COUNT(*) AS count FROM scan s JOIN record r ON r.scan_id = s.id JOIN record_text x ON x.id = r.id
WHERE r.version = (SELECT MAX(version) FROM record l WHERE l.scan_id = s.id) AND instr(x.exceptions, '["below target",') > 0
    AND s.erased_at IS NULL AND (:batch IS NULL OR s.batch = :batch) GROUP BY s.form;

-- name: count_set_aside^
SELECT COUNT(*) FROM set_aside WHERE :batch IS NULL OR batch = :batch;

-- name: count_waiting^
SELECT COUNT(*) FROM scan WHERE (latest > cursor OR wakes > wakes_done) AND erased_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM quarantine q WHERE q.scan_id = scan.id) AND (:batch IS NULL OR batch = :batch);

-- name: part_is_unread
-- Whether the scan s is of a known form, and machines have neither read it nor failed to.
s.form <> '' AND s.erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM reads r WHERE r.scan_id = s.id)
    AND NOT EXISTS (SELECT 1 FROM set_aside a WHERE a.file = s.sha256)
    AND COALESCE({part_last_aside}, '') <> 'scan set aside'

-- name: count_unread^
SELECT COUNT(*) FROM scan s WHERE {part_is_unread} AND (:batch IS NULL OR s.batch = :batch);

-- name: gauge_scans
SELECT CASE WHEN s.erased_at IS NOT NULL THEN 'forgotten'
        WHEN EXISTS (SELECT 1 FROM quarantine q WHERE q.scan_id = s.id) THEN 'cannot be weighed'
        WHEN s.latest > s.cursor OR s.wakes > s.wakes_done THEN 'not weighed'
        WHEN EXISTS (SELECT 1 FROM task t WHERE t.scan_id = s.id AND t.closed_at IS NULL AND t.withdrawn_at IS NULL)
        THEN CASE WHEN {part_was_final} THEN 'finished, and asked again' ELSE 'waits for people' END
        WHEN s.recorded_at IS NULL THEN 'open' ELSE 'finished' END AS state, COUNT(*) AS count
FROM scan s GROUP BY state ORDER BY state;

-- name: gauge_to_read
SELECT CASE WHEN claimed_until > :now THEN 'held' WHEN begun > 0 THEN 'begun before' ELSE 'free' END AS state,
    COUNT(*) AS count, MIN(put_at) AS oldest
FROM to_read GROUP BY state ORDER BY state;

-- name: gauge_tasks
SELECT CASE WHEN transcriber_id IS NOT NULL AND leased_until > :now THEN 'held' ELSE 'free' END AS state,
    COUNT(*) AS count, MIN(opened_at) AS oldest
FROM task WHERE closed_at IS NULL AND withdrawn_at IS NULL AND kind <> 'test' GROUP BY state ORDER BY state;

-- name: gauge_submits^
SELECT COUNT(*) FROM reading WHERE transcriber_id IS NOT NULL;

-- name: gauge_ledger
SELECT kind, currency, SUM(micro) AS micro FROM ledger GROUP BY kind, currency ORDER BY kind, currency;

-- name: newest_file^
SELECT p.file FROM scan s JOIN scan_page p ON p.scan_id = s.id WHERE s.erased_at IS NULL ORDER BY s.id DESC LIMIT 1;

-- name: newest_files
SELECT p.file FROM scan s JOIN scan_page p ON p.scan_id = s.id WHERE s.erased_at IS NULL ORDER BY s.id DESC LIMIT :count;

-- name: oldest_files
SELECT p.file FROM scan s JOIN scan_page p ON p.scan_id = s.id WHERE s.erased_at IS NULL ORDER BY s.id LIMIT :count;

-- name: open_batches
WITH open AS MATERIALIZED (
    SELECT DISTINCT s.form, s.batch FROM task t JOIN scan s ON s.id = t.scan_id
    WHERE t.closed_at IS NULL AND t.withdrawn_at IS NULL AND t.kind <> 'test')
SELECT o.form, o.batch, EXISTS (
    SELECT 1 FROM scan s JOIN field f ON f.scan_id = s.id JOIN reading r ON r.field_id = f.id
    WHERE s.form = o.form AND s.batch = o.batch AND r.transcriber_id IS NOT NULL) AS begun
FROM open o ORDER BY o.form, o.batch;

-- name: count_audited
-- Fields whose decided value was drawn by lot and read again, by a reading that counts.
SELECT f.scan_form AS form, COUNT(DISTINCT f.id) AS count FROM task t JOIN field_now f ON f.id = t.field_id
WHERE t.kind = 'audit' AND t.closed_at IS NOT NULL AND f.erased_at IS NULL
    AND EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id AND r.task_id = t.id AND NOT {part_is_aside})
    AND (:batch IS NULL OR f.batch = :batch)
GROUP BY f.scan_form;

-- name: audited_scans
SELECT s.sha256 FROM scan s WHERE s.form <> '' AND s.erased_at IS NULL AND EXISTS (
    SELECT 1 FROM task t WHERE t.scan_id = s.id AND t.kind = 'audit' AND t.closed_at IS NOT NULL) ORDER BY s.id;

-- name: scans_read_last
-- The scans that people were given last and read, newest first, among the last :given tasks; none that is forgotten.
SELECT s.sha256 FROM (
    SELECT t.scan_id, MAX(l.id) AS last FROM (SELECT id, task_id FROM lease ORDER BY id DESC LIMIT :given) l
    JOIN task t ON t.id = l.task_id WHERE EXISTS (SELECT 1 FROM reading r WHERE r.task_id = t.id) GROUP BY t.scan_id
) g JOIN scan s ON s.id = g.scan_id WHERE s.erased_at IS NULL AND s.form <> '' ORDER BY g.last DESC LIMIT :count;
