-- name: person^
SELECT * FROM transcriber WHERE public_id = :who
UNION ALL SELECT * FROM transcriber WHERE handle = :who LIMIT 1;

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
    interface_language, training, paused, at)
VALUES (:id, :handle, :roles, :languages, :regions, :qualifications, :time_zone, :engagement, :interface_language,
    :training, :paused, :now)
ON CONFLICT (public_id) DO UPDATE SET handle = excluded.handle, roles = excluded.roles, languages = excluded.languages,
    regions = excluded.regions, qualifications = excluded.qualifications, time_zone = excluded.time_zone,
    engagement = excluded.engagement, interface_language = excluded.interface_language, training = excluded.training,
    paused = excluded.paused;

-- name: people
SELECT * FROM transcriber ORDER BY handle;

-- name: put_link!
INSERT INTO sign_in_link (token_hash, transcriber_id, until_at, at) VALUES (:token_hash, :person, :until, :now);

-- name: link^
SELECT p.public_id FROM sign_in_link l JOIN transcriber p ON p.id = l.transcriber_id
WHERE l.token_hash = :token_hash AND l.spent_at IS NULL AND l.until_at > :now AND p.left_at IS NULL;

-- name: spend_link!
UPDATE sign_in_link SET spent_at = :now WHERE token_hash = :token_hash AND spent_at IS NULL AND until_at > :now;

-- name: put_session!
INSERT INTO session (token_hash, transcriber_id, csrf, at, seen_at, until_at)
VALUES (:token_hash, :person, :csrf, :now, :now, :until);

-- name: session^
SELECT s.csrf, s.seen_at, p.* FROM session s JOIN transcriber p ON p.id = s.transcriber_id
WHERE s.token_hash = :token_hash AND s.until_at > :now AND s.seen_at > :seen_after AND p.left_at IS NULL;

-- name: session_seen!
UPDATE session SET seen_at = :now WHERE token_hash = :token_hash;

-- name: end_sessions!
DELETE FROM session WHERE transcriber_id = :person AND (:token_hash IS NULL OR token_hash = :token_hash);

-- name: end_old_sessions!
DELETE FROM session WHERE transcriber_id = :person AND until_at <= :now;

-- name: put_password!
INSERT INTO password (transcriber_id, argon2, at) VALUES (:person, :argon2, :now)
ON CONFLICT (transcriber_id) DO UPDATE SET argon2 = excluded.argon2, at = excluded.at;

-- name: password^
SELECT argon2 FROM password WHERE transcriber_id = :person;
