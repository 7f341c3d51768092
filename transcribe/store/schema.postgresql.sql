-- What PostgreSQL needs beside the tables: lists given as JSON, and numbers that a transaction takes in order.

CREATE FUNCTION json_texts(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT jsonb_array_elements_text(CAST(list AS JSONB))';
CREATE FUNCTION json_numbers(list TEXT) RETURNS TABLE (value BIGINT) LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT CAST(jsonb_array_elements_text(CAST(list AS JSONB)) AS BIGINT)';
CREATE FUNCTION json_people(list TEXT) RETURNS TABLE (value JSONB) LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT jsonb_array_elements(CAST(list AS JSONB))';

-- The last numbers of the log and of the outbox, which other events take theirs from. A sequence would leave gaps where a
-- transaction is rolled back, and would show numbers that are not written yet.
CREATE TABLE last_number (name TEXT PRIMARY KEY, seq BIGINT NOT NULL);
CREATE FUNCTION next_number(of_table TEXT) RETURNS BIGINT LANGUAGE sql VOLATILE
    AS 'INSERT INTO last_number AS l VALUES (of_table, 1)
        ON CONFLICT (name) DO UPDATE SET seq = l.seq + 1 RETURNING seq';
ALTER TABLE audit ALTER number DROP IDENTITY, ALTER number SET DEFAULT next_number('audit');
ALTER TABLE outbox ALTER number DROP IDENTITY, ALTER number SET DEFAULT next_number('outbox');

-- The version of the tables.
CREATE TABLE schema_version (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL);

-- What is never changed or deleted. Texts may go, and only of a scan that was erased; facts, pay and audit never.
CREATE FUNCTION reading_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER reading_stays BEFORE UPDATE ON reading FOR EACH ROW EXECUTE FUNCTION reading_stays();
CREATE FUNCTION reading_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER reading_kept BEFORE DELETE ON reading FOR EACH ROW EXECUTE FUNCTION reading_kept();
CREATE FUNCTION undo_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER undo_stays BEFORE UPDATE ON undo FOR EACH ROW EXECUTE FUNCTION undo_stays();
CREATE FUNCTION undo_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER undo_kept BEFORE DELETE ON undo FOR EACH ROW EXECUTE FUNCTION undo_kept();
CREATE FUNCTION decision_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'decisions are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER decision_stays BEFORE UPDATE ON decision FOR EACH ROW EXECUTE FUNCTION decision_stays();
CREATE FUNCTION decision_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'decisions are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER decision_kept BEFORE DELETE ON decision FOR EACH ROW EXECUTE FUNCTION decision_kept();
CREATE FUNCTION parameters_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'parameters are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER parameters_stay BEFORE UPDATE ON parameters FOR EACH ROW EXECUTE FUNCTION parameters_stay();
CREATE FUNCTION parameters_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'parameters are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER parameters_kept BEFORE DELETE ON parameters FOR EACH ROW EXECUTE FUNCTION parameters_kept();
CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER ledger_stays BEFORE UPDATE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_stays();
CREATE FUNCTION ledger_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER ledger_kept BEFORE DELETE ON ledger FOR EACH ROW EXECUTE FUNCTION ledger_kept();
CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays();
CREATE FUNCTION audit_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_kept();
CREATE FUNCTION reading_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER reading_text_stays BEFORE UPDATE ON reading_text FOR EACH ROW EXECUTE FUNCTION reading_text_stays();
CREATE FUNCTION reading_text_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT s.erased_at FROM reading r JOIN field f ON f.id = r.field_id
        JOIN scan s ON s.id = f.scan_id WHERE r.number = OLD.number) IS NULL
    THEN RAISE EXCEPTION 'texts go only with forget' USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN OLD; END $$;
CREATE TRIGGER reading_text_kept BEFORE DELETE ON reading_text FOR EACH ROW EXECUTE FUNCTION reading_text_kept();
CREATE FUNCTION decision_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'decisions are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER decision_text_stays BEFORE UPDATE ON decision_text FOR EACH ROW EXECUTE FUNCTION decision_text_stays();
CREATE FUNCTION decision_text_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT s.erased_at FROM decision d JOIN field f ON f.id = d.field_id
        JOIN scan s ON s.id = f.scan_id WHERE d.id = OLD.id) IS NULL
    THEN RAISE EXCEPTION 'texts go only with forget' USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN OLD; END $$;
CREATE TRIGGER decision_text_kept BEFORE DELETE ON decision_text FOR EACH ROW EXECUTE FUNCTION decision_text_kept();
CREATE FUNCTION scan_stays_erased() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.erased_at IS NOT NULL
    THEN RAISE EXCEPTION 'a scan forgotten stays forgotten'
        USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN NEW; END $$;
