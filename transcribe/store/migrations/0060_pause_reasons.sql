-- Why an operator paused an account, as its person is told; '' where no reason was given, and where it is not paused.

ALTER TABLE transcriber ADD COLUMN pause_reason TEXT NOT NULL DEFAULT '';
