-- name: reading_by_id^
SELECT * FROM reading_seen WHERE id = :reading;

-- name: newest_slot^
SELECT COALESCE(MAX(slot), 0) FROM task WHERE field_id = :field_id AND kind = :kind;

-- name: put_appeal<!
INSERT INTO appeal (public_id, number, field_id, transcriber_id, task_id, deadline, at, minority)
VALUES (:public_id, :number, :field_id, :person, :task_id, :deadline, :now, 0);

-- name: put_appeal_text!
INSERT INTO appeal_text (id, words) VALUES (:id, :words);

-- name: appeal_of_reading^
SELECT public_id FROM appeal WHERE number = :number;

-- name: appeals
SELECT a.*, COALESCE(x.words, '') AS words, p.public_id AS transcriber, e.public_id AS expert, t.public_id AS task
FROM appeal a JOIN transcriber p ON p.id = a.transcriber_id JOIN task t ON t.id = a.task_id
LEFT JOIN appeal_text x ON x.id = a.id LEFT JOIN transcriber e ON e.id = a.expert_id
WHERE (:open_only = 0 OR a.decided_at IS NULL) AND (:person IS NULL OR a.transcriber_id = :person)
    AND (:appeal IS NULL OR a.public_id = :appeal)
ORDER BY a.id DESC;

-- name: appealed_reading^
SELECT r.*, x.text, x.alternatives, x.shown, x.legible, x.reason, x.number IS NULL AS erased, f.scan_id, f.name,
    f.row_number, s.sha256 AS scan, t.public_id AS task
FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
LEFT JOIN reading_text x ON x.number = r.number LEFT JOIN task t ON t.id = r.task_id WHERE r.number = :number;

-- name: audited_fields
-- Fields that this person read and for which a check by lot was answered, with its task.
SELECT DISTINCT r.field_id, f.form, f.form_version, t.id AS task_id
FROM reading r JOIN field f ON f.id = r.field_id JOIN task t ON t.field_id = r.field_id AND t.kind = 'audit'
WHERE r.transcriber_id = :who AND r.kind = 'person' AND t.closed_at IS NOT NULL AND t.reason = 'audit'
ORDER BY r.field_id;

-- name: pace_of_person^
-- The last readings of a person: how many, of how many of them the time was measured, and that time.
SELECT COUNT(*) AS readings, COUNT(seconds) AS timed, COALESCE(SUM(seconds), 0.0) AS seconds FROM (
    SELECT seconds FROM reading WHERE transcriber_id = :who ORDER BY number DESC LIMIT :most) AS few;

-- name: skips_of_person
SELECT reason, COUNT(*) AS count FROM (
    SELECT reason FROM skip WHERE transcriber_id = :who ORDER BY id DESC LIMIT :most) AS few
GROUP BY reason ORDER BY reason;

-- name: counting_reading^
-- The last reading of a field by this person that was not taken back, set aside, withdrawn or forgotten.
SELECT r.* FROM reading_seen r WHERE r.field_id = :field_id AND r.transcriber_id = :who AND r.kind = 'person'
    AND NOT r.erased AND NOT EXISTS (SELECT 1 FROM withdrawal w WHERE w.number = r.number) AND NOT {part_is_aside}
ORDER BY r.number DESC LIMIT 1;

-- name: heard^
SELECT * FROM reading_seen WHERE task_id = :task_id AND kind = 'expert' ORDER BY number DESC LIMIT 1;

-- name: decide_appeal!
UPDATE appeal SET outcome = :outcome, minority = :minority, decided_at = :now, expert_id = :expert
WHERE id = :id AND decided_at IS NULL;

-- name: close_unleased_task!
UPDATE task SET closed_at = CASE WHEN transcriber_id IS NULL THEN :now END, withdrawn_at = :now
WHERE id = :task_id AND closed_at IS NULL;

-- name: expert_outcomes
SELECT p.public_id AS expert, COUNT(*) FILTER (WHERE a.outcome = 'upheld') AS upheld,
    COUNT(*) FILTER (WHERE a.outcome = 'declined') AS declined
FROM appeal a JOIN transcriber p ON p.id = a.expert_id WHERE a.decided_at IS NOT NULL GROUP BY p.public_id
ORDER BY p.public_id;

