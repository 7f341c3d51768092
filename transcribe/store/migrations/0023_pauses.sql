-- Since when an account is paused: when the pause ends, its time is taken off the clock, so that nothing later claims it.

ALTER TABLE transcriber ADD COLUMN paused_at INTEGER;
UPDATE transcriber SET paused_at = COALESCE(
    (SELECT MAX(a.at) FROM audit a WHERE a.subject = transcriber.public_id AND a.action = 'paused set'), at)
WHERE paused = 1;

-- Waiting that was paid, by day: it has a measure.
CREATE INDEX ledger_waiting ON ledger (transcriber_id, at) WHERE reference = 'waiting';
