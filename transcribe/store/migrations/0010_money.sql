-- Time that was paid, as stretches of each person's clock that never overlap: what a claim of seconds is cut to. The facts
-- are in the ledger; this only says what is taken. And looks into the ledger by what is paid once, or by measure a day.

CREATE TABLE paid_time (
    id INTEGER PRIMARY KEY, transcriber_id INTEGER NOT NULL REFERENCES transcriber (id), from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL
) STRICT;
CREATE INDEX paid_time_transcriber ON paid_time (transcriber_id, until_at);
CREATE INDEX ledger_skip ON ledger (task_id, transcriber_id) WHERE kind = 'time' AND task_id IS NOT NULL;
CREATE INDEX ledger_measured ON ledger (transcriber_id, reference, at) WHERE reference IN ('question', 'test');