-- name: put_notice!
INSERT INTO notice (transcriber_id, kind, field_id, at) VALUES (:person, :kind, :field_id, :now);

-- name: notices
SELECT n.*, f.name, f.row_number, s.sha256 AS scan FROM notice n LEFT JOIN field f ON f.id = n.field_id
LEFT JOIN scan s ON s.id = f.scan_id
WHERE n.transcriber_id = :person AND (:unseen_only = 0 OR n.seen_at IS NULL) ORDER BY n.id DESC;

-- name: told_since^
SELECT 1 FROM notice WHERE transcriber_id = :person AND kind = :kind AND field_id = :field_id AND at >= :since LIMIT 1;

-- name: see_notices!
UPDATE notice SET seen_at = :now WHERE transcriber_id = :person AND seen_at IS NULL AND (:number IS NULL OR id = :number);

-- name: put_question<!
INSERT INTO question (public_id, form, field, field_id, transcriber_id, at)
VALUES (:public_id, :form, :field, :field_id, :person, :now);

-- name: questions_on_field
SELECT q.public_id, x.words FROM question q LEFT JOIN question_text x ON x.id = q.id
WHERE q.field_id = :field_id AND q.transcriber_id = :person ORDER BY q.id;

-- name: put_question_text!
INSERT INTO question_text (id, words) VALUES (:id, :words);

-- name: questions
SELECT q.*, COALESCE(x.words, '') AS words, p.public_id AS transcriber, f.name, f.row_number, s.sha256 AS scan
FROM question q JOIN field f ON f.id = q.field_id JOIN scan s ON s.id = f.scan_id JOIN transcriber p ON p.id = q.transcriber_id LEFT JOIN question_text x ON x.id = q.id
WHERE (:open_only = 0 OR q.answered_at IS NULL) AND (:question IS NULL OR q.public_id = :question)
    AND (:person IS NULL OR q.transcriber_id = :person)
ORDER BY q.id DESC;

-- name: guide
SELECT q.*, COALESCE(x.words, '') AS words, p.public_id AS transcriber, f.name, f.row_number, s.sha256 AS scan
FROM question q JOIN field f ON f.id = q.field_id JOIN scan s ON s.id = f.scan_id JOIN transcriber p ON p.id = q.transcriber_id LEFT JOIN question_text x ON x.id = q.id
WHERE q.form = :form AND q.field = :field AND q.answered_at IS NOT NULL ORDER BY q.answered_at, q.id;

-- name: put_guide_example<!
INSERT INTO guide_example (public_id, field_id, kind, shown_by, at) VALUES (:public_id, :field_id, :kind, :by, :now);

-- name: put_guide_example_text!
INSERT INTO guide_example_text (id, text, words) VALUES (:id, :text, :words);

-- name: snippet_of^
SELECT snippet FROM place WHERE field_id = :field_id AND snippet IS NOT NULL;

-- name: end_guide_example!
UPDATE guide_example SET withdrawn_at = :now WHERE public_id = :public_id AND withdrawn_at IS NULL;

-- name: guide_examples
SELECT e.public_id, e.kind, e.shown_by, e.at, x.text, x.words, f.form, f.name, f.row_number, s.sha256 AS scan, p.snippet
FROM guide_example e JOIN guide_example_text x ON x.id = e.id JOIN field f ON f.id = e.field_id
JOIN scan s ON s.id = f.scan_id JOIN place p ON p.field_id = e.field_id
WHERE e.withdrawn_at IS NULL AND p.snippet IS NOT NULL
    AND (:form IS NULL OR f.form = :form AND f.name = :field)
ORDER BY e.kind = 'tricky', e.id;

-- name: answer_question!
UPDATE question SET answer = :answer, answered_by = :by, answered_at = :now WHERE id = :id;

-- name: setting^
SELECT value FROM setting WHERE name = :name;

-- name: put_setting!
INSERT INTO setting (name, value, at) VALUES (:name, :value, :now)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at;

-- name: count_leases^
SELECT COUNT(*) FROM lease WHERE transcriber_id = :who;

