-- The writing tradition whose readers stand alone with what they read: people of another one come to the task first.
-- The queue's index leads to the tasks of one mark ('' for most), so that choosing among them costs the same at any number.

ALTER TABLE task ADD COLUMN elsewhere TEXT NOT NULL DEFAULT '';
DROP INDEX task_open;
CREATE INDEX task_open ON task (pool, elsewhere, priority DESC, slot, id)
    WHERE closed_at IS NULL AND transcriber_id IS NULL;
