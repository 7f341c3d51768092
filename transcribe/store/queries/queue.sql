-- name: reap!
UPDATE task SET transcriber_id = NULL, leased_until = NULL, resort = '',
    closed_at = CASE WHEN withdrawn_at IS NOT NULL OR kind = 'test' THEN :now END
WHERE id IN (SELECT id FROM task WHERE closed_at IS NULL AND transcriber_id IS NOT NULL AND leased_until <= :now
             ORDER BY leased_until LIMIT 200);

-- name: part_is_other_field
-- Whether the task o asks for another field than the task t: not for the same one under another version of the form.
o.field_id <> t.field_id AND NOT EXISTS (SELECT 1 FROM field a JOIN field b ON b.scan_id = a.scan_id AND b.form = a.form
    AND b.name = a.name AND b.row_number = a.row_number WHERE a.id = o.field_id AND b.id = t.field_id)

-- name: part_held_long_before
-- How long :who had leases of the task t, of those that began since :rested (microseconds).
(SELECT COALESCE(SUM(a.until_at - a.from_at), 0) FROM lease a
    WHERE a.task_id = t.id AND a.transcriber_id = :who AND a.from_at > :rested)

-- name: part_may_be_given
-- Whether the task t may be given to :who: a part of the statements below.
(:kinds IS NULL OR t.kind IN (SELECT value FROM json_each(:kinds)))
    AND (:expert = 1 OR t.kind NOT IN ('adjudicate', 'audit', 'appeal'))
    AND (:refused IS NULL OR t.form_field_id NOT IN (SELECT value FROM json_each(:refused)))
    AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id AND r.transcriber_id = :who AND r.lane = t.lane
        AND NOT {part_of_former_picture})
    AND NOT EXISTS (SELECT 1 FROM task h WHERE h.transcriber_id = :who AND h.closed_at IS NULL
        AND h.field_id = t.field_id AND h.lane = t.lane)
    AND NOT EXISTS (SELECT 1 FROM skip k WHERE k.field_id = t.field_id AND k.transcriber_id = :who AND k.lane = t.lane
        AND (t.kind <> 'locate' OR k.reason <> :misplaced))
    AND {part_held_long_before} < :longest
    AND (t.apart = '' OR NOT EXISTS (
        SELECT 1 FROM task o WHERE o.scan_id = t.scan_id AND o.apart = t.apart AND o.apart <> '' AND {part_is_other_field}
            AND EXISTS (SELECT 1 FROM lease l WHERE l.task_id = o.id AND l.transcriber_id = :who AND l.from_at > :sitting)))
    AND (:spares IS NULL OR t.pool <> 'read' OR EXISTS (
        SELECT 1 FROM json_each(:spares) o WHERE {part_not_passed_by} AND {part_not_held_by}));

-- name: reap_far!
UPDATE task SET transcriber_id = NULL, leased_until = NULL, resort = '',
    closed_at = CASE WHEN withdrawn_at IS NOT NULL OR kind = 'test' THEN :now END
WHERE id IN (SELECT t.id FROM task t WHERE t.closed_at IS NULL AND t.transcriber_id IS NOT NULL AND t.leased_until > :far
             AND (SELECT MAX(l.from_at) FROM lease l WHERE l.task_id = t.id AND l.transcriber_id = t.transcriber_id) > :ahead
             ORDER BY t.leased_until LIMIT 200);

-- name: next_tasks
-- The next so many of each mark ('' first): whoever asks is then given those first to which they add most.
WITH RECURSIVE mark (name) AS (
    SELECT ''
    UNION ALL
    SELECT (SELECT MIN(elsewhere) FROM task
            WHERE pool = :pool AND elsewhere > mark.name AND closed_at IS NULL AND transcriber_id IS NULL)
    FROM mark WHERE mark.name IS NOT NULL)
