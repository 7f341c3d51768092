-- name: put_act<!
INSERT INTO act (verb, by_whom, at, scan_id, field_id, batch, transcriber_id, detail)
VALUES (:verb, :by, :now, :scan_id, :field_id, :batch, :person, :detail);

-- name: put_act_text!
INSERT INTO act_text (id, reason) VALUES (:id, :reason);

-- name: erase_reasons_about!
DELETE FROM act_text WHERE id IN (SELECT id FROM act WHERE transcriber_id = :person);

-- name: erase_act_texts!
DELETE FROM act_text WHERE id IN (SELECT id FROM act WHERE scan_id = :scan_id);

-- name: acts
SELECT a.*, COALESCE(x.reason, '') AS reason, s.sha256 AS scan, f.name, f.row_number, p.public_id AS transcriber
FROM act a LEFT JOIN act_text x ON x.id = a.id LEFT JOIN scan s ON s.id = a.scan_id LEFT JOIN field f ON f.id = a.field_id
LEFT JOIN transcriber p ON p.id = a.transcriber_id
WHERE (:scan_id IS NULL OR a.scan_id = :scan_id) AND (:batch IS NULL OR a.batch = :batch) ORDER BY a.id;

-- name: overridden_corrections
SELECT a.*, COALESCE(x.reason, '') AS reason, s.sha256 AS scan, f.name, f.row_number, NULL AS transcriber
FROM act a LEFT JOIN act_text x ON x.id = a.id JOIN scan s ON s.id = a.scan_id JOIN field f ON f.id = a.field_id
WHERE a.verb = 'correction overridden' AND a.at >= :since AND s.erased_at IS NULL ORDER BY a.at DESC LIMIT :most;

-- name: acts_on_person
SELECT a.*, COALESCE(x.reason, '') AS reason, NULL AS scan, NULL AS name, NULL AS row_number, p.public_id AS transcriber
FROM act a LEFT JOIN act_text x ON x.id = a.id JOIN transcriber p ON p.id = a.transcriber_id
WHERE a.transcriber_id = :person ORDER BY a.id;

-- name: corrections_of_field
SELECT id, by_whom FROM act WHERE field_id = :field_id AND verb = 'value corrected' ORDER BY id;

-- name: read_up_to^
-- The number up to which what machines read of a scan is history: 0 where it was read but once.
SELECT COALESCE(MAX(up_to), 0) FROM rereading WHERE scan_id = :scan_id;

-- name: put_rereading!
INSERT INTO rereading (act_id, scan_id, up_to, retaken, pages_from, pages_to)
SELECT :act, :scan_id, (SELECT COALESCE(MAX(number), 0) FROM reading), :retaken, :pages_from, :pages_to;

-- name: scan_becomes!
-- A record under another form stays published, and the scan has none under this one yet.
UPDATE scan SET form = :form, form_version = :form_version, recorded_at = NULL WHERE id = :scan_id;

-- name: fields_of_version
SELECT id, name, row_number FROM field
WHERE scan_id = :scan_id AND form = :form AND form_version = :form_version AND name <> '' ORDER BY id;

-- name: move_field!
UPDATE field SET form_version = :form_version WHERE id = :field_id;

-- name: move_tasks_of_field!
-- Who may be asked about a field is what the version says of it under which it stands.
UPDATE task SET
    form_field_id = COALESCE((SELECT ff.id FROM field f JOIN form_field ff ON ff.form = f.form
        AND ff.version = f.form_version AND ff.name = f.name WHERE f.id = :field_id), 0),
    apart = COALESCE((SELECT ff.apart FROM field f JOIN form_field ff ON ff.form = f.form
        AND ff.version = f.form_version AND ff.name = f.name WHERE f.id = :field_id), '')
WHERE field_id = :field_id;

-- name: left_behind
-- Fields that people read under another version of the form of a scan, and nobody under the one that it has now.
SELECT DISTINCT f.name, f.row_number FROM field f JOIN scan s ON s.id = f.scan_id JOIN reading r ON r.field_id = f.id
WHERE f.scan_id = :scan_id AND f.form = s.form AND f.form_version <> s.form_version AND f.name <> '' AND {part_counts_of_people}
    AND NOT EXISTS (SELECT 1 FROM field n JOIN reading r ON r.field_id = n.id WHERE n.scan_id = s.id AND n.form = s.form
        AND n.form_version = s.form_version AND n.name = f.name AND n.row_number = f.row_number AND {part_counts_of_people});

-- name: part_counts_of_people
-- Whether the reading r was typed by somebody and not taken back since.
r.kind <> 'machine' AND r.box IS NULL AND NOT {part_of_practice}
    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number)
    AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.number = r.number) AND NOT {part_is_aside}

