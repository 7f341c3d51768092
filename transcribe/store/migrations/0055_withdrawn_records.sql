-- Whether the records of a cancelled batch are withdrawn: programs that follow are told to drop them ('withdraw' in the
-- outbox), and none is published until the batch goes on.

ALTER TABLE batch ADD COLUMN withdrawn INTEGER NOT NULL DEFAULT 0;