SELECT n.id, n.field_id, n.scan_id, n.form_field_id, n.lane, n.apart, n.priority, n.ease, n.slot, n.elsewhere, n.opened_at
FROM mark CROSS JOIN task n WHERE n.id IN (
SELECT t.id FROM task t
WHERE t.pool = :pool AND t.elsewhere = mark.name AND t.closed_at IS NULL AND t.transcriber_id IS NULL
    AND {part_may_be_given}
ORDER BY t.priority DESC, t.slot, t.id LIMIT :count);

-- name: next_tasks_of_field
SELECT t.id, t.field_id, t.scan_id, t.form_field_id, t.lane, t.apart, t.priority, t.ease, t.slot, t.elsewhere, t.opened_at
FROM task t
WHERE t.form_field_id = :form_field AND t.pool = :pool AND t.closed_at IS NULL AND t.transcriber_id IS NULL
    AND {part_may_be_given}
ORDER BY t.priority DESC, t.slot, t.id LIMIT :count;

-- name: next_tasks_of_scan
SELECT t.id, t.field_id, t.scan_id, t.form_field_id, t.lane, t.apart, t.priority, t.ease, t.slot, t.elsewhere, t.opened_at
FROM task t
WHERE t.scan_id = :scan_id AND t.pool = :pool AND t.closed_at IS NULL AND t.transcriber_id IS NULL
    AND {part_may_be_given}
ORDER BY t.field_id, t.slot LIMIT :count;

-- name: count_recent_readings^
SELECT COUNT(*) FROM (SELECT 1 FROM reading WHERE transcriber_id = :who LIMIT :count) AS few;

-- name: lease_task!
UPDATE task SET transcriber_id = :who, leased_until = :until
WHERE id = :task_id AND closed_at IS NULL AND transcriber_id IS NULL;

-- name: put_lease!
INSERT INTO lease (task_id, transcriber_id, from_at, until_at) VALUES (:task_id, :who, :now, :until);

-- name: put_lease_of_open!
-- Before lease_task: nothing is written where somebody has the task.
INSERT INTO lease (task_id, transcriber_id, from_at, until_at)
SELECT id, :who, :now, :until FROM task WHERE id = :task_id AND closed_at IS NULL AND transcriber_id IS NULL;

-- name: held
SELECT t.* FROM task_seen t WHERE t.transcriber_id = :who AND t.closed_at IS NULL AND t.leased_until > :now
ORDER BY (SELECT MAX(l.id) FROM lease l WHERE l.task_id = t.id AND l.transcriber_id = :who);

-- name: extend_lease!
-- After extend_lease_fact: the task is held until its lease ends.
UPDATE task SET leased_until = (SELECT MAX(until_at) FROM lease WHERE id = (
    SELECT MAX(id) FROM lease WHERE task_id = :task_id AND transcriber_id = :who))
WHERE id = :task_id AND leased_until < :until;

-- name: extend_lease_fact!
-- Never beyond the age at which a lease ends; other leases of the task since :rested have used it up as far as they went.
UPDATE lease SET until_at = CASE WHEN from_at + {part_age_left} < :until THEN from_at + {part_age_left} ELSE :until END
WHERE id = (SELECT MAX(id) FROM lease WHERE task_id = :task_id AND transcriber_id = :who)
    AND until_at < :until AND until_at < from_at + {part_age_left};

-- name: part_age_left
-- What is left to the lease of the age at which it ends.
(:longest - (SELECT COALESCE(SUM(o.until_at - o.from_at), 0) FROM lease o WHERE o.task_id = lease.task_id
    AND o.transcriber_id = lease.transcriber_id AND o.id <> lease.id AND o.from_at > :rested))

-- name: task_by_public^
SELECT * FROM task_seen WHERE public_id = :task;

-- name: task_with_lease^
SELECT t.*, l.from_at, l.until_at, (SELECT s.id FROM reading s WHERE s.idem = :idem) AS sent_before,
    (SELECT MIN(e.from_at) FROM lease e WHERE e.task_id = t.id AND e.transcriber_id = :who) AS first_at,
    (SELECT COUNT(*) FROM reading r WHERE {part_same_reading}) AS answers,
    EXISTS (SELECT 1 FROM skip k WHERE k.field_id = t.field_id AND k.transcriber_id = :who AND k.task_id = t.id) AS skipped