-- name: lapsed_controls
-- Control items among the last leases of :who that they gave back or let lapse: they come again as other fields do.
SELECT t.id FROM task t JOIN scan s ON s.id = t.scan_id
WHERE t.id IN (SELECT task_id FROM lease WHERE transcriber_id = :who ORDER BY id DESC LIMIT :recent)
    AND t.kind = 'test' AND t.reason = 'control' AND t.transcriber_id IS NULL AND s.erased_at IS NULL
    AND EXISTS (SELECT 1 FROM truth g WHERE g.field_id = t.field_id AND g.origin = 'gold' AND g.withdrawn_at IS NULL)
    AND (:refused IS NULL OR t.form_field_id NOT IN (SELECT value FROM json_each(:refused)))
    AND (:form_fields IS NULL OR t.form_field_id IN (SELECT value FROM json_each(:form_fields)))
    AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id AND r.transcriber_id = :who AND r.lane = t.lane)
    AND NOT EXISTS (SELECT 1 FROM skip k WHERE k.field_id = t.field_id AND k.transcriber_id = :who AND k.lane = t.lane)
LIMIT :count;

-- name: next_controls
-- Whoever :hears appeals is not given what is contested: they would know it, and may not hear it then.
SELECT t.field_id, f.scan_id, (SELECT MAX(o.id) FROM task o WHERE o.field_id = t.field_id AND o.kind = 'test'
    AND o.reason = 'control' AND o.transcriber_id IS NULL
    AND EXISTS (SELECT 1 FROM lease l WHERE l.task_id = o.id AND l.transcriber_id = :who)) AS lapsed
FROM truth t JOIN field f ON f.id = t.field_id JOIN scan s ON s.id = f.scan_id
LEFT JOIN form_field ff ON ff.form = f.form AND ff.version = f.form_version AND ff.name = f.name
WHERE t.origin = 'gold' AND t.withdrawn_at IS NULL AND s.erased_at IS NULL
    AND (:refused IS NULL OR COALESCE(ff.id, 0) NOT IN (SELECT value FROM json_each(:refused)))
    AND (:form_fields IS NULL OR COALESCE(ff.id, 0) IN (SELECT value FROM json_each(:form_fields)))
    AND NOT EXISTS (SELECT 1 FROM task h WHERE h.transcriber_id = :who AND h.closed_at IS NULL
        AND h.field_id = t.field_id AND h.lane = 'value')
    AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id AND r.transcriber_id = :who
        AND r.lane = 'value')
    AND NOT EXISTS (SELECT 1 FROM skip k WHERE k.field_id = t.field_id AND k.transcriber_id = :who AND k.lane = 'value')
    AND (:hears = 0 OR NOT EXISTS (SELECT 1 FROM appeal a WHERE a.field_id = t.field_id AND a.decided_at IS NULL))
ORDER BY t.id LIMIT :count;

-- name: next_tests
SELECT t.field_id, f.scan_id FROM truth t JOIN field f ON f.id = t.field_id JOIN scan s ON s.id = f.scan_id
JOIN form_field ff ON ff.form = f.form AND ff.version = f.form_version AND ff.name = f.name AND ff.type = :type
WHERE t.origin = 'gold' AND t.withdrawn_at IS NULL AND s.erased_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM task h WHERE h.transcriber_id = :who AND h.closed_at IS NULL AND h.field_id = t.field_id)
    AND (:hears = 0 OR NOT EXISTS (SELECT 1 FROM appeal a WHERE a.field_id = t.field_id AND a.decided_at IS NULL))
ORDER BY (SELECT COUNT(*) FROM reading r WHERE r.field_id = t.field_id AND r.transcriber_id = :who), t.id LIMIT :count;

-- name: reads_already^
SELECT 1 FROM reading r JOIN task t ON t.id = r.task_id
WHERE r.transcriber_id = :who AND t.reason <> 'qualification' LIMIT 1;

-- name: count_practised
SELECT COUNT(DISTINCT r.task_id) FROM reading r JOIN task t ON t.id = r.task_id
WHERE r.transcriber_id = :who AND t.reason = 'qualification';

