-- name: claim_waiting
UPDATE scan SET claimed_until = :until, claimed_by = :claim, wakes_claimed = wakes WHERE id IN (
    SELECT id FROM scan WHERE (latest > cursor OR wakes > wakes_done) AND erased_at IS NULL
        AND (claimed_until IS NULL OR claimed_until <= :now) AND NOT EXISTS (
            SELECT 1 FROM quarantine q WHERE q.scan_id = scan.id AND q.latest = scan.latest AND q.wakes = scan.wakes
                AND q.program = :program AND (q.retry_at IS NULL OR q.retry_at > :now))
    ORDER BY id LIMIT :count)
RETURNING *;

-- name: renew_waiting!
-- What is weighed already keeps no claim.
UPDATE scan SET claimed_until = :until
WHERE (latest > cursor OR wakes > wakes_done) AND erased_at IS NULL AND claimed_by = :claim AND claimed_until IS NOT NULL;

-- name: holds_waiting^
SELECT 1 FROM scan WHERE sha256 = :sha256 AND claimed_by = :claim;

-- name: correction_waiting^
SELECT 1 FROM scan s JOIN field f ON f.scan_id = s.id JOIN reading r ON r.field_id = f.id
WHERE s.id = :scan_id AND s.latest > s.cursor AND r.number > s.cursor AND r.source = :source LIMIT 1;

-- name: list_claimed
SELECT sha256 FROM scan WHERE (latest > cursor OR wakes > wakes_done) AND erased_at IS NULL AND claimed_until > :now;

-- name: part_pages_then
-- Which pages the scan of the reading r had when it was read; '' where it was never split or joined.
COALESCE((SELECT g.pages_to FROM rereading g WHERE g.scan_id = :scan_id AND g.pages_to <> '' AND g.up_to < r.number
    ORDER BY g.act_id DESC LIMIT 1), (SELECT g.pages_from FROM rereading g WHERE g.scan_id = :scan_id AND g.pages_to <> ''
    ORDER BY g.act_id LIMIT 1), '')

-- name: part_pages_now
COALESCE((SELECT g.pages_to FROM rereading g WHERE g.scan_id = :scan_id AND g.pages_to <> '' ORDER BY g.act_id DESC LIMIT 1), '')

-- name: part_of_former_picture
-- Whether somebody typed the reading r from a picture that another one has replaced since, so that it says nothing of the
-- new one. What was sent later by somebody who held the task before is of the former picture too.
(r.kind <> 'machine' AND r.task_id IS NOT NULL AND r.box IS NULL
    AND EXISTS (SELECT 1 FROM field v JOIN rereading g ON g.scan_id = v.scan_id JOIN act e ON e.id = g.act_id
        WHERE v.id = r.field_id AND g.retaken = 1 AND (r.number <= g.up_to OR e.at >= (SELECT MAX(l.from_at) FROM lease l
            WHERE l.task_id = r.task_id AND l.transcriber_id = r.transcriber_id AND l.from_at <= r.at))))

-- name: part_of_practice
-- Whether the reading r was sent in practice or a test: explained at once, it says nothing of the field for others.
(r.task_id IS NOT NULL AND EXISTS (SELECT 1 FROM task q WHERE q.id = r.task_id AND q.reason = 'qualification'))

-- name: readings
-- The plus keeps PostgreSQL from the numbers of all readings, which it had looked through for each field: 26 ms a scan.
SELECT r.* FROM field_now f JOIN reading_seen r ON r.field_id = f.id
WHERE f.scan_id = :scan_id AND +r.number <= :up_to AND NOT r.erased
    AND (r.kind <> 'machine' OR r.number > (SELECT COALESCE(MAX(g.up_to), 0) FROM rereading g WHERE g.scan_id = :scan_id))
    AND (r.kind = 'machine' OR {part_pages_then} = {part_pages_now}) AND NOT {part_of_former_picture} AND NOT {part_of_practice}
    AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.number = r.number) AND NOT {part_is_aside} ORDER BY r.number;

-- name: readings_of_field
SELECT * FROM reading_seen WHERE field_id = :field_id ORDER BY number;

-- name: withdrawn_of_field
SELECT r.id, w.reason FROM reading r JOIN withdrawal w ON w.number = r.number WHERE r.field_id = :field_id;

