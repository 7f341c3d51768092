-- The state: what came in, what was read, what is asked, what was decided, who works and what they are paid.
-- Times are integer microseconds since 1970 UTC; lists and maps are JSON text; row_number -1 means "not in a table".
-- Text that may be personal stands in tables named *_text, apart from the facts, so that it alone can be erased.

CREATE TABLE form (
    name TEXT NOT NULL, version INTEGER NOT NULL, digest TEXT NOT NULL, definition TEXT NOT NULL, options TEXT NOT NULL,
    retention_days INTEGER, at INTEGER NOT NULL, PRIMARY KEY (name, version)
) STRICT;

CREATE TABLE form_field (
    id INTEGER PRIMARY KEY, form TEXT NOT NULL, version INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,
    languages TEXT NOT NULL, regions TEXT NOT NULL, qualification TEXT NOT NULL, apart TEXT NOT NULL,
    UNIQUE (form, version, name)
) STRICT;

CREATE TABLE source_file (
    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, media_type TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;

CREATE TABLE set_aside (
    file TEXT PRIMARY KEY REFERENCES source_file (sha256), error TEXT NOT NULL, message TEXT NOT NULL, batch TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE scan (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, form TEXT NOT NULL, form_version INTEGER NOT NULL,
    name TEXT NOT NULL, batch TEXT NOT NULL, received_at INTEGER NOT NULL,
    latest INTEGER NOT NULL DEFAULT 0, cursor INTEGER NOT NULL DEFAULT 0,
    wakes INTEGER NOT NULL DEFAULT 0, wakes_claimed INTEGER NOT NULL DEFAULT 0, wakes_done INTEGER NOT NULL DEFAULT 0,
    claimed_until INTEGER, recorded_at INTEGER, erased_at INTEGER
) STRICT;
CREATE INDEX scan_waiting ON scan (id) WHERE latest > cursor OR wakes > wakes_done;
CREATE INDEX scan_received ON scan (received_at);

CREATE TABLE scan_page (
    scan_id INTEGER NOT NULL REFERENCES scan (id), number INTEGER NOT NULL, file TEXT NOT NULL, page INTEGER NOT NULL,
    turn INTEGER NOT NULL, hocr TEXT NOT NULL, PRIMARY KEY (scan_id, number)
) STRICT;
CREATE INDEX scan_page_file ON scan_page (file);
CREATE INDEX scan_page_hocr ON scan_page (hocr);

-- The files that a scan came in; its pages may be masked copies of them.
CREATE TABLE scan_file (
    scan_id INTEGER NOT NULL REFERENCES scan (id), sha256 TEXT NOT NULL REFERENCES source_file (sha256),
    PRIMARY KEY (scan_id, sha256)
) STRICT;
CREATE INDEX scan_file_file ON scan_file (sha256);

CREATE TABLE reads (
    scan_id INTEGER NOT NULL REFERENCES scan (id), form TEXT NOT NULL, form_version INTEGER NOT NULL, fit REAL,
    quality TEXT NOT NULL, advice TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (scan_id, form, form_version)
) STRICT;

CREATE TABLE page_picture (
    scan_id INTEGER NOT NULL REFERENCES scan (id), number INTEGER NOT NULL, sha256 TEXT NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, PRIMARY KEY (scan_id, number)
) STRICT;
CREATE INDEX page_picture_file ON page_picture (sha256);

-- The archive names of pictures of scans that were forgotten, so that erasing files can be finished after a crash.
CREATE TABLE erased_name (
    scan_id INTEGER NOT NULL REFERENCES scan (id), sha256 TEXT NOT NULL, PRIMARY KEY (scan_id, sha256)
) STRICT;

-- One field of one scan, under the form that it was read with; the name '' speaks of the whole scan.
CREATE TABLE field (
    id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scan (id), form TEXT NOT NULL, form_version INTEGER NOT NULL,
    name TEXT NOT NULL, row_number INTEGER NOT NULL, UNIQUE (scan_id, form, form_version, name, row_number)
) STRICT;

CREATE TABLE place (
    field_id INTEGER PRIMARY KEY REFERENCES field (id), page INTEGER NOT NULL, x0 INTEGER NOT NULL, y0 INTEGER NOT NULL,
    x1 INTEGER NOT NULL, y1 INTEGER NOT NULL, snippet TEXT, confidence REAL
) STRICT;
CREATE INDEX place_snippet ON place (snippet) WHERE snippet IS NOT NULL;

CREATE TABLE transcriber (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, handle TEXT NOT NULL UNIQUE, roles TEXT NOT NULL,
    languages TEXT NOT NULL, regions TEXT NOT NULL, qualifications TEXT NOT NULL, time_zone TEXT NOT NULL,
    engagement TEXT NOT NULL, interface_language TEXT NOT NULL, training INTEGER NOT NULL, paused INTEGER NOT NULL,
    at INTEGER NOT NULL, left_at INTEGER
) STRICT;

-- Kinds of task in one lane ask for the same thing, so nobody works twice on one field in one lane.
CREATE TABLE task (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, field_id INTEGER NOT NULL REFERENCES field (id),
    scan_id INTEGER NOT NULL REFERENCES scan (id), form_field_id INTEGER NOT NULL, kind TEXT NOT NULL, lane TEXT NOT NULL,
    reason TEXT NOT NULL, slot INTEGER NOT NULL, pool TEXT NOT NULL, priority INTEGER NOT NULL, ease REAL NOT NULL,
    apart TEXT NOT NULL,
    opened_at INTEGER NOT NULL, transcriber_id INTEGER REFERENCES transcriber (id), leased_until INTEGER,
    withdrawn_at INTEGER, closed_at INTEGER, UNIQUE (field_id, kind, slot)
) STRICT;
CREATE INDEX task_open ON task (pool, priority DESC, slot, id) WHERE closed_at IS NULL AND transcriber_id IS NULL;
CREATE INDEX task_open_field ON task (form_field_id, pool, priority DESC, slot, id)
    WHERE closed_at IS NULL AND transcriber_id IS NULL;
CREATE INDEX task_apart ON task (scan_id, apart, field_id) WHERE apart <> '';
CREATE INDEX task_scan ON task (scan_id) WHERE closed_at IS NULL;
CREATE INDEX task_leased ON task (leased_until) WHERE closed_at IS NULL AND transcriber_id IS NOT NULL;
CREATE INDEX task_held ON task (transcriber_id) WHERE closed_at IS NULL AND transcriber_id IS NOT NULL;

CREATE TABLE lease (
    id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES task (id),
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), from_at INTEGER NOT NULL, until_at INTEGER NOT NULL
) STRICT;
CREATE INDEX lease_task ON lease (task_id, transcriber_id);

CREATE TABLE skip (
    id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES task (id), field_id INTEGER NOT NULL,
    lane TEXT NOT NULL, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), reason TEXT NOT NULL, seconds REAL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX skip_field ON skip (field_id, transcriber_id);
CREATE INDEX skip_transcriber ON skip (transcriber_id, id);

CREATE TABLE reading (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, idem TEXT NOT NULL UNIQUE,
    field_id INTEGER NOT NULL REFERENCES field (id), lane TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL,
    transcriber_id INTEGER REFERENCES transcriber (id), task_id INTEGER REFERENCES task (id), late INTEGER NOT NULL,
    confidence REAL, seconds REAL, flags TEXT NOT NULL, conditions TEXT NOT NULL, box TEXT, text_hash TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX reading_field ON reading (field_id, transcriber_id);
CREATE INDEX reading_transcriber ON reading (transcriber_id, number) WHERE transcriber_id IS NOT NULL;
CREATE INDEX reading_task ON reading (task_id) WHERE task_id IS NOT NULL;

CREATE TABLE reading_text (
    number INTEGER PRIMARY KEY REFERENCES reading (number), text TEXT, alternatives TEXT NOT NULL, shown TEXT,
    legible TEXT NOT NULL
) STRICT;

CREATE TABLE undo (number INTEGER PRIMARY KEY REFERENCES reading (number), at INTEGER NOT NULL) STRICT;

CREATE TABLE truth (
    id INTEGER PRIMARY KEY, field_id INTEGER NOT NULL REFERENCES field (id), origin TEXT NOT NULL, at INTEGER NOT NULL,
    withdrawn_at INTEGER
) STRICT;
CREATE INDEX truth_field ON truth (field_id);
CREATE INDEX truth_origin ON truth (origin, id) WHERE withdrawn_at IS NULL;
CREATE TABLE truth_text (id INTEGER PRIMARY KEY REFERENCES truth (id), text TEXT NOT NULL) STRICT;

CREATE TABLE parameters (version INTEGER PRIMARY KEY, content TEXT NOT NULL, at INTEGER NOT NULL) STRICT;

CREATE TABLE decision (
    id INTEGER PRIMARY KEY, field_id INTEGER NOT NULL REFERENCES field (id), version INTEGER NOT NULL,
    probability REAL NOT NULL, method TEXT NOT NULL, no_value TEXT, parameters INTEGER NOT NULL, readings TEXT NOT NULL,
    by_people INTEGER NOT NULL, text_hash TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (field_id, version)
) STRICT;
CREATE TABLE decision_text (
    id INTEGER PRIMARY KEY REFERENCES decision (id), value TEXT NOT NULL, text TEXT NOT NULL, evidence TEXT NOT NULL,
    proposal TEXT
) STRICT;

CREATE TABLE record (
    id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scan (id), version INTEGER NOT NULL, form TEXT NOT NULL,
    form_version INTEGER NOT NULL, at INTEGER NOT NULL, UNIQUE (scan_id, version)
) STRICT;
CREATE TABLE record_decision (
    record_id INTEGER NOT NULL REFERENCES record (id), place INTEGER NOT NULL,
    decision_id INTEGER NOT NULL REFERENCES decision (id), PRIMARY KEY (record_id, place)
) STRICT;
CREATE TABLE record_text (id INTEGER PRIMARY KEY REFERENCES record (id), exceptions TEXT NOT NULL) STRICT;

CREATE TABLE outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, scan_id INTEGER NOT NULL REFERENCES scan (id),
    record_id INTEGER REFERENCES record (id), at INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_scan ON outbox (scan_id);

CREATE TABLE sign_in_link (
    token_hash TEXT PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), until_at INTEGER NOT NULL,
    at INTEGER NOT NULL, spent_at INTEGER
) STRICT;
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), csrf TEXT NOT NULL,
    at INTEGER NOT NULL, seen_at INTEGER NOT NULL, until_at INTEGER NOT NULL
) STRICT;
CREATE INDEX session_transcriber ON session (transcriber_id);
CREATE TABLE password (
    transcriber_id INTEGER PRIMARY KEY REFERENCES transcriber (id), argon2 TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE api_token (
    id INTEGER PRIMARY KEY, prefix TEXT NOT NULL UNIQUE, token_hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    scopes TEXT NOT NULL, at INTEGER NOT NULL, until_at INTEGER, revoked_at INTEGER
) STRICT;

CREATE TABLE rate (
    id INTEGER PRIMARY KEY, form TEXT NOT NULL, per TEXT NOT NULL, micro INTEGER NOT NULL, currency TEXT NOT NULL,
    since INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX rate_form ON rate (form, per, since);
CREATE TABLE floor (
    id INTEGER PRIMARY KEY, micro INTEGER NOT NULL, currency TEXT NOT NULL, source TEXT NOT NULL,
    source_micro INTEGER, since INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX floor_since ON floor (since);
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY AUTOINCREMENT, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    kind TEXT NOT NULL, micro INTEGER NOT NULL, currency TEXT NOT NULL, seconds REAL NOT NULL, at INTEGER NOT NULL,
    reading INTEGER UNIQUE REFERENCES reading (number), task_id INTEGER REFERENCES task (id), reference TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_transcriber ON ledger (transcriber_id, number);
CREATE TABLE waiting_time (
    id INTEGER PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), seconds REAL NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_time_transcriber ON waiting_time (transcriber_id);
CREATE TABLE time_dispute (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    task_id INTEGER NOT NULL REFERENCES task (id), claimed REAL NOT NULL, words TEXT NOT NULL, at INTEGER NOT NULL,
    answered_at INTEGER, granted REAL, UNIQUE (transcriber_id, task_id)
) STRICT;

CREATE TABLE appeal (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, number INTEGER NOT NULL UNIQUE REFERENCES reading (number),
    field_id INTEGER NOT NULL REFERENCES field (id), transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    task_id INTEGER NOT NULL REFERENCES task (id), deadline INTEGER NOT NULL, at INTEGER NOT NULL,
    outcome TEXT, expert_id INTEGER REFERENCES transcriber (id), minority INTEGER NOT NULL, decided_at INTEGER
) STRICT;
CREATE INDEX appeal_undecided ON appeal (deadline) WHERE decided_at IS NULL;
CREATE INDEX appeal_field ON appeal (field_id);
CREATE INDEX appeal_transcriber ON appeal (transcriber_id);
CREATE TABLE appeal_text (id INTEGER PRIMARY KEY REFERENCES appeal (id), words TEXT NOT NULL) STRICT;

CREATE TABLE question (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, form TEXT NOT NULL, field TEXT NOT NULL,
    field_id INTEGER NOT NULL REFERENCES field (id), transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    at INTEGER NOT NULL, answered_at INTEGER, answered_by TEXT, answer TEXT
) STRICT;
CREATE INDEX question_field ON question (form, field);
CREATE INDEX question_transcriber ON question (transcriber_id);
CREATE TABLE question_text (id INTEGER PRIMARY KEY REFERENCES question (id), words TEXT NOT NULL) STRICT;

CREATE TABLE qualification_try (
    id INTEGER PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), name TEXT NOT NULL,
    asked INTEGER NOT NULL, right_answers INTEGER NOT NULL, passed INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX qualification_try_transcriber ON qualification_try (transcriber_id);

CREATE TABLE notice (
    id INTEGER PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), kind TEXT NOT NULL,
    field_id INTEGER REFERENCES field (id), at INTEGER NOT NULL, seen_at INTEGER
) STRICT;
CREATE INDEX notice_transcriber ON notice (transcriber_id);

CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) STRICT;

CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    subject TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
) STRICT;

