-- Skips and questions that were paid, by day: to those paid by the piece so many minutes of them are.

CREATE INDEX ledger_beside ON ledger (transcriber_id, at) WHERE kind = 'time' AND reference IN ('skip', 'question', 'test');