-- name: misplaced
SELECT f.name, f.row_number FROM field_now f WHERE f.scan_id = :scan_id AND EXISTS (
    SELECT 1 FROM skip k WHERE k.field_id = f.id AND k.reason = :reason AND NOT EXISTS (
        SELECT 1 FROM reading r JOIN task t ON t.id = r.task_id
        WHERE r.field_id = f.id AND t.kind = 'locate' AND r.at >= k.at))
ORDER BY f.id;

-- name: people_readings
SELECT r.id, r.field_id, CASE WHEN t.kind = 'audit' THEN 1 ELSE 0 END AS is_audit
FROM reading r JOIN field f ON f.id = r.field_id LEFT JOIN task t ON t.id = r.task_id
WHERE f.scan_id = :scan_id AND r.kind <> 'machine';

-- name: decisions
SELECT d.* FROM field_now f JOIN decision_seen d ON d.field_id = f.id
WHERE f.scan_id = :scan_id AND d.version = (SELECT MAX(version) FROM decision WHERE field_id = f.id) ORDER BY f.id;

-- name: decisions_of_field
SELECT * FROM decision_seen WHERE field_id = :field_id ORDER BY version;

-- name: put_decision<!
INSERT INTO decision (field_id, version, probability, method, no_value, parameters, readings, by_people, text_hash, words_hash, at)
VALUES (:field_id, :version, :probability, :method, :no_value, :parameters, :readings, :by_people, :text_hash, :words_hash, :now);

-- name: put_decision_text!
INSERT INTO decision_text (id, value, text, evidence, proposal) VALUES (:id, :value, :text, :evidence, :proposal);

-- name: task_of_slot^
-- A task, and the number of the reading that answered it: one that was taken back does not. NULL where there is none.
SELECT id, closed_at, withdrawn_at, (SELECT MAX(r.number) FROM reading r WHERE r.task_id = task.id
    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number)) AS answered
FROM task WHERE field_id = :field_id AND kind = :kind AND slot = :slot;

-- name: open_task!
INSERT INTO task (public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority, ease, apart,
    opened_at)
SELECT :public_id, f.id, f.scan_id, COALESCE(ff.id, 0), :kind, :lane, :reason, :slot, :pool, :priority,
    COALESCE((SELECT MAX(r.confidence) FROM reading r WHERE r.field_id = f.id AND r.kind = 'machine'), 0.5),
    COALESCE(ff.apart, ''), :now
FROM field f LEFT JOIN form_field ff ON ff.form = f.form AND ff.version = f.form_version AND ff.name = f.name
WHERE f.id = :field_id;

-- name: put_task_text!
INSERT INTO task_text (id, prefill) SELECT id, :prefill FROM task WHERE public_id = :task;

-- name: reopen_task!
UPDATE task SET closed_at = NULL, withdrawn_at = NULL, reason = :reason, priority = :priority, pool = :pool,
    resort = CASE WHEN closed_at IS NULL THEN resort ELSE '' END,
    transcriber_id = CASE WHEN closed_at IS NULL THEN transcriber_id END,
    leased_until = CASE WHEN closed_at IS NULL THEN leased_until END
WHERE id = :task_id;

-- name: mark_task!
UPDATE task SET elsewhere = :elsewhere
WHERE field_id = :field_id AND kind = :kind AND slot = :slot AND elsewhere <> :elsewhere;

-- name: people_slots^
SELECT COUNT(*) FROM reading r WHERE r.field_id = :field_id AND r.transcriber_id IS NOT NULL AND r.lane = :lane AND +r.number <= :up_to
    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number);

-- name: fields_asked
SELECT field_id FROM task WHERE scan_id = :scan_id AND closed_at IS NULL AND withdrawn_at IS NULL
    AND kind IN ('read', 'adjudicate', 'locate');

-- name: withdraw_tasks!
UPDATE task SET closed_at = CASE WHEN transcriber_id IS NULL THEN :now END, withdrawn_at = :now
WHERE scan_id = :scan_id AND field_id = :field_id AND closed_at IS NULL AND withdrawn_at IS NULL
    AND kind IN ('read', 'adjudicate', 'locate');

-- name: withdraw_whole!
UPDATE task SET closed_at = CASE WHEN transcriber_id IS NULL THEN :now END, withdrawn_at = :now
WHERE scan_id = :scan_id AND closed_at IS NULL AND withdrawn_at IS NULL AND kind IN ('whole form', 'rows', 'identify');