-- name: withdraw_questions!
-- What people are asked of a scan, and checks of it: what is still wished for is opened again when it is weighed.
UPDATE task SET closed_at = CASE WHEN transcriber_id IS NULL THEN :now END, withdrawn_at = :now
WHERE scan_id = :scan_id AND closed_at IS NULL AND withdrawn_at IS NULL AND kind NOT IN ('appeal', 'test');

-- name: drawn_places
-- The places that people drew last of the fields of a scan, on pages whose picture is still of the same size.
SELECT r.field_id, r.box, r.conditions FROM field_now f JOIN reading r ON r.field_id = f.id JOIN task t ON t.id = r.task_id
WHERE f.scan_id = :scan_id AND t.kind = 'locate' AND r.box IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number)
    AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.number = r.number)
ORDER BY r.number;

-- name: part_of_version
-- Whether the field f is that of a version of its form, or took its place there since.
(f.form_version = :form_version OR NOT EXISTS (SELECT 1 FROM field o WHERE o.scan_id = f.scan_id AND o.form = f.form
    AND o.form_version = :form_version AND o.name = f.name AND o.row_number = f.row_number))

-- name: cited_readings
-- Every reading of a scan, history too: what a record cites stays known, also where it stands under another version now.
SELECT r.*, x.text, x.alternatives, x.shown, x.legible, x.reason, x.number IS NULL AS erased, f.scan_id, f.name,
    f.row_number, s.sha256 AS scan, t.public_id AS task
FROM field f JOIN reading r ON r.field_id = f.id JOIN scan s ON s.id = f.scan_id
LEFT JOIN reading_text x ON x.number = r.number LEFT JOIN task t ON t.id = r.task_id
WHERE f.scan_id = :scan_id AND f.form = :form AND {part_of_version} AND x.number IS NOT NULL ORDER BY r.number;

-- name: places_of_form
SELECT p.*, f.name, f.row_number FROM field f JOIN place p ON p.field_id = f.id
WHERE f.scan_id = :scan_id AND f.form = :form AND {part_of_version} ORDER BY f.id;

-- name: put_origin!
INSERT INTO origin (scan_id, sha256, at) VALUES (:scan_id, :sha256, :now);

-- name: origin_of^
SELECT sha256 FROM origin WHERE scan_id = :scan_id ORDER BY id DESC LIMIT 1;

-- name: scan_of_origin^
SELECT s.* FROM origin o JOIN scan s ON s.id = o.scan_id WHERE o.sha256 = :sha256 AND s.erased_at IS NULL
ORDER BY o.id DESC LIMIT 1;

-- name: count_origins^
SELECT COUNT(*) FROM origin WHERE sha256 = :sha256;

-- name: drop_scan_pages!
DELETE FROM scan_page WHERE scan_id = :scan_id;

-- name: batches
WITH names (name) AS (SELECT batch FROM scan WHERE batch <> ''
    UNION SELECT batch FROM set_aside WHERE batch <> '' AND (:name IS NOT NULL OR batch NOT LIKE '____-__-__ __.__.__')
    UNION SELECT batch FROM known_again WHERE batch <> '' AND (:name IS NOT NULL OR batch NOT LIKE '____-__-__ __.__.__'))
SELECT n.name, COALESCE(b.priority, 0) AS priority, b.due_at, COALESCE(b.note, '') AS note, b.cancelled_at,
    COALESCE(b.withdrawn, 0) AS withdrawn,
    COALESCE(b.level, 0) AS level, (SELECT COUNT(*) FROM scan s WHERE s.batch = n.name AND s.erased_at IS NULL) AS scans,
    (SELECT COUNT(*) FROM set_aside a WHERE a.batch = n.name) AS set_aside,
    (SELECT MIN(s.received_at) FROM scan s WHERE s.batch = n.name) AS since,
    (SELECT COUNT(*) FROM scan s WHERE s.batch = n.name AND s.erased_at IS NULL AND s.recorded_at IS NOT NULL) AS records,
    (SELECT COUNT(*) FROM scan s JOIN task t ON t.scan_id = s.id WHERE s.batch = n.name AND t.closed_at IS NULL
        AND t.withdrawn_at IS NULL AND t.kind <> 'test') AS open_tasks
FROM names n LEFT JOIN batch b ON b.name = n.name WHERE :name IS NULL OR n.name = :name
ORDER BY level DESC, since DESC, n.name;

-- name: names_past_due
SELECT name FROM batch WHERE due_at <= :now AND cancelled_at IS NULL ORDER BY name;

-- name: put_known_again!
INSERT INTO known_again (batch, scan_id, at) VALUES (:batch, :scan_id, :now) ON CONFLICT (batch, scan_id) DO NOTHING;

