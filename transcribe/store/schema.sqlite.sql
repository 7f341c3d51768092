-- What is never changed or deleted. Texts may go, and only of a scan that was erased; facts, pay and audit never.
-- `fairhand doctor` compares these triggers by their text.
CREATE TRIGGER reading_stays BEFORE UPDATE ON reading BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER reading_kept BEFORE DELETE ON reading BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER undo_stays BEFORE UPDATE ON undo BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER undo_kept BEFORE DELETE ON undo BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decision_kept BEFORE DELETE ON decision BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER parameters_stay BEFORE UPDATE ON parameters BEGIN SELECT RAISE(ABORT, 'parameters are append-only'); END;
CREATE TRIGGER parameters_kept BEFORE DELETE ON parameters BEGIN SELECT RAISE(ABORT, 'parameters are append-only'); END;
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_kept BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER reading_text_stays BEFORE UPDATE ON reading_text
    BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER reading_text_kept BEFORE DELETE ON reading_text
    WHEN (SELECT s.erased_at FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
          WHERE r.number = OLD.number) IS NULL
    BEGIN SELECT RAISE(ABORT, 'texts go only with forget'); END;
CREATE TRIGGER decision_text_stays BEFORE UPDATE ON decision_text
    BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decision_text_kept BEFORE DELETE ON decision_text
    WHEN (SELECT s.erased_at FROM decision d JOIN field f ON f.id = d.field_id JOIN scan s ON s.id = f.scan_id
          WHERE d.id = OLD.id) IS NULL
    BEGIN SELECT RAISE(ABORT, 'texts go only with forget'); END;
CREATE TRIGGER scan_stays_erased BEFORE UPDATE OF erased_at ON scan WHEN OLD.erased_at IS NOT NULL
    BEGIN SELECT RAISE(ABORT, 'a scan forgotten stays forgotten'); END;
CREATE TRIGGER seal_stays BEFORE UPDATE ON seal WHEN OLD.hash <> '' BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
CREATE TRIGGER seal_kept BEFORE DELETE ON seal BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
CREATE TRIGGER withdrawal_stays BEFORE UPDATE ON withdrawal BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER withdrawal_kept BEFORE DELETE ON withdrawal BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER erasure_stays BEFORE UPDATE ON erasure BEGIN SELECT RAISE(ABORT, 'erasures are append-only'); END;
CREATE TRIGGER erasure_kept BEFORE DELETE ON erasure BEGIN SELECT RAISE(ABORT, 'erasures are append-only'); END;
CREATE TRIGGER sealed_fact_stays BEFORE UPDATE ON sealed_fact WHEN OLD.digest <> ''
    BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
CREATE TRIGGER sealed_fact_kept BEFORE DELETE ON sealed_fact BEGIN SELECT RAISE(ABORT, 'seals are append-only'); END;
CREATE TRIGGER learning_stays BEFORE UPDATE ON learning BEGIN SELECT RAISE(ABORT, 'learning is append-only'); END;
CREATE TRIGGER learning_kept BEFORE DELETE ON learning BEGIN SELECT RAISE(ABORT, 'learning is append-only'); END;
CREATE TRIGGER act_stays BEFORE UPDATE ON act BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END;
CREATE TRIGGER act_kept BEFORE DELETE ON act BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END;
CREATE TRIGGER act_text_stays BEFORE UPDATE ON act_text BEGIN SELECT RAISE(ABORT, 'acts are append-only'); END;
CREATE TRIGGER rereading_stays BEFORE UPDATE ON rereading BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER rereading_kept BEFORE DELETE ON rereading BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER reading_aside_stays BEFORE UPDATE ON reading_aside BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER reading_aside_kept BEFORE DELETE ON reading_aside BEGIN SELECT RAISE(ABORT, 'readings are append-only'); END;
CREATE TRIGGER carried_stays BEFORE UPDATE ON carried BEGIN SELECT RAISE(ABORT, 'what was carried is append-only'); END;
CREATE TRIGGER carried_kept BEFORE DELETE ON carried BEGIN SELECT RAISE(ABORT, 'what was carried is append-only'); END;
CREATE TRIGGER act_text_kept BEFORE DELETE ON act_text
    WHEN (SELECT s.erased_at FROM act a JOIN scan s ON s.id = a.scan_id WHERE a.id = OLD.id) IS NULL
        AND (SELECT p.left_at FROM act a JOIN transcriber p ON p.id = a.transcriber_id WHERE a.id = OLD.id) IS NULL
    BEGIN SELECT RAISE(ABORT, 'texts go only with forget, or with the person'); END;

-- What is to be summed up again, and what is added up at once.
CREATE TRIGGER scan_comes AFTER INSERT ON scan
    BEGIN INSERT INTO scan_changed VALUES (NEW.id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER scan_changes AFTER UPDATE OF form, form_version, batch, cursor, wakes_done, recorded_at, erased_at ON scan
    BEGIN INSERT INTO scan_changed VALUES (NEW.id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER task_opens AFTER INSERT ON task
    BEGIN INSERT INTO scan_changed VALUES (NEW.scan_id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER task_ends AFTER UPDATE OF closed_at, withdrawn_at ON task
    BEGIN INSERT INTO scan_changed VALUES (NEW.scan_id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER scan_is_steered AFTER INSERT ON act WHEN NEW.scan_id IS NOT NULL
    BEGIN INSERT INTO scan_changed VALUES (NEW.scan_id) ON CONFLICT DO NOTHING; END;
CREATE TRIGGER work_comes AFTER INSERT ON work_done BEGIN
    INSERT INTO work_in_all VALUES (NEW.what, NEW.at, NEW.form, NEW.count, NEW.amount)
    ON CONFLICT (what, at, form) DO UPDATE SET count = count + excluded.count, amount = amount + excluded.amount;
END;
CREATE TRIGGER work_grows AFTER UPDATE ON work_done BEGIN
    UPDATE work_in_all SET count = count + NEW.count - OLD.count, amount = amount + NEW.amount - OLD.amount
    WHERE what = NEW.what AND at = NEW.at AND form = NEW.form;
END;
CREATE TRIGGER work_comes_to_batch AFTER INSERT ON work_done BEGIN
    INSERT INTO work_in_batch VALUES (NEW.batch, NEW.form, NEW.what, NEW.count, NEW.amount)
    ON CONFLICT (batch, form, what) DO UPDATE SET count = count + excluded.count, amount = amount + excluded.amount;
END;
CREATE TRIGGER work_on_batch_grows AFTER UPDATE ON work_done BEGIN
    UPDATE work_in_batch SET count = count + NEW.count - OLD.count, amount = amount + NEW.amount - OLD.amount
    WHERE batch = NEW.batch AND form = NEW.form AND what = NEW.what;
END;

-- What a new state begins with.
INSERT INTO lineage (id, key_mark, erasures_size, home) VALUES (1, '', -1, lower(hex(randomblob(8))));
