-- Work of all batches together, so that the page of a whole home reads some thousand rows however many batches there are.

CREATE TABLE work_in_all (
    what TEXT NOT NULL, at INTEGER NOT NULL, form TEXT NOT NULL, count INTEGER NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (what, at, form)
) STRICT, WITHOUT ROWID;
INSERT INTO work_in_all SELECT what, at, form, SUM(count), SUM(amount) FROM work_done GROUP BY what, at, form;
CREATE TRIGGER work_comes AFTER INSERT ON work_done BEGIN
    INSERT INTO work_in_all VALUES (NEW.what, NEW.at, NEW.form, NEW.count, NEW.amount)
    ON CONFLICT (what, at, form) DO UPDATE SET count = count + excluded.count, amount = amount + excluded.amount;
END;
CREATE TRIGGER work_grows AFTER UPDATE ON work_done BEGIN
    UPDATE work_in_all SET count = count + NEW.count - OLD.count, amount = amount + NEW.amount - OLD.amount
    WHERE what = NEW.what AND at = NEW.at AND form = NEW.form;
END;
DROP INDEX work_done_at;