-- name: known_again_of_batch
SELECT s.sha256, s.name, s.form, s.batch, k.at FROM known_again k JOIN scan s ON s.id = k.scan_id
WHERE k.batch = :batch ORDER BY k.at, k.scan_id LIMIT :limit;

-- name: make_batch!
INSERT INTO batch (name) VALUES (:name) ON CONFLICT DO NOTHING;

-- name: change_batch!
UPDATE batch SET priority = :priority, due_at = :due_at, note = :note, cancelled_at = :cancelled_at, withdrawn = :withdrawn
WHERE name = :name;

-- name: levelled_batches
SELECT name, priority, due_at, level FROM batch ORDER BY name;

-- name: set_level!
UPDATE batch SET level = :level WHERE name = :name;

-- name: move_tasks_of_batch!
UPDATE task SET priority = priority + :by WHERE closed_at IS NULL AND kind NOT IN ('appeal', 'test')
    AND scan_id IN (SELECT id FROM scan WHERE batch = :name);

-- name: scans_of_batch
SELECT id FROM scan WHERE batch = :name AND erased_at IS NULL ORDER BY id;

-- name: told_records_of_batch
-- The scans of a batch that programs were told a record of last.
SELECT s.id FROM scan s WHERE s.batch = :name AND s.erased_at IS NULL
    AND (SELECT o.kind FROM outbox o WHERE o.scan_id = s.id ORDER BY o.number DESC LIMIT 1) = 'record' ORDER BY s.id;

-- name: untold_records_of_batch
-- The last record of each scan of a batch that programs were not told of, or were told to drop.
SELECT s.id, s.form, r.id AS record_id, r.form AS record_form FROM scan s
JOIN record r ON r.id = (SELECT MAX(l.id) FROM record l WHERE l.scan_id = s.id)
WHERE s.batch = :name AND s.erased_at IS NULL
    AND COALESCE((SELECT o.record_id FROM outbox o WHERE o.scan_id = s.id ORDER BY o.number DESC LIMIT 1), 0) <> r.id ORDER BY s.id;

-- name: scan_is_not_recorded!
UPDATE scan SET recorded_at = NULL WHERE id = :scan_id;

-- name: is_withdrawn^
-- Whether no record of a scan is published: its batch is cancelled without its records.
SELECT 1 FROM scan s JOIN batch b ON b.name = s.batch WHERE s.id = :scan_id AND b.cancelled_at IS NOT NULL AND b.withdrawn = 1;

-- name: is_cancelled^
-- Whether nobody is asked about a scan: its batch is cancelled, it is set aside, or the same order as another one.
SELECT 1 FROM scan s JOIN batch b ON b.name = s.batch WHERE s.id = :scan_id AND b.cancelled_at IS NOT NULL
UNION ALL SELECT 1 FROM act a WHERE a.id = (SELECT MAX(l.id) FROM act l WHERE l.scan_id = :scan_id
    AND l.verb IN ('scan set aside', 'scan brought back')) AND a.verb = 'scan set aside'
UNION ALL SELECT 1 FROM duplicate d WHERE d.newer = :scan_id AND d.settled IN ('duplicate', 'retake', 'joined');

-- name: part_last_aside
-- The last that an operator did of setting the scan s aside and bringing it back; NULL for neither.
(SELECT a.verb FROM act a WHERE a.scan_id = s.id AND a.verb IN ('scan set aside', 'scan brought back')
    ORDER BY a.id DESC LIMIT 1)

-- name: is_put_aside^
SELECT 1 FROM scan s WHERE s.id = :scan_id AND {part_last_aside} = 'scan set aside';

-- name: doubt_of^
-- Whether :who has said that a scan is not the form :form ("name/version"), and may be heard: what is out of weighing may not.
SELECT r.number, r.at FROM field f JOIN reading r ON r.field_id = f.id JOIN reading_text x ON x.number = r.number
WHERE f.scan_id = :scan_id AND r.transcriber_id = :who AND r.lane = 'identify' AND x.shown = :form
    AND instr(r.flags, '"not this form"') > 0
    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number)
    AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.number = r.number) AND NOT {part_is_aside};

-- name: task_of_doubt^
-- The task that :who was given when they said last that a scan is not its form.
SELECT t.public_id FROM task t JOIN skip k ON k.task_id = t.id
WHERE t.scan_id = :scan_id AND k.transcriber_id = :who AND k.reason = 'not this form' ORDER BY k.id DESC LIMIT 1;

-- name: ask_again!
-- As if it had not been withdrawn.
UPDATE task SET withdrawn_at = NULL WHERE id = :task_id;

-- name: form_is_doubted^
-- Whether people said that a scan is not its form, or are asked whether it is.
SELECT 1 FROM field f JOIN reading r ON r.field_id = f.id
WHERE f.scan_id = :scan_id AND r.lane = 'identify' AND instr(r.flags, '"not this form"') > 0
    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number)