-- name: next_practice
SELECT field_id, scan_id FROM (
    SELECT t.id, t.field_id, f.scan_id, ROW_NUMBER() OVER (PARTITION BY ff.name ORDER BY t.id) AS turn
    FROM truth t JOIN field f ON f.id = t.field_id JOIN scan s ON s.id = f.scan_id
    JOIN form_field ff ON ff.form = f.form AND ff.version = f.form_version AND ff.name = f.name
    WHERE t.origin = 'gold' AND t.withdrawn_at IS NULL AND s.erased_at IS NULL
        AND (:refused IS NULL OR ff.id NOT IN (SELECT value FROM json_each(:refused)))
        AND NOT EXISTS (SELECT 1 FROM task h
            WHERE h.transcriber_id = :who AND h.closed_at IS NULL AND h.field_id = t.field_id)
        AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.field_id = t.field_id AND r.transcriber_id = :who)
        AND (:hears = 0 OR NOT EXISTS (SELECT 1 FROM appeal a WHERE a.field_id = t.field_id AND a.decided_at IS NULL))) AS open
ORDER BY turn, id LIMIT :count;

-- name: held_tests
SELECT * FROM task_seen WHERE transcriber_id = :who AND closed_at IS NULL AND kind = 'test' AND reason = 'qualification'
    AND leased_until > :now ORDER BY id;

-- name: controls
SELECT t.id, t.field_id, t.origin, t.at, x.text, f.name, f.row_number, s.sha256 AS scan
FROM truth t JOIN truth_text x ON x.id = t.id JOIN field f ON f.id = t.field_id JOIN scan s ON s.id = f.scan_id
WHERE t.origin = 'gold' AND t.withdrawn_at IS NULL ORDER BY t.id;

-- name: control_readings
SELECT r.* FROM reading_seen r JOIN task t ON t.id = r.task_id
WHERE r.field_id = :field_id AND t.kind = 'test' ORDER BY r.number;

-- name: tested_people
SELECT DISTINCT r.transcriber_id AS person FROM reading r JOIN task t ON t.id = r.task_id
WHERE r.field_id = :field_id AND t.kind = 'test';

-- name: put_qualification_try!
INSERT INTO qualification_try (transcriber_id, name, asked, right_answers, passed, at)
VALUES (:person, :name, :asked, :right, :passed, :at);

-- name: qualification_tries
SELECT * FROM qualification_try WHERE transcriber_id = :person ORDER BY id DESC;

-- name: put_dispute<!
INSERT INTO time_dispute (public_id, transcriber_id, task_id, claimed, words, at)
VALUES (:public_id, :person, :task_id, :claimed, :words, :now);

-- name: disputes
-- With what was measured, and granted, by the time of each.
SELECT d.*, p.public_id AS transcriber, t.public_id AS task,
    (SELECT COALESCE(SUM(r.seconds), 0.0) FROM reading r
     WHERE r.task_id = t.id AND r.transcriber_id = p.id AND r.at <= d.at)
    + (SELECT COALESCE(SUM(k.seconds), 0.0) FROM skip k
       WHERE k.field_id = t.field_id AND k.transcriber_id = p.id AND k.task_id = t.id AND k.at <= d.at)
    + (SELECT COALESCE(SUM(e.granted), 0.0) FROM time_dispute e
       WHERE e.transcriber_id = p.id AND e.task_id = t.id AND e.id < d.id) AS measured
FROM time_dispute d
JOIN transcriber p ON p.id = d.transcriber_id JOIN task t ON t.id = d.task_id
WHERE (:open_only = 0 OR d.answered_at IS NULL) AND (:person IS NULL OR d.transcriber_id = :person)
    AND (:task_id IS NULL OR d.task_id = :task_id) AND (:dispute IS NULL OR d.public_id = :dispute)
ORDER BY d.id DESC;

-- name: answer_dispute!
UPDATE time_dispute SET answered_at = :now, granted = :granted, answered_by = :by, reason = :reason
WHERE id = :id AND answered_at IS NULL;

-- name: put_expected_work!
INSERT INTO expected_work (public_id, form, expected_at, hours, at) VALUES (:public_id, :form, :expected_at, :hours, :now);

-- name: expected_work
SELECT * FROM expected_work WHERE ended_at IS NULL AND expected_at >= :now ORDER BY expected_at, id;

-- name: end_expected_work!
UPDATE expected_work SET ended_at = :now WHERE public_id = :public_id AND ended_at IS NULL;

-- name: questions_since
SELECT at FROM question WHERE transcriber_id = :person AND at > :since ORDER BY at;