CREATE TRIGGER scan_stays_erased BEFORE UPDATE OF erased_at ON scan FOR EACH ROW EXECUTE FUNCTION scan_stays_erased();
CREATE FUNCTION seal_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.hash <> ''
    THEN RAISE EXCEPTION 'seals are append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN NEW; END $$;
CREATE TRIGGER seal_stays BEFORE UPDATE ON seal FOR EACH ROW EXECUTE FUNCTION seal_stays();
CREATE FUNCTION seal_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'seals are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER seal_kept BEFORE DELETE ON seal FOR EACH ROW EXECUTE FUNCTION seal_kept();
CREATE FUNCTION withdrawal_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER withdrawal_stays BEFORE UPDATE ON withdrawal FOR EACH ROW EXECUTE FUNCTION withdrawal_stays();
CREATE FUNCTION withdrawal_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER withdrawal_kept BEFORE DELETE ON withdrawal FOR EACH ROW EXECUTE FUNCTION withdrawal_kept();
CREATE FUNCTION erasure_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'erasures are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER erasure_stays BEFORE UPDATE ON erasure FOR EACH ROW EXECUTE FUNCTION erasure_stays();
CREATE FUNCTION erasure_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'erasures are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER erasure_kept BEFORE DELETE ON erasure FOR EACH ROW EXECUTE FUNCTION erasure_kept();
CREATE FUNCTION sealed_fact_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF OLD.digest <> ''
    THEN RAISE EXCEPTION 'seals are append-only' USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN NEW; END $$;
CREATE TRIGGER sealed_fact_stays BEFORE UPDATE ON sealed_fact FOR EACH ROW EXECUTE FUNCTION sealed_fact_stays();
CREATE FUNCTION sealed_fact_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'seals are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER sealed_fact_kept BEFORE DELETE ON sealed_fact FOR EACH ROW EXECUTE FUNCTION sealed_fact_kept();
CREATE FUNCTION learning_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'learning is append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER learning_stays BEFORE UPDATE ON learning FOR EACH ROW EXECUTE FUNCTION learning_stays();
CREATE FUNCTION learning_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'learning is append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER learning_kept BEFORE DELETE ON learning FOR EACH ROW EXECUTE FUNCTION learning_kept();
CREATE FUNCTION act_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'acts are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER act_stays BEFORE UPDATE ON act FOR EACH ROW EXECUTE FUNCTION act_stays();
CREATE FUNCTION act_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'acts are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER act_kept BEFORE DELETE ON act FOR EACH ROW EXECUTE FUNCTION act_kept();
CREATE FUNCTION act_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'acts are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER act_text_stays BEFORE UPDATE ON act_text FOR EACH ROW EXECUTE FUNCTION act_text_stays();
CREATE FUNCTION rereading_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER rereading_stays BEFORE UPDATE ON rereading FOR EACH ROW EXECUTE FUNCTION rereading_stays();
CREATE FUNCTION rereading_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER rereading_kept BEFORE DELETE ON rereading FOR EACH ROW EXECUTE FUNCTION rereading_kept();
CREATE FUNCTION reading_aside_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER reading_aside_stays BEFORE UPDATE ON reading_aside FOR EACH ROW EXECUTE FUNCTION reading_aside_stays();
CREATE FUNCTION reading_aside_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'readings are append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER reading_aside_kept BEFORE DELETE ON reading_aside FOR EACH ROW EXECUTE FUNCTION reading_aside_kept();
CREATE FUNCTION carried_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'what was carried is append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN NEW; END $$;
CREATE TRIGGER carried_stays BEFORE UPDATE ON carried FOR EACH ROW EXECUTE FUNCTION carried_stays();
CREATE FUNCTION carried_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'what was carried is append-only' USING ERRCODE = 'integrity_constraint_violation'; RETURN OLD; END $$;
CREATE TRIGGER carried_kept BEFORE DELETE ON carried FOR EACH ROW EXECUTE FUNCTION carried_kept();
CREATE FUNCTION act_text_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF (SELECT s.erased_at FROM act a
        JOIN scan s ON s.id = a.scan_id WHERE a.id = OLD.id) IS NULL
        AND (SELECT p.left_at FROM act a JOIN transcriber p ON p.id = a.transcriber_id WHERE a.id = OLD.id) IS NULL
    THEN RAISE EXCEPTION 'texts go only with forget, or with the person'
        USING ERRCODE = 'integrity_constraint_violation'; END IF;
    RETURN OLD; END $$;