-- A task as everybody sees it, with the names of what its numbers point at.
CREATE VIEW task_seen AS
SELECT t.*, s.sha256 AS scan, s.erased_at, f.name, f.row_number, p.public_id AS transcriber,
       CASE WHEN f.form = '' THEN s.form ELSE f.form END AS form,
       CASE WHEN f.form = '' THEN s.form_version ELSE f.form_version END AS form_version
FROM task t JOIN scan s ON s.id = t.scan_id JOIN field f ON f.id = t.field_id
LEFT JOIN transcriber p ON p.id = t.transcriber_id;

-- The fields of each scan under the form that it has now, and those that speak of the whole scan.
CREATE VIEW field_now AS
SELECT f.*, s.sha256 AS scan, s.batch, s.form AS scan_form, s.erased_at
FROM scan s JOIN field f ON f.scan_id = s.id
    AND ((f.form = s.form AND f.form_version = s.form_version) OR (f.form = '' AND f.form_version = 0 AND f.name = ''));

-- A reading with its words, where they are still there, and without those taken back.
CREATE VIEW reading_seen AS
SELECT r.*, x.text, x.alternatives, x.shown, x.legible, x.number IS NULL AS erased, f.scan_id, f.name, f.row_number, s.sha256 AS scan,
       t.public_id AS task
FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
LEFT JOIN reading_text x ON x.number = r.number LEFT JOIN task t ON t.id = r.task_id
WHERE NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number);

CREATE VIEW decision_seen AS
SELECT d.*, x.value, x.text, x.evidence, x.proposal, f.scan_id, f.name, f.row_number
FROM decision d JOIN field f ON f.id = d.field_id JOIN decision_text x ON x.id = d.id;
