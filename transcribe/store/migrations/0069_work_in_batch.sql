-- Work on each batch in all, so that what batches cost is read off however long people worked on them; and the course of a
-- batch found by state, so that a page looks at the times that it draws and no others.

CREATE TABLE work_in_batch (
    batch TEXT NOT NULL, form TEXT NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (batch, form, what)
) STRICT, WITHOUT ROWID;
INSERT INTO work_in_batch SELECT batch, form, what, SUM(count), SUM(amount) FROM work_done GROUP BY batch, form, what;
CREATE TRIGGER work_comes_to_batch AFTER INSERT ON work_done BEGIN
    INSERT INTO work_in_batch VALUES (NEW.batch, NEW.form, NEW.what, NEW.count, NEW.amount)
    ON CONFLICT (batch, form, what) DO UPDATE SET count = count + excluded.count, amount = amount + excluded.amount;
END;
CREATE TRIGGER work_on_batch_grows AFTER UPDATE ON work_done BEGIN
    UPDATE work_in_batch SET count = count + NEW.count - OLD.count, amount = amount + NEW.amount - OLD.amount
    WHERE batch = NEW.batch AND form = NEW.form AND what = NEW.what;
END;
CREATE INDEX batch_course_state ON batch_course (batch, state, at);
