-- Time of appeals, contested clocks and explanations counts in the measure of a day, as skips and questions do.

DROP INDEX ledger_beside;
CREATE INDEX ledger_beside ON ledger (transcriber_id, at)
    WHERE kind = 'time' AND reference IN ('skip', 'question', 'test', 'appeal', 'dispute', 'explanation');