FROM task_seen t JOIN lease l ON l.id = (
    SELECT MAX(id) FROM lease WHERE task_id = t.id AND transcriber_id = :who)
WHERE t.public_id = :task;

-- name: last_answer^
SELECT MAX(r.at) FROM reading r WHERE r.task_id = :task_id AND r.transcriber_id = :who;

-- name: give_back!
UPDATE task SET transcriber_id = NULL, leased_until = NULL, resort = '',
    closed_at = CASE WHEN withdrawn_at IS NOT NULL OR kind = 'test' THEN :now END
WHERE id = :task_id AND transcriber_id = :who AND closed_at IS NULL;

-- name: held_ids
SELECT id, public_id, kind, pool, reason, form_field_id FROM task WHERE transcriber_id = :who AND closed_at IS NULL;

-- name: close_task!
UPDATE task SET closed_at = :now, transcriber_id = :who WHERE id = :task_id AND closed_at IS NULL
    AND (transcriber_id IS NULL OR transcriber_id = :who OR leased_until <= :now);

-- name: put_skip!
INSERT INTO skip (task_id, field_id, lane, transcriber_id, reason, seconds, at)
VALUES (:task_id, :field_id, :lane, :who, :reason, :seconds, :now);

-- name: part_same_reading
-- Whether a reading r by :who counts as theirs of the task t: of its field in its lane, under whatever task it was sent.
-- Items of tests stand apart, as a test may be taken again; so does what was said of a picture that was replaced since.
r.transcriber_id = :who AND r.field_id = t.field_id AND r.lane = t.lane AND NOT {part_of_former_picture}
    AND (r.task_id = t.id OR (t.reason <> 'qualification' AND NOT EXISTS (
        SELECT 1 FROM task q WHERE q.id = r.task_id AND q.reason = 'qualification')))

-- name: standing_reading^
SELECT r.number, r.id, r.kind, r.field_id, r.task_id, r.at, r.text_hash, r.flags, r.box, r.conditions, x.legible,
    (SELECT o.public_id FROM task o WHERE o.id = r.task_id) AS task
FROM task t JOIN reading r ON {part_same_reading} LEFT JOIN reading_text x ON x.number = r.number
WHERE t.id = :task_id AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number) ORDER BY r.number DESC LIMIT 1;

-- name: tenth_last_reading^
SELECT number FROM reading WHERE transcriber_id = :who ORDER BY number DESC LIMIT 1 OFFSET :count;

-- name: decided_on^
SELECT 1 FROM decision WHERE field_id = :field_id AND method <> 'provisional' AND instr(readings, :reading) > 0 LIMIT 1;

-- name: decided_since^
SELECT 1 FROM decision WHERE field_id = :field_id AND method <> 'provisional' AND (at >= :at OR instr(readings, :reading) > 0) LIMIT 1;

-- name: skip_of_task^
SELECT reason FROM skip WHERE field_id = :field_id AND transcriber_id = :who AND task_id = :task_id
ORDER BY id DESC LIMIT 1;

-- name: put_undo!
INSERT INTO undo (number, at) VALUES (:number, :now);

-- name: lease_again!
UPDATE task SET closed_at = NULL, transcriber_id = :who, leased_until = :until WHERE id = :task_id;

-- name: count_offered^
SELECT COUNT(*) FROM task t WHERE t.closed_at IS NULL AND t.withdrawn_at IS NULL
    AND (t.transcriber_id IS NULL OR t.leased_until <= :now)
    AND t.pool IN (SELECT value FROM json_each(:pools))
    AND (:kinds IS NULL OR t.kind IN (SELECT value FROM json_each(:kinds)))
    AND (:form_fields IS NULL OR t.form_field_id IN (SELECT value FROM json_each(:form_fields)))
    AND (:scan_id IS NULL OR t.scan_id = :scan_id) AND t.reason <> 'qualification';

