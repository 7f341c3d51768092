-- As in SQLite, whose tables lose a constraint only by being made anew.

ALTER TABLE time_dispute DROP CONSTRAINT time_dispute_transcriber_id_task_id_key;
CREATE INDEX time_dispute_task ON time_dispute (transcriber_id, task_id);
