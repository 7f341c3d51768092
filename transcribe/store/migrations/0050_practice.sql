-- When a person chose to work without practising first. They may practise all the same when they ask for it.

ALTER TABLE transcriber ADD COLUMN practice_left_at INTEGER;