-- name: withdraw_form_question!
-- Which form a scan is need not be said any more.
UPDATE task SET closed_at = CASE WHEN transcriber_id IS NULL THEN :now END, withdrawn_at = :now
WHERE scan_id = :scan_id AND closed_at IS NULL AND withdrawn_at IS NULL AND kind = 'identify';

-- name: scan_is_weighed!
UPDATE scan SET cursor = :up_to, claimed_until = NULL,
    wakes_done = CASE WHEN claimed_until IS NULL THEN wakes_done ELSE wakes_claimed END
WHERE id = :scan_id;

-- name: wake!
UPDATE scan SET wakes = wakes + 1 WHERE id = :scan_id;

-- name: wake_asked_again!
-- Have a scan weighed whose last record says that people are asked about it.
UPDATE scan SET wakes = wakes + 1 WHERE id = :scan_id AND EXISTS (
    SELECT 1 FROM record r JOIN record_text x ON x.id = r.id WHERE r.scan_id = :scan_id
    AND r.version = (SELECT MAX(version) FROM record WHERE scan_id = :scan_id) AND instr(x.exceptions, '["read again",') > 0);

-- name: last_record^
SELECT * FROM record WHERE scan_id = :scan_id ORDER BY version DESC LIMIT 1;

-- name: is_provisional^
SELECT 1 FROM record r JOIN record_text x ON x.id = r.id WHERE r.scan_id = :scan_id
    AND r.version = (SELECT MAX(version) FROM record WHERE scan_id = :scan_id) AND instr(x.exceptions, '["below target",') > 0;

-- name: record^
SELECT r.*, s.sha256 AS scan FROM record r JOIN scan s ON s.id = r.scan_id WHERE r.id = :record_id;

-- name: record_decisions
SELECT d.* FROM record_decision m JOIN decision_seen d ON d.id = m.decision_id
WHERE m.record_id = :record_id ORDER BY m.place;

-- name: record_decision_ids
SELECT decision_id FROM record_decision WHERE record_id = :record_id ORDER BY decision_id;

-- name: record_exceptions^
SELECT exceptions FROM record_text WHERE id = :record_id;

-- name: put_record<!
INSERT INTO record (scan_id, version, form, form_version, at) VALUES (:scan_id, :version, :form, :form_version, :now);

-- name: put_record_decision!
INSERT INTO record_decision (record_id, place, decision_id) VALUES (:record_id, :place, :decision_id);

-- name: put_record_text!
INSERT INTO record_text (id, exceptions) VALUES (:record_id, :exceptions);

-- name: scan_is_recorded!
UPDATE scan SET recorded_at = :now WHERE id = :scan_id;

-- name: put_outbox!
INSERT INTO outbox (kind, scan_id, record_id, at) VALUES (:kind, :scan_id, :record_id, :now);

-- name: outbox
SELECT o.number, o.kind, o.record_id, o.at, s.sha256 AS scan FROM outbox o JOIN scan s ON s.id = o.scan_id
WHERE o.number > :after AND (o.kind <> 'record' OR s.erased_at IS NULL) ORDER BY o.number LIMIT :count;

-- name: put_truth<!
INSERT INTO truth (field_id, origin, at) VALUES (:field_id, :origin, :now);

-- name: put_truth_text!
INSERT INTO truth_text (id, text) VALUES (:id, :text);

-- name: truths_in_force
SELECT id FROM truth WHERE field_id = :field_id AND withdrawn_at IS NULL;

-- name: withdraw_truth!
UPDATE truth SET withdrawn_at = :now WHERE field_id = :field_id AND withdrawn_at IS NULL;

-- name: truths
SELECT t.origin, t.at, x.text, f.name, f.row_number, s.sha256 AS scan
FROM truth t JOIN truth_text x ON x.id = t.id JOIN field f ON f.id = t.field_id JOIN scan s ON s.id = f.scan_id
WHERE t.withdrawn_at IS NULL AND (:scan_id IS NULL OR f.scan_id = :scan_id) ORDER BY t.id;

-- name: fields_with_truths
SELECT DISTINCT f.name, f.row_number FROM field_now f JOIN truth t ON t.field_id = f.id WHERE f.scan_id = :scan_id;

-- name: truth_of_field^
SELECT t.id, t.origin, t.at, x.text FROM truth t JOIN truth_text x ON x.id = t.id
WHERE t.field_id = :field_id AND t.withdrawn_at IS NULL ORDER BY t.id DESC LIMIT 1;

-- name: tasks_of_field
SELECT * FROM task_seen WHERE field_id = :field_id ORDER BY id;
