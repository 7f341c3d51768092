-- What is never changed or deleted. Texts may go, and only of a scan that was erased; facts, pay and audit never.

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
