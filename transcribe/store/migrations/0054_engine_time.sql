-- How long engines worked on scans, so that what a record costs has the machines' part; payments and audits found by an
-- index; and top-ups summed up apart from what readings and time pay.

CREATE TABLE engine_time (
    id INTEGER PRIMARY KEY, scan_id INTEGER NOT NULL REFERENCES scan (id), engine TEXT NOT NULL, milliseconds INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX engine_time_scan ON engine_time (scan_id);
CREATE INDEX ledger_paid ON ledger (at) WHERE kind = 'paid';
CREATE INDEX task_audited ON task (scan_id) WHERE kind = 'audit' AND closed_at IS NOT NULL;

INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT '', l.at - l.at % 900000000, '', 'top-up ' || l.currency, COUNT(*), SUM(l.micro) FROM ledger l
WHERE l.kind = 'top-up' AND l.currency <> '' AND l.task_id IS NULL AND l.reading IS NULL
    AND l.number <= COALESCE((SELECT number FROM work_mark WHERE kind = 'ledger'), 0) GROUP BY 2, 4;
UPDATE work_done SET
    count = count - (SELECT t.count FROM work_done t WHERE t.batch = '' AND t.form = '' AND t.at = work_done.at
        AND t.what = 'top-up ' || substr(work_done.what, 5)),
    amount = amount - (SELECT t.amount FROM work_done t WHERE t.batch = '' AND t.form = '' AND t.at = work_done.at
        AND t.what = 'top-up ' || substr(work_done.what, 5))
WHERE batch = '' AND form = '' AND substr(what, 1, 4) = 'pay '
    AND EXISTS (SELECT 1 FROM work_done t WHERE t.batch = '' AND t.form = '' AND t.at = work_done.at
        AND t.what = 'top-up ' || substr(work_done.what, 5));
