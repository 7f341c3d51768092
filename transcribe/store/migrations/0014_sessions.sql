-- A pause ends sessions, and their browsers are told so: `ended_at`. `proved_at`: when its person last gave a password, a
-- link or a code; NULL: when it began. With `waits_for_code` it is no session yet: the second factor is still asked for.

ALTER TABLE session ADD COLUMN ended_at INTEGER;
ALTER TABLE session ADD COLUMN proved_at INTEGER;
ALTER TABLE session ADD COLUMN waits_for_code INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sign_in_link ADD COLUMN revoked_at INTEGER;

-- The second factor of a person who has set one, in force from `confirmed_at` on. A code counts once: `last_step` is the
-- half minute of the last one. Of recovery codes only the SHA-256 is kept.
CREATE TABLE second_factor (
    transcriber_id INTEGER PRIMARY KEY REFERENCES transcriber (id), secret TEXT NOT NULL, at INTEGER NOT NULL,
    confirmed_at INTEGER, last_step INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE recovery_code (
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), code_hash TEXT NOT NULL, spent_at INTEGER,
    PRIMARY KEY (transcriber_id, code_hash)
) STRICT;
