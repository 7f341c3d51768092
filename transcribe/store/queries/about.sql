-- name: put_token!
INSERT INTO api_token (prefix, token_hash, name, scopes, at, until_at)
VALUES (:prefix, :token_hash, :name, :scopes, :now, :until);

-- name: token^
SELECT * FROM api_token WHERE token_hash = :token_hash AND revoked_at IS NULL AND (until_at IS NULL OR until_at > :now);

-- name: program_answer^
SELECT request_hash, answer FROM program_answer WHERE token = :token AND idem = :idem;

-- name: put_program_answer!
INSERT INTO program_answer (token, idem, request_hash, answer, at) VALUES (:token, :idem, :request_hash, :answer, :now);

-- name: prune_program_answers!
DELETE FROM program_answer WHERE at < :before;

-- name: tokens
SELECT * FROM api_token ORDER BY id DESC;

-- name: revoke_token!
UPDATE api_token SET revoked_at = :now WHERE prefix = :prefix AND revoked_at IS NULL;

-- name: about_adds
SELECT type, bits FROM adds WHERE transcriber_id = :person ORDER BY type;

-- name: about_readings
SELECT r.id AS reading, f.form, f.name AS field, NULLIF(f.row_number, -1) AS row_number, CASE WHEN t.reason = 'control' AND g.id IS NOT NULL THEN 'read' ELSE t.kind END AS task_kind, r.at, r.seconds,
    r.flags, r.late, x.text, x.shown, x.legible, x.reason, u.at AS taken_back_at, COALESCE(w.at, a.at) AS withdrawn_at,
    COALESCE(w.reason, y.reason) AS withdrawn_because
FROM reading r JOIN field f ON f.id = r.field_id LEFT JOIN task t ON t.id = r.task_id
LEFT JOIN reading_text x ON x.number = r.number LEFT JOIN undo u ON u.number = r.number LEFT JOIN withdrawal w ON w.number = r.number
LEFT JOIN reading_aside s ON s.id = (SELECT MAX(l.id) FROM reading_aside l WHERE l.number = r.number) AND s.aside = 1
LEFT JOIN act a ON a.id = s.act_id LEFT JOIN act_text y ON y.id = s.act_id
LEFT JOIN truth g ON g.field_id = r.field_id AND g.withdrawn_at IS NULL
WHERE r.transcriber_id = :person
ORDER BY r.number;

-- name: about_skips
SELECT f.form, f.name AS field, s.reason, s.seconds, s.at FROM skip s JOIN field f ON f.id = s.field_id
WHERE s.transcriber_id = :person ORDER BY s.id;

-- name: about_kept_time
SELECT seconds, at FROM kept_time WHERE transcriber_id = :person ORDER BY id;

-- name: about_ledger
SELECT number, kind, micro, currency, seconds, at, reference FROM ledger WHERE transcriber_id = :person ORDER BY number;

-- name: about_carried
SELECT reference, currency, micro, at FROM carried WHERE transcriber_id = :person ORDER BY id;

-- name: about_waiting
SELECT seconds, at FROM waiting_time WHERE transcriber_id = :person ORDER BY id;

-- name: about_appeals
SELECT r.id AS reading, x.words, a.at, a.deadline, a.outcome, a.decided_at FROM appeal a
JOIN reading r ON r.number = a.number LEFT JOIN appeal_text x ON x.id = a.id
WHERE a.transcriber_id = :person ORDER BY a.id;

-- name: about_questions
SELECT q.form, q.field, x.words, q.at, q.answer, q.answered_at FROM question q
LEFT JOIN question_text x ON x.id = q.id WHERE q.transcriber_id = :person ORDER BY q.id;

-- name: about_disputes
SELECT claimed, words, at, granted, reason, answered_at FROM time_dispute WHERE transcriber_id = :person ORDER BY id;

-- name: about_tests
SELECT name, asked, right_answers, passed, at FROM qualification_try WHERE transcriber_id = :person ORDER BY id;

-- name: about_notices
SELECT kind, at, seen_at FROM notice WHERE transcriber_id = :person ORDER BY id;

-- name: about_sessions
SELECT at, seen_at, until_at FROM session WHERE transcriber_id = :person ORDER BY at;

-- name: about_links
SELECT at, until_at, spent_at FROM sign_in_link WHERE transcriber_id = :person ORDER BY at;

-- name: about_second_factor
SELECT f.at, f.confirmed_at, (SELECT COUNT(*) FROM recovery_code c
    WHERE c.transcriber_id = f.transcriber_id AND c.spent_at IS NULL) AS recovery_codes
FROM second_factor f WHERE f.transcriber_id = :person;

-- name: end_all_sessions!
DELETE FROM session WHERE transcriber_id = :person;

-- name: end_links!
DELETE FROM sign_in_link WHERE transcriber_id = :person;

-- name: end_password!
DELETE FROM password WHERE transcriber_id = :person;

-- name: pseudonymise!
UPDATE transcriber SET handle = :handle, roles = '[]', languages = '[]', regions = '[]',
    interface_language = 'en', time_zone = '', paused = 1, pause_reason = '', left_at = COALESCE(left_at, :now) WHERE id = :person;

-- name: erase_questions_of!
DELETE FROM question_text WHERE id IN (SELECT id FROM question WHERE transcriber_id = :person);

-- name: erase_disputes_of!
UPDATE time_dispute SET words = '', reason = '' WHERE transcriber_id = :person;

-- name: erase_appeals_of!
DELETE FROM appeal_text WHERE id IN (SELECT id FROM appeal WHERE transcriber_id = :person);
