-- The state: what came in, what was read, what is asked, what was decided, who works and what they are paid.
-- Times are integer microseconds since 1970 UTC; lists and maps are JSON text; row_number -1 means "not in a table".
-- Text that may be personal stands in tables named *_text, apart from the facts, so that it alone can be erased.
-- The same text is for SQLite and PostgreSQL; triggers stand in schema.sqlite.sql and schema.postgresql.sql.

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

-- `place`: where the file lay, as the SHA-256 of its path: one that is replaced there by a good one is not set aside
-- any more. Empty: nobody knows.
CREATE TABLE set_aside (
    file TEXT PRIMARY KEY REFERENCES source_file (sha256), error TEXT NOT NULL, message TEXT NOT NULL,
    batch TEXT NOT NULL, at INTEGER NOT NULL, place TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX set_aside_batch ON set_aside (batch, at);

-- `claimed_by`: the machine whose claim lasts until `claimed_until`. People name a scan by the file that it came in.
CREATE TABLE scan (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, form TEXT NOT NULL, form_version INTEGER NOT NULL,
    name TEXT NOT NULL, batch TEXT NOT NULL, received_at INTEGER NOT NULL, latest INTEGER NOT NULL DEFAULT 0,
    cursor INTEGER NOT NULL DEFAULT 0, wakes INTEGER NOT NULL DEFAULT 0, wakes_claimed INTEGER NOT NULL DEFAULT 0,
    wakes_done INTEGER NOT NULL DEFAULT 0, claimed_until INTEGER, recorded_at INTEGER, erased_at INTEGER,
    claimed_by TEXT
) STRICT;
CREATE INDEX scan_waiting ON scan (id) WHERE latest > cursor OR wakes > wakes_done;
CREATE INDEX scan_received ON scan (received_at);
CREATE INDEX scan_batch ON scan (batch);
CREATE INDEX scan_name ON scan (name) WHERE name <> '';

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
    id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scan (id), form TEXT NOT NULL,
    form_version INTEGER NOT NULL, name TEXT NOT NULL, row_number INTEGER NOT NULL,
    UNIQUE (scan_id, form, form_version, name, row_number)
) STRICT;

-- Where a field stands. `snippet`: its picture, "SHA-256.start.length" of one in a file of the archive; which files
-- are still needed is asked by the file. `frame`: numbers with commas between: its box, the writing, a letter's
-- height, and the top and foot of each line.
CREATE TABLE place (
    field_id INTEGER PRIMARY KEY REFERENCES field (id), page INTEGER NOT NULL, x0 INTEGER NOT NULL, y0 INTEGER NOT NULL,
    x1 INTEGER NOT NULL, y1 INTEGER NOT NULL, snippet TEXT, confidence REAL, frame TEXT
) STRICT;
CREATE INDEX place_snippet ON place (substr(snippet, 1, 64)) WHERE snippet IS NOT NULL;

-- `paused_at`: when the pause ends, its time is taken off the clock, so that nothing later claims it. `begun_at`: when
-- they answered what is said before the first task. `practice_left_at`: when they chose to work without practising.
-- `pause_reason`: why, as they are told. `zone_since`: what they did until then was brought up to the floor by the
-- days of the earlier time zone.
CREATE TABLE transcriber (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, handle TEXT NOT NULL UNIQUE, roles TEXT NOT NULL,
    languages TEXT NOT NULL, regions TEXT NOT NULL, qualifications TEXT NOT NULL, time_zone TEXT NOT NULL,
    engagement TEXT NOT NULL, interface_language TEXT NOT NULL, training INTEGER NOT NULL, paused INTEGER NOT NULL,
    at INTEGER NOT NULL, left_at INTEGER, paused_at INTEGER, begun_at INTEGER, practice_left_at INTEGER,
    pause_reason TEXT NOT NULL DEFAULT '', zone_since INTEGER
) STRICT;

