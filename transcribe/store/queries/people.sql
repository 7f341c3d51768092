-- name: person^
SELECT * FROM transcriber WHERE id = COALESCE(
    (SELECT id FROM transcriber WHERE public_id = :who), (SELECT id FROM transcriber WHERE handle = :who));

-- name: person_by_number^
SELECT * FROM transcriber WHERE id = :person;

-- name: clear_adds!
DELETE FROM adds;

-- name: end_adds!
DELETE FROM adds WHERE transcriber_id = :person;

-- name: put_adds!
INSERT INTO adds (transcriber_id, type, bits) VALUES (:person, :type, :bits);

-- name: adds_of
SELECT type, bits FROM adds WHERE transcriber_id = :person;

-- name: put_person!
INSERT INTO transcriber (public_id, handle, roles, languages, regions, qualifications, time_zone, engagement,
    interface_language, training, paused, paused_at, begun_at, at)
VALUES (:id, :handle, :roles, :languages, :regions, :qualifications, :time_zone, :engagement, :interface_language,
    :training, :paused, CASE WHEN :paused = 1 THEN :now END,
    CASE WHEN :begun = 1 THEN :now END, :now);

-- name: set_roles!
UPDATE transcriber SET roles = :value WHERE id = :person;

-- name: set_languages!
UPDATE transcriber SET languages = :value WHERE id = :person;

-- name: set_regions!
UPDATE transcriber SET regions = :value WHERE id = :person;

-- name: set_qualifications!
UPDATE transcriber SET qualifications = :value WHERE id = :person;

-- name: set_time_zone!
UPDATE transcriber SET time_zone = :value, zone_since = :now WHERE id = :person;

-- name: set_engagement!
UPDATE transcriber SET engagement = :value WHERE id = :person;

-- name: set_interface_language!
UPDATE transcriber SET interface_language = :value WHERE id = :person;

-- name: set_training!
UPDATE transcriber SET training = :value WHERE id = :person;

-- name: set_begun!
UPDATE transcriber SET begun_at = :now WHERE id = :person AND begun_at IS NULL;

-- name: leave_practice!
UPDATE transcriber SET practice_left_at = :now WHERE id = :person AND practice_left_at IS NULL;

-- name: set_paused!
UPDATE transcriber SET paused = :value, paused_at = CASE WHEN CAST(:value AS BIGINT) = 1 THEN COALESCE(paused_at, :now) END
WHERE id = :person;

-- name: put_pause_reason!
UPDATE transcriber SET pause_reason = :reason WHERE id = :person;

-- name: people
SELECT * FROM transcriber ORDER BY handle;

-- name: put_link!
INSERT INTO sign_in_link (token_hash, transcriber_id, until_at, at) VALUES (:token_hash, :person, :until, :now);

-- name: link^
SELECT p.public_id FROM sign_in_link l JOIN transcriber p ON p.id = l.transcriber_id
WHERE l.token_hash = :token_hash AND l.spent_at IS NULL AND l.revoked_at IS NULL AND l.until_at > :now AND p.left_at IS NULL;

-- name: spend_link!
UPDATE sign_in_link SET spent_at = :now WHERE token_hash = :token_hash AND spent_at IS NULL
    AND revoked_at IS NULL AND until_at > :now;

-- name: links_of
SELECT token_hash, at, until_at FROM sign_in_link
WHERE transcriber_id = :person AND spent_at IS NULL AND revoked_at IS NULL AND until_at > :now ORDER BY at DESC;

-- name: revoke_links!
UPDATE sign_in_link SET revoked_at = :now WHERE transcriber_id = :person AND spent_at IS NULL AND revoked_at IS NULL
    AND (:beginning IS NULL OR substr(token_hash, 1, 16) = :beginning);

-- name: sessions_of
SELECT token_hash, at, seen_at, until_at FROM session
WHERE transcriber_id = :person AND ended_at IS NULL AND waits_for_code = 0 AND until_at > :now ORDER BY at DESC;

-- name: end_session_beginning!
DELETE FROM session WHERE transcriber_id = :person AND substr(token_hash, 1, 16) = :beginning;

-- name: prove_session!
UPDATE session SET proved_at = :now WHERE token_hash = :token_hash;

-- name: proved_at^
SELECT COALESCE(proved_at, at) FROM session WHERE token_hash = :token_hash;

-- name: put_session!
INSERT INTO session (token_hash, transcriber_id, csrf, at, seen_at, until_at, waits_for_code)
VALUES (:token_hash, :person, :csrf, :now, :now, :until, :waits);

-- name: waiting_session^
SELECT s.csrf, p.* FROM session s JOIN transcriber p ON p.id = s.transcriber_id
WHERE s.token_hash = :token_hash AND s.until_at > :now AND s.waits_for_code = 1 AND s.ended_at IS NULL
    AND p.left_at IS NULL;

-- name: session^
SELECT s.csrf, s.seen_at, s.until_at, p.* FROM session s JOIN transcriber p ON p.id = s.transcriber_id
WHERE s.token_hash = :token_hash AND p.left_at IS NULL AND s.ended_at IS NULL AND s.waits_for_code = 0;

-- name: session_seen!
UPDATE session SET seen_at = :now WHERE token_hash = :token_hash;

-- name: end_sessions!
DELETE FROM session WHERE transcriber_id = :person AND (:token_hash IS NULL OR token_hash = :token_hash);

-- name: end_other_sessions!
DELETE FROM session WHERE transcriber_id = :person AND token_hash <> :token_hash;

-- name: end_old_sessions!
DELETE FROM session WHERE transcriber_id = :person AND until_at <= :now;

-- name: put_password!
INSERT INTO password (transcriber_id, argon2, at) VALUES (:person, :argon2, :now)
ON CONFLICT (transcriber_id) DO UPDATE SET argon2 = excluded.argon2, at = excluded.at;

-- name: password^
SELECT argon2 FROM password WHERE transcriber_id = :person;

-- name: second_factor^
SELECT f.secret, f.confirmed_at, (SELECT COUNT(*) FROM recovery_code c
    WHERE c.transcriber_id = f.transcriber_id AND c.spent_at IS NULL) AS recovery_codes
FROM second_factor f WHERE f.transcriber_id = :person;

-- name: begin_second_factor!
INSERT INTO second_factor (transcriber_id, secret, at) VALUES (:person, :secret, :now)
ON CONFLICT (transcriber_id) DO UPDATE SET secret = excluded.secret, at = excluded.at WHERE second_factor.confirmed_at IS NULL;

-- name: confirm_second_factor!
UPDATE second_factor SET confirmed_at = :now, last_step = :step
WHERE transcriber_id = :person AND secret = :secret AND confirmed_at IS NULL;

-- name: spend_code!
UPDATE second_factor SET last_step = :step
WHERE transcriber_id = :person AND confirmed_at IS NOT NULL AND last_step < :step;

-- name: put_recovery_code!
INSERT INTO recovery_code (transcriber_id, code_hash) VALUES (:person, :code_hash);

-- name: spend_recovery_code!
UPDATE recovery_code SET spent_at = :now
WHERE transcriber_id = :person AND code_hash = :code_hash AND spent_at IS NULL;

-- name: end_recovery_codes!
DELETE FROM recovery_code WHERE transcriber_id = :person;

-- name: end_second_factor!
DELETE FROM second_factor WHERE transcriber_id = :person;

-- name: end_waiting_sessions!
DELETE FROM session WHERE transcriber_id = :person AND waits_for_code = 1;
