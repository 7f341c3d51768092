-- name: people_there
SELECT * FROM transcriber WHERE paused = 0 AND left_at IS NULL ORDER BY id;

-- name: part_not_passed_by
-- Whether the person o may see the field of the task t, and has neither read nor skipped it. o is a row of json_each: the
-- person's number as "id", and as "refused" the fields that they may not see.
t.form_field_id NOT IN (SELECT value FROM json_each(o.value, '$.refused'))
    AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id
        AND r.transcriber_id = json_extract(o.value, '$.id') AND r.lane = t.lane AND NOT {part_of_former_picture})
    AND NOT EXISTS (SELECT 1 FROM skip k WHERE k.field_id = t.field_id
        AND k.transcriber_id = json_extract(o.value, '$.id') AND k.lane = t.lane
        AND (t.kind <> 'locate' OR k.reason <> :misplaced))

-- name: part_not_held_by
-- Whether the person o holds no task of the field of the task t.
NOT EXISTS (SELECT 1 FROM task h WHERE h.field_id = t.field_id AND h.lane = t.lane AND h.closed_at IS NULL
    AND h.transcriber_id = json_extract(o.value, '$.id'))

-- name: part_has_read
-- Whether :who has read the field of the task t, and has not taken it back.
EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id AND r.transcriber_id = :who AND r.lane = t.lane
    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number) AND NOT {part_of_former_picture})

-- name: part_is_last_resort
-- Whether :who may be given the task t as nobody of :others is left for it. They skipped it a while ago, took back what
-- they read, or are the expert who was kept for it; an expert who has read it may have the last word on it.
(:kinds IS NULL OR t.kind IN (SELECT value FROM json_each(:kinds)))
    AND (:form_fields IS NULL OR t.form_field_id IN (SELECT value FROM json_each(:form_fields)))
    AND (:scan_id IS NULL OR t.scan_id = :scan_id)
    AND (:expert = 1 OR t.kind NOT IN ('adjudicate', 'audit', 'appeal'))
    AND (:refused IS NULL OR t.form_field_id NOT IN (SELECT value FROM json_each(:refused)))
    AND NOT EXISTS (SELECT 1 FROM task h WHERE h.transcriber_id = :who AND h.closed_at IS NULL
        AND h.field_id = t.field_id AND h.lane = t.lane)
    AND (t.apart = '' OR NOT EXISTS (
        SELECT 1 FROM task o WHERE o.scan_id = t.scan_id AND o.apart = t.apart AND o.apart <> '' AND {part_is_other_field}
            AND EXISTS (SELECT 1 FROM lease l WHERE l.task_id = o.id AND l.transcriber_id = :who AND l.from_at > :sitting)))
    AND NOT EXISTS (SELECT 1 FROM skip k WHERE k.field_id = t.field_id AND k.transcriber_id = :who AND k.lane = t.lane
        AND k.at > :sitting AND (t.kind <> 'locate' OR k.reason <> :misplaced))
    AND ((:expert = 1 AND t.kind IN ('read', 'adjudicate', 'identify')) OR NOT {part_has_read})
    AND NOT EXISTS (SELECT 1 FROM json_each(:others) o WHERE {part_not_passed_by})

-- name: last_resort
-- Open tasks that :least people have read or skipped, and for which nobody is left but :who.
SELECT t.id, t.field_id, t.scan_id, t.form_field_id, t.kind, t.lane, t.pool, t.apart, t.priority, t.slot, {part_has_read} AS has_read
FROM task t
WHERE t.pool = :pool AND t.closed_at IS NULL AND t.transcriber_id IS NULL AND t.passed > 0 AND t.passed >= :least
    AND {part_is_last_resort}
LIMIT :count;

-- name: last_resort_of_fields
-- As last_resort, of form fields that nobody else who is there may see.
SELECT t.id, t.field_id, t.scan_id, t.form_field_id, t.kind, t.lane, t.pool, t.apart, t.priority, t.slot, {part_has_read} AS has_read
FROM task t
WHERE t.form_field_id IN (SELECT value FROM json_each(:alone)) AND t.pool = :pool AND t.closed_at IS NULL
    AND t.transcriber_id IS NULL AND {part_is_last_resort}
LIMIT :count;

-- name: set_resort!
UPDATE task SET resort = :resort WHERE id = :task_id;

-- name: count_passed!
-- The plus keeps PostgreSQL from the index of all open tasks, which it took before it had counted them: 17 ms a task.
UPDATE task SET passed = (SELECT COUNT(*) FROM (
    SELECT r.transcriber_id FROM reading r
    WHERE r.field_id = task.field_id AND r.lane = task.lane AND r.transcriber_id IS NOT NULL
    UNION SELECT k.transcriber_id FROM skip k WHERE k.field_id = task.field_id AND k.lane = task.lane) AS people)
WHERE field_id = :field_id AND lane = :lane AND +closed_at IS NULL;

-- name: vain_checks
-- Checks of decided fields that every expert who is there and may see the field has read.
SELECT t.id FROM task t
WHERE t.pool = 'expert' AND t.kind = 'audit' AND t.closed_at IS NULL AND t.transcriber_id IS NULL
    AND EXISTS (SELECT 1 FROM json_each(:experts) o
        WHERE t.form_field_id NOT IN (SELECT value FROM json_each(o.value, '$.refused')))
    AND NOT EXISTS (SELECT 1 FROM json_each(:experts) o
        WHERE t.form_field_id NOT IN (SELECT value FROM json_each(o.value, '$.refused'))
            AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id
                AND r.transcriber_id = json_extract(o.value, '$.id') AND r.lane = t.lane
                AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number) AND NOT {part_of_former_picture}));

-- name: part_is_stranded
-- Whether the task t is open in this pool and none of :people, who are there, can do it. An expert can always have the last
-- word on what a field says; everything else is for who has not done it.
t.pool = :pool AND t.closed_at IS NULL AND t.withdrawn_at IS NULL AND t.transcriber_id IS NULL AND t.kind <> 'test'
    AND NOT EXISTS (SELECT 1 FROM json_each(:people) o
        WHERE t.form_field_id NOT IN (SELECT value FROM json_each(o.value, '$.refused'))
            AND ((json_extract(o.value, '$.expert') = 1 AND t.kind IN ('read', 'adjudicate', 'identify'))
                OR NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id
                    AND r.transcriber_id = json_extract(o.value, '$.id') AND r.lane = t.lane
                    AND NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number) AND NOT {part_of_former_picture})))

-- name: stranded
-- Tasks that nobody who is there can do, by form field, kind and scan; of one batch or of all.
SELECT t.form_field_id, t.kind, t.scan_id, COUNT(*) AS fields, COUNT(DISTINCT t.field_id) AS places, MIN(t.passed) AS passed
FROM task t
WHERE {part_is_stranded} AND (:batch IS NULL OR t.scan_id IN (SELECT s.id FROM scan s WHERE s.batch = :batch))
GROUP BY t.form_field_id, t.kind, t.scan_id;

-- name: stranded_fields
-- Fields of weighed scans without a record that nobody who is there can finish.
SELECT s.sha256 AS scan, s.cursor, f.name, f.row_number FROM task t JOIN scan s ON s.id = t.scan_id JOIN field f ON f.id = t.field_id
WHERE {part_is_stranded} AND t.kind IN ('read', 'locate', 'rows', 'adjudicate') AND s.recorded_at IS NULL
    AND s.erased_at IS NULL AND s.latest <= s.cursor AND s.wakes <= s.wakes_done;