-- Kinds of task in one lane ask for the same thing, so nobody works twice on one field in one lane. `elsewhere`: the
-- writing tradition whose readers stand alone with what they read ('' for most): people of another one come to the
-- task first. `passed` counts the people who have read or skipped the field in the task's lane, so that what nobody is
-- left for is found by an index. `resort`: why an expert has a task that others were meant to do. What only experts
-- may do waits in their pool, checks too.
CREATE TABLE task (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, field_id INTEGER NOT NULL REFERENCES field (id),
    scan_id INTEGER NOT NULL REFERENCES scan (id), form_field_id INTEGER NOT NULL, kind TEXT NOT NULL,
    lane TEXT NOT NULL, reason TEXT NOT NULL, slot INTEGER NOT NULL, pool TEXT NOT NULL, priority INTEGER NOT NULL,
    ease REAL NOT NULL, apart TEXT NOT NULL, opened_at INTEGER NOT NULL,
    transcriber_id INTEGER REFERENCES transcriber (id), leased_until INTEGER, withdrawn_at INTEGER, closed_at INTEGER,
    elsewhere TEXT NOT NULL DEFAULT '', passed INTEGER NOT NULL DEFAULT 0, resort TEXT NOT NULL DEFAULT '',
    UNIQUE (field_id, kind, slot)
) STRICT;
CREATE INDEX task_open_field ON task (form_field_id, pool, priority DESC, slot, id)
    WHERE closed_at IS NULL AND transcriber_id IS NULL;
CREATE INDEX task_apart ON task (scan_id, apart, field_id) WHERE apart <> '';
CREATE INDEX task_scan ON task (scan_id) WHERE closed_at IS NULL;
CREATE INDEX task_leased ON task (leased_until) WHERE closed_at IS NULL AND transcriber_id IS NOT NULL;
CREATE INDEX task_held ON task (transcriber_id) WHERE closed_at IS NULL AND transcriber_id IS NOT NULL;
CREATE INDEX task_open ON task (pool, elsewhere, priority DESC, slot, id)
    WHERE closed_at IS NULL AND transcriber_id IS NULL;
CREATE INDEX task_passed ON task (pool, passed) WHERE closed_at IS NULL AND transcriber_id IS NULL AND passed > 0;
CREATE INDEX task_audited ON task (scan_id) WHERE kind = 'audit' AND closed_at IS NOT NULL;

CREATE TABLE lease (
    id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES task (id),
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), from_at INTEGER NOT NULL, until_at INTEGER NOT NULL
) STRICT;
CREATE INDEX lease_task ON lease (task_id, transcriber_id);
CREATE INDEX lease_transcriber ON lease (transcriber_id, id);

CREATE TABLE skip (
    id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES task (id), field_id INTEGER NOT NULL,
    lane TEXT NOT NULL, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), reason TEXT NOT NULL, seconds REAL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX skip_field ON skip (field_id, transcriber_id);
CREATE INDEX skip_transcriber ON skip (transcriber_id, id);

