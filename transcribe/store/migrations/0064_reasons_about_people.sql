-- Why an operator did something to a person (paused, readings set aside) is erased when that person leaves.

CREATE INDEX act_person ON act (transcriber_id) WHERE transcriber_id IS NOT NULL;
DROP TRIGGER act_text_kept;
CREATE TRIGGER act_text_kept BEFORE DELETE ON act_text
    WHEN (SELECT s.erased_at FROM act a JOIN scan s ON s.id = a.scan_id WHERE a.id = OLD.id) IS NULL
        AND (SELECT p.left_at FROM act a JOIN transcriber p ON p.id = a.transcriber_id WHERE a.id = OLD.id) IS NULL
    BEGIN SELECT RAISE(ABORT, 'texts go only with forget, or with the person'); END;