-- name: count_done_of_offered^
-- How many of these :who is not offered, as they have read or skipped the field lately.
SELECT COUNT(*) FROM task t WHERE t.closed_at IS NULL AND t.withdrawn_at IS NULL
    AND (t.transcriber_id IS NULL OR t.leased_until <= :now)
    AND t.pool IN (SELECT value FROM json_each(:pools)) AND t.reason <> 'qualification'
    AND t.id IN (SELECT o.id FROM task o JOIN (
        SELECT field_id, lane FROM (SELECT field_id, lane FROM reading WHERE transcriber_id = :who
            ORDER BY number DESC LIMIT :recent) AS latest
        UNION SELECT field_id, lane FROM (SELECT field_id, lane FROM skip WHERE transcriber_id = :who
            ORDER BY id DESC LIMIT :recent) AS skipped) AS done ON o.field_id = done.field_id AND o.lane = done.lane);

-- name: last_reading_before^
-- Walked from the latest on: it looks at those since then, and one more.
SELECT number FROM reading WHERE transcriber_id = :who AND at < :since ORDER BY number DESC LIMIT 1;

-- name: count_read_after^
SELECT COUNT(DISTINCT r.task_id) FROM reading r WHERE r.transcriber_id = :who AND r.number > :after
    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number);

-- name: count_held_by_others^
SELECT COUNT(*) FROM (
    SELECT 1 FROM task t WHERE t.closed_at IS NULL AND t.transcriber_id <> :who AND t.leased_until > :now
        AND t.withdrawn_at IS NULL AND t.kind <> 'test' AND t.pool IN (SELECT value FROM json_each(:pools))
        AND {part_may_be_given} LIMIT :count) AS few;

-- name: has_lapsed^
SELECT 1 FROM task t WHERE t.id = (SELECT task_id FROM lease WHERE transcriber_id = :who ORDER BY id DESC LIMIT 1)
    AND t.reason <> 'qualification'
    AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id AND r.transcriber_id = :who AND r.lane = t.lane)
    AND NOT EXISTS (SELECT 1 FROM skip k WHERE k.field_id = t.field_id AND k.transcriber_id = :who AND k.lane = t.lane);

-- name: fields_read_by
SELECT r.field_id, EXISTS (SELECT 1 FROM task t JOIN truth g ON g.field_id = t.field_id AND g.withdrawn_at IS NULL
        WHERE t.id = r.task_id AND t.kind = 'test' AND t.reason = 'control') AS control_in_use
FROM reading r
WHERE r.transcriber_id = :who AND r.number < :before AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number)
    AND NOT EXISTS (SELECT 1 FROM reading l WHERE l.field_id = r.field_id AND l.transcriber_id = :who
        AND l.number > r.number AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = l.number))
ORDER BY r.number DESC LIMIT :count;

-- name: fields_read_by_after
SELECT r.field_id, EXISTS (SELECT 1 FROM task t JOIN truth g ON g.field_id = t.field_id AND g.withdrawn_at IS NULL
        WHERE t.id = r.task_id AND t.kind = 'test' AND t.reason = 'control') AS control_in_use
FROM reading r
WHERE r.transcriber_id = :who AND r.number > :after AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number)
    AND NOT EXISTS (SELECT 1 FROM reading l WHERE l.field_id = r.field_id AND l.transcriber_id = :who
        AND l.number > r.number AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = l.number))
ORDER BY r.number LIMIT :count;

-- name: number_of_reading^
SELECT number FROM reading WHERE id = :reading;

-- name: field_by_number^
SELECT * FROM field WHERE id = :field_id;

-- name: last_act^
SELECT MAX(at) FROM (
    SELECT at FROM (SELECT at FROM reading WHERE transcriber_id = :who ORDER BY number DESC LIMIT 1) AS few
    UNION ALL SELECT at FROM (SELECT at FROM skip WHERE transcriber_id = :who ORDER BY id DESC LIMIT 1) AS few) AS few;