-- `words_hash`: the keyed hash of all words of a reading: its alternatives and what was legible decide values too.
CREATE TABLE reading (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, idem TEXT NOT NULL UNIQUE,
    field_id INTEGER NOT NULL REFERENCES field (id), lane TEXT NOT NULL, source TEXT NOT NULL, kind TEXT NOT NULL,
    transcriber_id INTEGER REFERENCES transcriber (id), task_id INTEGER REFERENCES task (id), late INTEGER NOT NULL,
    confidence REAL, seconds REAL, flags TEXT NOT NULL, conditions TEXT NOT NULL, box TEXT, text_hash TEXT NOT NULL,
    at INTEGER NOT NULL, words_hash TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX reading_field ON reading (field_id, transcriber_id);
CREATE INDEX reading_transcriber ON reading (transcriber_id, number) WHERE transcriber_id IS NOT NULL;
CREATE INDEX reading_task ON reading (task_id) WHERE task_id IS NOT NULL;

-- `reason`: why an expert changed what they had read; it is erased with the words.
CREATE TABLE reading_text (
    number INTEGER PRIMARY KEY REFERENCES reading (number), text TEXT, alternatives TEXT NOT NULL, shown TEXT,
    legible TEXT NOT NULL, reason TEXT NOT NULL DEFAULT ''
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
    by_people INTEGER NOT NULL, text_hash TEXT NOT NULL, at INTEGER NOT NULL, words_hash TEXT NOT NULL DEFAULT '',
    UNIQUE (field_id, version)
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
    at INTEGER NOT NULL, spent_at INTEGER, revoked_at INTEGER
) STRICT;

-- `ended_at`: a pause ended it, and its browser is told so. `proved_at`: when its person last gave a password, a link
-- or a code; NULL: when it began. With `waits_for_code` the second factor is still asked for.
CREATE TABLE session (
    token_hash TEXT PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), csrf TEXT NOT NULL,
    at INTEGER NOT NULL, seen_at INTEGER NOT NULL, until_at INTEGER NOT NULL, ended_at INTEGER, proved_at INTEGER,
    waits_for_code INTEGER NOT NULL DEFAULT 0
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
    id INTEGER PRIMARY KEY, micro INTEGER NOT NULL, currency TEXT NOT NULL, source TEXT NOT NULL, source_micro INTEGER,
    since INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX floor_since ON floor (since);

-- Pay. Waiting, skips, questions, appeals, contested clocks and explanations have a measure by the day.
CREATE TABLE ledger (
    number INTEGER PRIMARY KEY AUTOINCREMENT, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    kind TEXT NOT NULL, micro INTEGER NOT NULL, currency TEXT NOT NULL, seconds REAL NOT NULL, at INTEGER NOT NULL,
    reading INTEGER UNIQUE REFERENCES reading (number), task_id INTEGER REFERENCES task (id), reference TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_transcriber ON ledger (transcriber_id, number);
CREATE INDEX ledger_skip ON ledger (task_id, transcriber_id) WHERE kind = 'time' AND task_id IS NOT NULL;
CREATE INDEX ledger_measured ON ledger (transcriber_id, reference, at) WHERE reference IN ('question', 'test');
CREATE INDEX ledger_waiting ON ledger (transcriber_id, at) WHERE reference = 'waiting';
CREATE INDEX ledger_beside ON ledger (transcriber_id, at)
    WHERE kind = 'time' AND reference IN ('skip', 'question', 'test', 'appeal', 'dispute', 'explanation');
CREATE INDEX ledger_paid ON ledger (at) WHERE kind = 'paid';

CREATE TABLE waiting_time (
    id INTEGER PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), seconds REAL NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX waiting_time_transcriber ON waiting_time (transcriber_id);

CREATE TABLE appeal (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, number INTEGER NOT NULL UNIQUE REFERENCES reading (number),
    field_id INTEGER NOT NULL REFERENCES field (id), transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    task_id INTEGER NOT NULL REFERENCES task (id), deadline INTEGER NOT NULL, at INTEGER NOT NULL, outcome TEXT,
    expert_id INTEGER REFERENCES transcriber (id), minority INTEGER NOT NULL, decided_at INTEGER
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
    subject TEXT NOT NULL, detail TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL,
    seal TEXT NOT NULL DEFAULT ''
) STRICT;

-- What work is expected, for people who find none.
CREATE TABLE expected_work (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, form TEXT NOT NULL, expected_at INTEGER NOT NULL,
    hours REAL NOT NULL, at INTEGER NOT NULL, ended_at INTEGER
) STRICT;

-- What a task shows in its box before anybody types, where the form allows it. It is personal text, so it stands
-- apart.
CREATE TABLE task_text (id INTEGER PRIMARY KEY REFERENCES task (id), prefill TEXT NOT NULL) STRICT;

-- By how many bits a person's reading of a type of field says more (or less) than anybody's: which of the open fields
-- they are given first. Found anew by each learning; those with nothing here are like most.
CREATE TABLE adds (
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), type TEXT NOT NULL, bits INTEGER NOT NULL,
    PRIMARY KEY (transcriber_id, type)
) STRICT, WITHOUT ROWID;

-- Each transaction that writes lines of pay, readings, decisions or facts ends with a seal. It has a keyed digest of
-- what was written, and vouches for the seal before it. The first one is signed when the home is opened, as only the
-- program has the key. A line of the audit log names the seal that was the last when it was written.
CREATE TABLE seal (
    number INTEGER PRIMARY KEY AUTOINCREMENT, ledger_from INTEGER NOT NULL, ledger_until INTEGER NOT NULL,
    reading_from INTEGER NOT NULL, reading_until INTEGER NOT NULL, decision_from INTEGER NOT NULL,
    decision_until INTEGER NOT NULL, ledger TEXT NOT NULL, reading TEXT NOT NULL, decision TEXT NOT NULL,
    hash TEXT NOT NULL, fact_from INTEGER NOT NULL DEFAULT 0, fact_until INTEGER NOT NULL DEFAULT 0,
    fact TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX seal_unsigned ON seal (number) WHERE hash = '';

-- Scans that could not be weighed, each with the error and what it depends on: it is tried again when one of these has
-- changed, or at `retry_at`. It is a state, not a fact: the row goes when the scan is weighed, or forgotten. Readings
-- that an operator took out of weighing, with who and why. The readings stay.
CREATE TABLE quarantine (
    scan_id INTEGER PRIMARY KEY REFERENCES scan (id), reading TEXT NOT NULL, error TEXT NOT NULL, message TEXT NOT NULL,
    program TEXT NOT NULL, latest INTEGER NOT NULL, wakes INTEGER NOT NULL, tries INTEGER NOT NULL,
    since INTEGER NOT NULL, at INTEGER NOT NULL, retry_at INTEGER
) STRICT;

-- Readings that an operator took out of weighing, with who and why. The readings stay.
CREATE TABLE withdrawal (
    number INTEGER PRIMARY KEY REFERENCES reading (number), by_whom TEXT NOT NULL, reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- The second factor of a person who has set one, in force from `confirmed_at` on. A code counts once: `last_step` is
-- the half minute of the last one. Of recovery codes only the SHA-256 is kept.
CREATE TABLE second_factor (
    transcriber_id INTEGER PRIMARY KEY REFERENCES transcriber (id), secret TEXT NOT NULL, at INTEGER NOT NULL,
    confirmed_at INTEGER, last_step INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE recovery_code (
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), code_hash TEXT NOT NULL, spent_at INTEGER,
    PRIMARY KEY (transcriber_id, code_hash)
) STRICT;

-- What ties a state to what lies beside it: a mark of its key, and how much of the list of erasures it has taken in.
-- `epoch`: since which number of the outbox it is what it is, as it was restored from a backup then; 0: never. `home`:
-- a random name that stays with it. `moved_to`: where the state was moved to; nothing is written here any more. Empty:
-- it is here.
CREATE TABLE lineage (
    id INTEGER PRIMARY KEY CHECK (id = 1), key_mark TEXT NOT NULL, erasures_size INTEGER NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0, home TEXT NOT NULL DEFAULT '', batches_seen INTEGER NOT NULL DEFAULT 0,
    moved_to TEXT NOT NULL DEFAULT ''
) STRICT;

-- The keyed hash of the id of a scan that was forgotten, also of scans that an older state never had.
CREATE TABLE erasure (keyed TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;

-- Scans that were forgotten and have pictures or words somewhere still.
CREATE TABLE unfinished_erasure (scan_id INTEGER PRIMARY KEY REFERENCES scan (id), at INTEGER NOT NULL) STRICT;

-- Facts that decide money or values beside pay, readings and decisions: whenever one is written or changed, a line
-- here has keyed digests of the fact and of its words. The last line of a fact is what it has to be. These lines are
-- sealed too.
CREATE TABLE sealed_fact (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, fact INTEGER NOT NULL, digest TEXT NOT NULL,
    words TEXT NOT NULL
) STRICT;

-- Time that was paid, as stretches of each person's clock that never overlap: what a claim of seconds is cut to. The
-- facts are in the ledger.
CREATE TABLE paid_time (
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), from_at INTEGER NOT NULL, until_at INTEGER NOT NULL,
    PRIMARY KEY (transcriber_id, from_at)
) STRICT, WITHOUT ROWID;

-- What became of each proposal of learning, and of going back to an earlier version: why, by whom, on how many truths.
-- version: in force since; made: whether that version came into force by this line; back_to: the version whose content
-- it has; seen: a digest of what was learnt from, so that without news nothing is learnt again.
CREATE TABLE learning (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, actor TEXT NOT NULL, verdict TEXT NOT NULL,
    version INTEGER NOT NULL REFERENCES parameters (version), made INTEGER NOT NULL,
    back_to INTEGER REFERENCES parameters (version), seen TEXT NOT NULL, numbers TEXT NOT NULL
) STRICT;

-- What operators do to mend and steer, with who did it; why stands in `act_text`. The audit log has a line of each
-- act, with the keyed hash of its words.
CREATE TABLE act (
    id INTEGER PRIMARY KEY, verb TEXT NOT NULL, by_whom TEXT NOT NULL, at INTEGER NOT NULL,
    scan_id INTEGER REFERENCES scan (id), field_id INTEGER REFERENCES field (id), batch TEXT,
    transcriber_id INTEGER REFERENCES transcriber (id), detail TEXT NOT NULL
) STRICT;
CREATE INDEX act_scan ON act (scan_id) WHERE scan_id IS NOT NULL;
CREATE INDEX act_batch ON act (batch) WHERE batch IS NOT NULL;
CREATE INDEX act_field ON act (field_id, id) WHERE field_id IS NOT NULL;
CREATE INDEX act_person ON act (transcriber_id) WHERE transcriber_id IS NOT NULL;
CREATE INDEX act_overridden ON act (at) WHERE verb = 'correction overridden';

CREATE TABLE act_text (id INTEGER PRIMARY KEY REFERENCES act (id), reason TEXT NOT NULL) STRICT;

-- Scans that were read again: what machines had read of one up to this number is history, and is weighed no more.
-- `retaken`: from another picture; what people could not read on the one before is history then too. `pages_from`,
-- `pages_to`: a hash of the list of pages where it was split or joined; '' where they stayed.
CREATE TABLE rereading (
    act_id INTEGER PRIMARY KEY REFERENCES act (id), scan_id INTEGER NOT NULL REFERENCES scan (id),
    up_to INTEGER NOT NULL, retaken INTEGER NOT NULL DEFAULT 0, pages_from TEXT NOT NULL DEFAULT '',
    pages_to TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX rereading_scan ON rereading (scan_id, up_to);

-- The SHA-256 of the pages that a scan came in, where a forgotten one came again or another picture took the place of
-- the first. The last one holds.
CREATE TABLE origin (
    id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scan (id), sha256 TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX origin_scan ON origin (scan_id);
CREATE INDEX origin_sha256 ON origin (sha256);

-- What operators say of a batch. It is a state: each change is an act. `level`: its rank among the batches, which is
-- part of the priority of its open tasks. `withdrawn`: its records are withdrawn until the batch goes on.
CREATE TABLE batch (
    name TEXT PRIMARY KEY, priority INTEGER NOT NULL DEFAULT 0, due_at INTEGER, note TEXT NOT NULL DEFAULT '',
    cancelled_at INTEGER, level INTEGER NOT NULL DEFAULT 0, withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Readings of a period of a person that an operator set aside, or took back into weighing: the last line of a reading
-- holds.
CREATE TABLE reading_aside (
    id INTEGER PRIMARY KEY, number INTEGER NOT NULL REFERENCES reading (number),
    act_id INTEGER NOT NULL REFERENCES act (id), aside INTEGER NOT NULL
) STRICT;
CREATE INDEX reading_aside_number ON reading_aside (number, id);
CREATE INDEX reading_aside_act ON reading_aside (act_id);

-- Of each page that lies on its form, the fingerprint of what was written on it.
CREATE TABLE page_print (
    scan_id INTEGER NOT NULL REFERENCES scan (id), number INTEGER NOT NULL, form TEXT NOT NULL, bits BLOB NOT NULL,
    PRIMARY KEY (scan_id, number)
) STRICT, WITHOUT ROWID;

-- Bands of a fingerprint's bits, by which pages that look alike are found. `slot`: form, page, which band, and its
-- bits.
CREATE TABLE print_band (
    slot INTEGER NOT NULL, scan_id INTEGER NOT NULL REFERENCES scan (id), PRIMARY KEY (slot, scan_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX print_band_scan ON print_band (scan_id);

-- The pairs of scans that may be the same order. `differing`: the share of bits that differ; `same_values`: the
-- probability that all identifying values are the same; NULL where they are not alike in this. `refuted`: their
-- identifying values surely are others. `settled`: what an operator said of the pair, '' while it is open.
-- `told_apart`: several other values differ, so they are two. `told`: programs were told that the pair is one.
CREATE TABLE duplicate (
    id INTEGER PRIMARY KEY, older INTEGER NOT NULL REFERENCES scan (id), newer INTEGER NOT NULL REFERENCES scan (id),
    differing REAL, same_values REAL, refuted INTEGER NOT NULL DEFAULT 0, policy TEXT NOT NULL,
    found_at INTEGER NOT NULL, settled TEXT NOT NULL DEFAULT '', told_apart INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0, UNIQUE (older, newer)
) STRICT;
CREATE INDEX duplicate_newer ON duplicate (newer);
CREATE INDEX duplicate_open ON duplicate (id) WHERE settled = '';

-- Of each field that identifies the order of a scan the keyed hash of its likeliest value, decided or not, and how
-- probable it is: two scans of which one such value surely is another are no pair, however alike they look.
CREATE TABLE identity_part (
    scan_id INTEGER NOT NULL REFERENCES scan (id), field TEXT NOT NULL, keyed TEXT NOT NULL, probability REAL NOT NULL,
    PRIMARY KEY (scan_id, field)
) STRICT, WITHOUT ROWID;

-- What is told besides records and erasures, which the outbox has. Its numbers are taken from those of the outbox, so
-- that all that is told has one order. `kind`: aside, duplicate, settled, batch, restored. No words that may be
-- personal.
CREATE TABLE event (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, scan_id INTEGER REFERENCES scan (id),
    other_id INTEGER REFERENCES scan (id), file TEXT NOT NULL, batch TEXT NOT NULL, note TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX event_scan ON event (scan_id) WHERE scan_id IS NOT NULL;

-- `position`: the number up to which everything is in the queue or was left out. `types` and `forms`: JSON lists;
-- empty: all. `off_because`: '' while it is sent to.
CREATE TABLE webhook (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL, types TEXT NOT NULL, forms TEXT NOT NULL,
    with_values INTEGER NOT NULL, private INTEGER NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL,
    off_because TEXT NOT NULL DEFAULT '', off_at INTEGER, failing_since INTEGER, delivered_at INTEGER
) STRICT;

-- Secrets are not kept: each is the keyed hash of its salt. `mark` tells whether the key is still the one it was made
-- with.
CREATE TABLE webhook_secret (
    salt TEXT PRIMARY KEY, webhook_id INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE, mark TEXT NOT NULL,
    at INTEGER NOT NULL, until_at INTEGER
) STRICT;
CREATE INDEX webhook_secret_of ON webhook_secret (webhook_id);

-- The queue of each webhook. A row names an event and holds no content: what is sent is made when it is sent. `state`:
-- waiting, delivered, dead (tried for days in vain), erased (its scan was forgotten before).
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY, webhook_id INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, message TEXT NOT NULL, type TEXT NOT NULL, scan_id INTEGER REFERENCES scan (id),
    state TEXT NOT NULL DEFAULT 'waiting', tries INTEGER NOT NULL DEFAULT 0, first_at INTEGER, next_at INTEGER NOT NULL,
    last_at INTEGER, status INTEGER, error TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL, UNIQUE (webhook_id, number)
) STRICT;
CREATE INDEX delivery_waiting ON delivery (webhook_id, number) WHERE state = 'waiting';
CREATE INDEX delivery_waiting_scan ON delivery (webhook_id, scan_id, number) WHERE state = 'waiting';
CREATE INDEX delivery_dead ON delivery (webhook_id, id) WHERE state = 'dead';
CREATE INDEX delivery_ended ON delivery (last_at) WHERE state <> 'waiting';
CREATE INDEX delivery_scan ON delivery (scan_id) WHERE scan_id IS NOT NULL;

-- Batches that were told to be finished, with so many scans; and the number up to which batches were looked at.
CREATE TABLE batch_told (name TEXT PRIMARY KEY, scans INTEGER NOT NULL, number INTEGER NOT NULL) STRICT;

-- What a request of a program was answered, so that one that is sent again does nothing twice. Neither words nor
-- values.
CREATE TABLE program_answer (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL, idem TEXT NOT NULL, request_hash TEXT NOT NULL, answer TEXT NOT NULL,
    at INTEGER NOT NULL, UNIQUE (token, idem)
) STRICT;
CREATE INDEX program_answer_at ON program_answer (at);

-- Examples in the guide of a field: the picture of one field, what is to be typed, and why. The texts go when the scan
-- is forgotten.
CREATE TABLE guide_example (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, field_id INTEGER NOT NULL REFERENCES field (id),
    kind TEXT NOT NULL CHECK (kind IN ('right', 'tricky')), shown_by TEXT NOT NULL, at INTEGER NOT NULL,
    withdrawn_at INTEGER
) STRICT;
CREATE INDEX guide_example_field ON guide_example (field_id);

CREATE TABLE guide_example_text (
    id INTEGER PRIMARY KEY REFERENCES guide_example (id), text TEXT NOT NULL, words TEXT NOT NULL
) STRICT;

-- Summaries for the pages of operators, so that none of them reads the queue or the readings whole. Triggers note
-- which scans have changed; they are summed up again a few at a time, and what has come is added up by quarters of an
-- hour.
CREATE TABLE scan_changed (scan_id INTEGER PRIMARY KEY REFERENCES scan (id)) STRICT;

-- `state`: how far a scan is, since when. `people_at`, `experts_at`: when the oldest question was asked that waits for
-- them. `counted`: what the scan adds to `scan_count` now, as JSON, to be taken away when it changes.
CREATE TABLE scan_summary (
    scan_id INTEGER PRIMARY KEY REFERENCES scan (id), batch TEXT NOT NULL, form TEXT NOT NULL, state TEXT NOT NULL,
    since INTEGER NOT NULL, people_at INTEGER, experts_at INTEGER, counted TEXT NOT NULL
) STRICT;
CREATE INDEX scan_summary_state ON scan_summary (state, scan_id);
CREATE INDEX scan_summary_since ON scan_summary (state, since);
CREATE INDEX scan_summary_batch ON scan_summary (batch, scan_id);
CREATE INDEX scan_summary_batch_state ON scan_summary (batch, state, scan_id);
CREATE INDEX scan_summary_form ON scan_summary (form, scan_id);
CREATE INDEX scan_summary_form_state ON scan_summary (form, state, scan_id);
CREATE INDEX scan_summary_people ON scan_summary (people_at) WHERE people_at IS NOT NULL;
CREATE INDEX scan_summary_experts ON scan_summary (experts_at) WHERE experts_at IS NOT NULL;

-- Why people are asked about a scan now.
CREATE TABLE scan_reason (
    reason TEXT NOT NULL, scan_id INTEGER NOT NULL REFERENCES scan (id), PRIMARY KEY (reason, scan_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX scan_reason_scan ON scan_reason (scan_id);

CREATE TABLE scan_count (
    batch TEXT NOT NULL, form TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (batch, form, what)
) STRICT, WITHOUT ROWID;

-- How many scans of a batch were in each state at the end of each quarter of an hour in which that changed.
CREATE TABLE batch_course (
    batch TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (batch, at, state)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_course_state ON batch_course (batch, state, at);

-- What was done in each quarter of an hour: how often, and how much of it (micro-units of money, milliseconds).
CREATE TABLE work_done (
    batch TEXT NOT NULL, at INTEGER NOT NULL, form TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL,
    amount INTEGER NOT NULL, PRIMARY KEY (batch, at, form, what)
) STRICT, WITHOUT ROWID;

-- Up to which number each kind of fact is added up in `work_done`.
CREATE TABLE work_mark (kind TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;

-- The forms that an operator or auditor is limited to; no line: they see all.
CREATE TABLE person_form (
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), form TEXT NOT NULL, PRIMARY KEY (transcriber_id, form)
) STRICT, WITHOUT ROWID;

-- Work of all batches together, so that the page of a whole home reads some thousand rows however many batches there
-- are.
CREATE TABLE work_in_all (
    what TEXT NOT NULL, at INTEGER NOT NULL, form TEXT NOT NULL, count INTEGER NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (what, at, form)
) STRICT, WITHOUT ROWID;

-- How long engines worked on scans: the machines' part of what a record costs.
CREATE TABLE engine_time (
    id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scan (id), engine TEXT NOT NULL,
    milliseconds INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX engine_time_scan ON engine_time (scan_id);

-- Scans that machines are to read. A worker claims some for a time, and renews the claim while it lives; `begun` is
-- how often one was begun. It is a state, not a fact: the row goes when the scan is read, set aside or forgotten.
CREATE TABLE to_read (
    scan_id INTEGER PRIMARY KEY REFERENCES scan (id), batch TEXT NOT NULL, put_at INTEGER NOT NULL, worker TEXT,
    claimed_until INTEGER, begun INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX to_read_next ON to_read (begun, scan_id);
CREATE INDEX to_read_batch ON to_read (batch, begun, scan_id);
CREATE INDEX to_read_worker ON to_read (worker) WHERE worker IS NOT NULL;

-- The records.db of each machine that works on this state, and how far it has been published there. A machine is a
-- home, by the name in its `state.machine`.
CREATE TABLE records_copy (
    machine TEXT PRIMARY KEY, place TEXT NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;

-- Nothing of a forgotten scan is left in the records.db of this machine.
CREATE TABLE erased_in_copy (
    scan_id INTEGER NOT NULL REFERENCES unfinished_erasure (scan_id) ON DELETE CASCADE, machine TEXT NOT NULL,
    PRIMARY KEY (scan_id, machine)
) STRICT;

-- Files that were sent to a machine and are not taken in yet.
CREATE TABLE arriving (
    sha256 TEXT NOT NULL, machine TEXT NOT NULL, form TEXT NOT NULL, batch TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (sha256, machine)
) STRICT;

-- How often somebody asked in a window of time; `what` is a keyed hash.
CREATE TABLE use_count (
    begun INTEGER NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (begun, what)
) STRICT;

-- Since when a person waits for work.
CREATE TABLE looked_in_vain (
    transcriber_id INTEGER PRIMARY KEY REFERENCES transcriber (id), at INTEGER NOT NULL
) STRICT;

-- What a closed period did not pay out and the next one does: what is less than the least amount of the currency, as a
-- part of a cent, or what is to be taken off. A line for each person and currency that had something due; the last one
-- holds. What was said then: the ledger alone says what is due.
CREATE TABLE carried (
    id INTEGER PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), reference TEXT NOT NULL,
    currency TEXT NOT NULL, micro INTEGER NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX carried_reference ON carried (reference);
CREATE INDEX carried_transcriber ON carried (transcriber_id, currency, id);

-- Scans that came again in another batch than their own: they are in no other batch, but its page says so.
CREATE TABLE known_again (
    batch TEXT NOT NULL, scan_id INTEGER NOT NULL REFERENCES scan (id), at INTEGER NOT NULL,
    PRIMARY KEY (batch, scan_id)
) STRICT, WITHOUT ROWID;

-- The same file may come under several names: its scan is found by each.
CREATE TABLE other_name (
    scan_id INTEGER NOT NULL REFERENCES scan (id), name TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (scan_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX other_name_name ON other_name (name, scan_id);

-- Work on each batch in all, so that what batches cost is read off however long people worked on them.
CREATE TABLE work_in_batch (
    batch TEXT NOT NULL, form TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (batch, form, what)
) STRICT, WITHOUT ROWID;

-- The keyed hash of what identifies an order: what stands on the paper and what it was corrected to may both.
CREATE TABLE identity (
    scan_id INTEGER NOT NULL REFERENCES scan (id), keyed TEXT NOT NULL, probability REAL NOT NULL,
    PRIMARY KEY (scan_id, keyed)
) STRICT, WITHOUT ROWID;
CREATE INDEX identity_keyed ON identity (keyed);

-- Time on a field above what is usual for its kind and length: kept, and paid when the person contests the clock and
-- an operator grants it. Its stretch of the person's clock is taken.
CREATE TABLE kept_time (
    id INTEGER PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    task_id INTEGER NOT NULL REFERENCES task (id), seconds REAL NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_time_transcriber ON kept_time (transcriber_id, task_id);

-- Contested clocks. Time on one task may be contested again, where more of it was kept since the last word about it.
CREATE TABLE time_dispute (
    id INTEGER PRIMARY KEY, public_id TEXT NOT NULL UNIQUE, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id),
    task_id INTEGER NOT NULL REFERENCES task (id), claimed REAL NOT NULL, words TEXT NOT NULL, at INTEGER NOT NULL,
    answered_at INTEGER, granted REAL, answered_by TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX time_dispute_task ON time_dispute (transcriber_id, task_id);

-- The fields of each scan under the form that it has now, and those that speak of the whole scan.
CREATE VIEW field_now AS
SELECT f.*, s.sha256 AS scan, s.batch, s.form AS scan_form, s.erased_at
FROM scan s JOIN field f ON f.scan_id = s.id
    AND ((f.form = s.form AND f.form_version = s.form_version) OR (f.form = '' AND f.form_version = 0 AND f.name = ''));

-- A reading with its words, where they are still there, and without those taken back.
CREATE VIEW reading_seen AS
SELECT r.*, x.text, x.alternatives, x.shown, x.legible, x.reason, x.number IS NULL AS erased, f.scan_id, f.name,
       f.row_number, s.sha256 AS scan, t.public_id AS task
FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
LEFT JOIN reading_text x ON x.number = r.number LEFT JOIN task t ON t.id = r.task_id
WHERE NOT EXISTS (SELECT 1 FROM undo u WHERE u.number = r.number);

CREATE VIEW decision_seen AS
SELECT d.*, x.value, x.text, x.evidence, x.proposal, f.scan_id, f.name, f.row_number
FROM decision d JOIN field f ON f.id = d.field_id JOIN decision_text x ON x.id = d.id;

-- A task as everybody sees it, with the names of what its numbers point at.
CREATE VIEW task_seen AS
SELECT t.*, x.prefill, s.sha256 AS scan, s.erased_at, f.name, f.row_number, p.public_id AS transcriber,
       CASE WHEN f.form = '' THEN s.form ELSE f.form END AS form,
       CASE WHEN f.form = '' THEN s.form_version ELSE f.form_version END AS form_version
FROM task t JOIN scan s ON s.id = t.scan_id JOIN field f ON f.id = t.field_id
LEFT JOIN task_text x ON x.id = t.id
LEFT JOIN transcriber p ON p.id = t.transcriber_id;

CREATE VIEW event_seen AS
SELECT number, kind, scan_id, NULL AS other_id, '' AS file, '' AS batch, '' AS note, at, record_id FROM outbox
UNION ALL SELECT number, kind, scan_id, other_id, file, batch, note, at, NULL AS record_id FROM event;

-- The first seal of a new state, which is signed when it is opened.
INSERT INTO seal (ledger_from, ledger_until, reading_from, reading_until, decision_from, decision_until, ledger, reading,
    decision, hash, fact_from, fact_until) VALUES (1, 0, 1, 0, 1, 0, '', '', '', '', 1, 0);
