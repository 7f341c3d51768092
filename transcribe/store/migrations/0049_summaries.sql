-- Summaries for the pages of operators, so that none of them reads the queue or the readings whole. Triggers note which
-- scans have changed; they are summed up again a few at a time, and what has come is added up by quarters of an hour.

CREATE TABLE scan_changed (scan_id INTEGER PRIMARY KEY REFERENCES scan (id)) STRICT;
INSERT INTO scan_changed SELECT id FROM scan;
CREATE TRIGGER scan_comes AFTER INSERT ON scan
    BEGIN INSERT INTO scan_changed VALUES (NEW.id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER scan_changes AFTER UPDATE OF form, form_version, batch, cursor, wakes_done, recorded_at, erased_at ON scan
    BEGIN INSERT INTO scan_changed VALUES (NEW.id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER task_opens AFTER INSERT ON task
    BEGIN INSERT INTO scan_changed VALUES (NEW.scan_id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER task_ends AFTER UPDATE OF closed_at, withdrawn_at ON task
    BEGIN INSERT INTO scan_changed VALUES (NEW.scan_id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER scan_is_steered AFTER INSERT ON act WHEN NEW.scan_id IS NOT NULL
    BEGIN INSERT INTO scan_changed VALUES (NEW.scan_id) ON CONFLICT DO NOTHING; END;

-- `state`: how far a scan is, since when. `people_at`, `experts_at`: when the oldest question was asked that waits for them.
-- `counted`: what the scan adds to `scan_count` now, as JSON, to be taken away when it changes.
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
    batch TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (batch, at, state)
) STRICT, WITHOUT ROWID;

-- What was done in each quarter of an hour: how often, and how much of it (micro-units of money, milliseconds).
CREATE TABLE work_done (
    batch TEXT NOT NULL, at INTEGER NOT NULL, form TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL,
    amount INTEGER NOT NULL, PRIMARY KEY (batch, at, form, what)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_done_at ON work_done (at);

-- Up to which number each kind of fact is added up in `work_done`.
CREATE TABLE work_mark (kind TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;

-- The forms that an operator or auditor is limited to; no line: they see all.
CREATE TABLE person_form (
    transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), form TEXT NOT NULL, PRIMARY KEY (transcriber_id, form)
) STRICT, WITHOUT ROWID;