UNION ALL SELECT 1 FROM field f JOIN task t ON t.field_id = f.id
WHERE f.scan_id = :scan_id AND t.kind = 'identify' AND t.reason = 'form doubted';

-- name: last_act_on_scan^
SELECT MAX(id) FROM act WHERE scan_id = :scan_id;

-- name: level_of_scan^
SELECT b.level FROM scan s JOIN batch b ON b.name = s.batch WHERE s.id = :scan_id;

-- name: cost_of_batch
-- What was written into the ledger for work on a batch; top-ups to the floor belong to days, not to batches.
SELECT l.currency, SUM(l.micro) AS micro, COUNT(l.reading) AS readings, SUM(l.seconds) AS seconds
FROM scan s JOIN task t ON t.scan_id = s.id JOIN ledger l ON l.task_id = t.id OR (l.task_id IS NULL
    AND l.reading IN (SELECT r.number FROM reading r WHERE r.task_id = t.id))
WHERE s.batch = :name AND l.kind <> 'paid' GROUP BY l.currency ORDER BY l.currency;

-- name: work_times
-- When people read in a batch, and whether that field is still open.
SELECT r.at, r.field_id, EXISTS (SELECT 1 FROM task t WHERE t.field_id = r.field_id AND t.closed_at IS NULL
    AND t.withdrawn_at IS NULL AND t.kind <> 'test') AS open
FROM scan s JOIN field f ON f.scan_id = s.id JOIN reading r ON r.field_id = f.id
WHERE s.batch = :name AND r.transcriber_id IS NOT NULL ORDER BY r.at;

-- name: locked_fields
-- The fields of a scan of which the last word on locking was that they are.
SELECT f.name, f.row_number FROM field_now f JOIN act a ON a.id = (SELECT MAX(l.id) FROM act l
    WHERE l.field_id = f.id AND l.verb IN ('value locked', 'value unlocked'))
WHERE f.scan_id = :scan_id AND a.verb = 'value locked' ORDER BY f.id;

-- name: asked_fields
-- The fields of a scan that an operator had asked again, and that nobody has read since; and those of which all that people
-- read is set aside, also where it was an audit alone.
SELECT f.name, f.row_number, f.id FROM field_now f JOIN act a ON a.id = (SELECT MAX(l.id) FROM act l
    WHERE l.field_id = f.id AND l.verb = 'value asked again')
WHERE f.scan_id = :scan_id AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = f.id AND r.kind <> 'machine'
    AND r.at >= a.at AND NOT {part_of_practice} AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number)
    AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.number = r.number))
UNION SELECT f.name, f.row_number, f.id FROM field_now f
WHERE f.scan_id = :scan_id AND f.name <> '' AND EXISTS (
        SELECT 1 FROM reading r WHERE r.field_id = f.id AND r.transcriber_id IS NOT NULL AND r.box IS NULL AND {part_is_aside}
            AND NOT {part_of_practice} AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number))
    AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = f.id AND {part_counts_of_people})
ORDER BY 3;

-- name: part_is_aside
-- Whether the reading r is set aside with others of its person, by the act s.
EXISTS (SELECT 1 FROM reading_aside s WHERE s.id = (SELECT MAX(l.id) FROM reading_aside l WHERE l.number = r.number) AND s.aside = 1)

-- name: readings_of_period
SELECT r.number, f.scan_id FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
WHERE r.transcriber_id = :person AND r.at >= :begin AND r.at < :until AND s.erased_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number) AND CASE WHEN {part_is_aside} THEN 1 ELSE 0 END <> :aside ORDER BY r.number;

-- name: put_reading_aside<!
INSERT INTO reading_aside (number, act_id, aside) VALUES (:number, :act, :aside);

-- name: aside_of_field
SELECT r.id, COALESCE(x.reason, '') AS reason FROM reading r JOIN reading_aside s
    ON s.id = (SELECT MAX(l.id) FROM reading_aside l WHERE l.number = r.number) LEFT JOIN act_text x ON x.id = s.act_id
WHERE r.field_id = :field_id AND s.aside = 1;

-- name: is_aside^
SELECT 1 FROM reading r WHERE r.number = :number AND {part_is_aside};

-- name: has_record_on_aside^
-- Whether the last record of a scan stands on a reading that is set aside now.
SELECT 1 FROM record_decision m JOIN decision d ON d.id = m.decision_id JOIN reading r ON r.field_id = d.field_id
WHERE m.record_id = (SELECT id FROM record WHERE scan_id = :scan_id ORDER BY version DESC LIMIT 1)
    AND instr(d.readings, r.id) > 0 AND {part_is_aside} LIMIT 1;