CREATE TRIGGER act_text_kept BEFORE DELETE ON act_text FOR EACH ROW EXECUTE FUNCTION act_text_kept();

-- What is to be summed up again, and what is added up at once.
CREATE FUNCTION scan_comes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO scan_changed VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NEW; END $$;
CREATE TRIGGER scan_comes AFTER INSERT ON scan FOR EACH ROW EXECUTE FUNCTION scan_comes();
CREATE FUNCTION scan_changes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO scan_changed VALUES (NEW.id) ON CONFLICT DO NOTHING; RETURN NEW; END $$;
CREATE TRIGGER scan_changes AFTER UPDATE OF form, form_version, batch, cursor, wakes_done, recorded_at, erased_at
    ON scan FOR EACH ROW EXECUTE FUNCTION scan_changes();
CREATE FUNCTION task_opens() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO scan_changed VALUES (NEW.scan_id) ON CONFLICT DO NOTHING; RETURN NEW; END $$;
CREATE TRIGGER task_opens AFTER INSERT ON task FOR EACH ROW EXECUTE FUNCTION task_opens();
CREATE FUNCTION task_ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO scan_changed VALUES (NEW.scan_id) ON CONFLICT DO NOTHING; RETURN NEW; END $$;
CREATE TRIGGER task_ends AFTER UPDATE OF closed_at, withdrawn_at ON task FOR EACH ROW EXECUTE FUNCTION task_ends();
CREATE FUNCTION scan_is_steered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF NEW.scan_id IS NOT NULL
    THEN INSERT INTO scan_changed VALUES (NEW.scan_id) ON CONFLICT DO NOTHING; END IF;
    RETURN NEW; END $$;
CREATE TRIGGER scan_is_steered AFTER INSERT ON act FOR EACH ROW EXECUTE FUNCTION scan_is_steered();
CREATE FUNCTION work_comes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO work_in_all VALUES (NEW.what, NEW.at, NEW.form, NEW.count, NEW.amount)
    ON CONFLICT (what, at, form) DO UPDATE SET count = work_in_all.count + excluded.count,
        amount = work_in_all.amount + excluded.amount;
    RETURN NEW; END $$;
CREATE TRIGGER work_comes AFTER INSERT ON work_done FOR EACH ROW EXECUTE FUNCTION work_comes();
CREATE FUNCTION work_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE work_in_all SET count = count + NEW.count - OLD.count, amount = amount + NEW.amount - OLD.amount
    WHERE what = NEW.what AND at = NEW.at AND form = NEW.form;
    RETURN NEW; END $$;
CREATE TRIGGER work_grows AFTER UPDATE ON work_done FOR EACH ROW EXECUTE FUNCTION work_grows();
CREATE FUNCTION work_comes_to_batch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO work_in_batch VALUES (NEW.batch, NEW.form, NEW.what, NEW.count, NEW.amount)
    ON CONFLICT (batch, form, what) DO UPDATE SET count = work_in_batch.count + excluded.count,
        amount = work_in_batch.amount + excluded.amount;
    RETURN NEW; END $$;
CREATE TRIGGER work_comes_to_batch AFTER INSERT ON work_done FOR EACH ROW EXECUTE FUNCTION work_comes_to_batch();
CREATE FUNCTION work_on_batch_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE work_in_batch SET count = count + NEW.count - OLD.count, amount = amount + NEW.amount - OLD.amount
    WHERE batch = NEW.batch AND form = NEW.form AND what = NEW.what;
    RETURN NEW; END $$;
CREATE TRIGGER work_on_batch_grows AFTER UPDATE ON work_done FOR EACH ROW EXECUTE FUNCTION work_on_batch_grows();

-- How PostgreSQL stores the tables whose rows change often. Dead rows are cleared away after one in a hundred and without
-- pauses, and a row that changes finds room on its own page: the values of PgQueuer, a queue on PostgreSQL.

ALTER TABLE task SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 10000,
    autovacuum_vacuum_cost_delay = 0, fillfactor = 70);
ALTER TABLE scan SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 10000,
    autovacuum_vacuum_cost_delay = 0, fillfactor = 70);
ALTER TABLE to_read SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0, fillfactor = 70);
ALTER TABLE session SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 70);
ALTER TABLE delivery SET (autovacuum_vacuum_scale_factor = 0.01, fillfactor = 70);
ALTER TABLE scan_changed SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE last_number SET (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 1000, fillfactor = 10);

-- What a new state begins with.
INSERT INTO lineage (id, key_mark, erasures_size, home)
    VALUES (1, '', -1, substr(md5(CAST(gen_random_uuid() AS TEXT)), 1, 16));
