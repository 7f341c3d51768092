-- name: put_rate<!
INSERT INTO rate (form, per, micro, currency, since, at) VALUES (:form, :per, :micro, :currency, :since, :now);

-- name: rates_of_form
-- Prices of a form, the latest first, then those of every form. No moment is asked for: a transaction reads them once.
SELECT * FROM rate WHERE form IN (:form, '') ORDER BY form DESC, since DESC, id DESC;

-- name: put_floor<!
INSERT INTO floor (micro, currency, source, source_micro, since, at)
VALUES (:micro, :currency, :source, :source_micro, :since, :now);

-- name: floors_latest_first
-- The latest first.
SELECT * FROM floor ORDER BY since DESC, id DESC;

-- name: put_ledger!
INSERT INTO ledger (transcriber_id, kind, micro, currency, seconds, at, reading, task_id, reference)
VALUES (:person, :kind, :micro, :currency, :seconds, :now, :reading, :task_id, :reference);

-- name: part_ledger!
l.*, p.public_id AS transcriber, r.id AS reading_id, t.public_id AS task FROM ledger l
JOIN transcriber p ON p.id = l.transcriber_id LEFT JOIN reading r ON r.number = l.reading
LEFT JOIN task t ON t.id = l.task_id

-- name: ledger
SELECT {part_ledger} WHERE l.number > :after ORDER BY l.number;

-- name: ledger_of_person
SELECT {part_ledger} WHERE l.transcriber_id = :person AND l.number > :after ORDER BY l.number;

-- name: last_ledger_line
SELECT l.*, p.public_id AS transcriber, r.id AS reading_id, t.public_id AS task FROM ledger l
JOIN transcriber p ON p.id = l.transcriber_id LEFT JOIN reading r ON r.number = l.reading
LEFT JOIN task t ON t.id = l.task_id WHERE l.number = (SELECT MAX(number) FROM ledger);

-- name: floors
SELECT micro, currency, since FROM floor ORDER BY since, id;

-- name: due
SELECT currency, SUM(micro) AS due FROM ledger
WHERE transcriber_id = :person AND (at <= :until OR kind IN ('paid', 'rounding', 'top-up')) GROUP BY currency;

-- name: due_before
-- What was earned before :until and is not paid out. A top-up is written later than the day that it is of.
SELECT currency, SUM(micro) AS due FROM ledger
WHERE transcriber_id = :person AND (at < :until OR kind IN ('paid', 'rounding')) GROUP BY currency;

-- name: put_carried!
INSERT INTO carried (transcriber_id, reference, currency, micro, at) VALUES (:person, :reference, :currency, :micro, :now);

-- name: carried_of_person
SELECT currency, micro FROM carried WHERE id IN (
    SELECT MAX(id) FROM carried WHERE transcriber_id = :person GROUP BY currency);

-- name: carried_of
SELECT p.public_id AS transcriber, c.reference, c.currency, c.micro, c.at
FROM carried c JOIN transcriber p ON p.id = c.transcriber_id WHERE c.id IN (
    SELECT MAX(id) FROM carried WHERE reference = :reference GROUP BY transcriber_id, currency) ORDER BY c.id;

-- name: carried_for
SELECT p.public_id AS transcriber, c.reference, c.currency, c.micro, c.at
FROM carried c JOIN transcriber p ON p.id = c.transcriber_id WHERE c.transcriber_id = :person ORDER BY c.id;

-- name: put_waiting!
INSERT INTO waiting_time (transcriber_id, seconds, at) VALUES (:person, :seconds, :now);

-- name: waiting_seconds^
SELECT COALESCE(SUM(seconds), 0.0) FROM waiting_time WHERE transcriber_id = :person;

-- name: pay_sums
SELECT currency, SUM(micro) AS due, -SUM(CASE WHEN kind = 'paid' THEN micro ELSE 0 END) AS paid, SUM(seconds) AS seconds,
    COUNT(*) FILTER (WHERE kind = 'reading') AS readings
FROM ledger WHERE transcriber_id = :person GROUP BY currency ORDER BY currency;

-- name: work_by_month
SELECT p.public_id AS transcriber, strftime('%Y-%m', l.at / 1000000, 'unixepoch') AS month, l.currency,
    SUM(l.seconds) AS seconds, SUM(l.micro) AS micro
FROM ledger l JOIN transcriber p ON p.id = l.transcriber_id
WHERE l.kind <> 'paid' AND l.at < :before GROUP BY l.transcriber_id, month, l.currency ORDER BY month, l.currency;

-- name: pace^
-- Without what somebody sent at once in less than :least seconds each.
SELECT COALESCE(SUM(sent.readings), 0) AS readings, COALESCE(SUM(sent.seconds), 0.0) AS seconds FROM (
    SELECT COUNT(*) AS readings, SUM(l.seconds) AS seconds FROM ledger l
    JOIN reading r ON r.number = l.reading JOIN field f ON f.id = r.field_id WHERE f.form = :form
    GROUP BY l.transcriber_id, l.at HAVING SUM(l.seconds) >= :least * COUNT(*)) AS sent;

-- name: paid_time
SELECT from_at, until_at FROM paid_time WHERE transcriber_id = :person AND from_at >= COALESCE(
    (SELECT MAX(from_at) FROM paid_time WHERE transcriber_id = :person AND from_at <= :begin), 0) ORDER BY from_at;

-- name: paid_time_of_task
-- As paid_time, since the first lease that the person had of a task.
SELECT from_at, until_at FROM paid_time WHERE transcriber_id = :person AND from_at >= COALESCE(
    (SELECT MAX(from_at) FROM paid_time WHERE transcriber_id = :person AND from_at <= (
        SELECT MIN(l.from_at) FROM lease l JOIN task t ON t.id = l.task_id
        WHERE t.public_id = :task AND l.transcriber_id = :person)), 0) ORDER BY from_at;

-- name: put_kept_time<!
INSERT INTO kept_time (transcriber_id, task_id, seconds, at) VALUES (:person, :task, :seconds, :now);

-- name: kept_times
-- Time that is kept for a person and that they have not said a word about yet, by task. It comes after a word that waits.
SELECT p.public_id AS transcriber, t.public_id AS task, SUM(k.seconds) AS seconds, MAX(k.at) AS at
FROM kept_time k JOIN transcriber p ON p.id = k.transcriber_id JOIN task t ON t.id = k.task_id
WHERE (:person IS NULL OR k.transcriber_id = :person) AND NOT EXISTS (
    SELECT 1 FROM time_dispute d WHERE d.transcriber_id = k.transcriber_id AND d.task_id = k.task_id
        AND (d.answered_at IS NULL OR d.at >= k.at))
GROUP BY p.public_id, t.public_id ORDER BY MAX(k.at) DESC, t.public_id;

-- name: timed_lines
-- The time of the last readings and skips, with what was done and how long the text is.
SELECT l.transcriber_id AS person, CASE WHEN l.kind = 'reading' THEN t.kind ELSE l.reference END AS what,
    COALESCE(length(x.text), length(x.legible), 0) AS length, l.seconds
FROM ledger l JOIN task t ON t.id = l.task_id LEFT JOIN reading_text x ON x.number = l.reading
WHERE l.number > (SELECT MAX(b.number) FROM ledger b WHERE b.at < :before) - :count AND l.at < :before AND l.seconds > 0
    AND (l.kind = 'reading' OR l.reference = 'skip');

-- name: put_paid_time!
INSERT INTO paid_time (transcriber_id, from_at, until_at) VALUES (:person, :begin, :until)
ON CONFLICT (transcriber_id, from_at) DO UPDATE SET until_at = excluded.until_at;

-- name: join_paid_time!
DELETE FROM paid_time WHERE transcriber_id = :person AND from_at = :begin;

-- name: pieces_since
-- Lines of work since :since, with what each has paid by the piece, as they were written.
SELECT at, seconds, CASE WHEN kind = 'reading' AND currency = :currency THEN micro ELSE 0 END AS piece FROM ledger
WHERE transcriber_id = :person AND kind IN ('reading', 'time') AND reference <> 'disputed clock' AND at > :since
    AND number > COALESCE((SELECT b.number FROM ledger b WHERE b.transcriber_id = :person AND b.at <= :since
        ORDER BY b.number DESC LIMIT 1), 0)
ORDER BY number;

-- name: time_since
-- Lines of time without a reading since :since, the latest first, and what was taken off pieces for them.
SELECT task_id, reference, micro, currency, seconds, at FROM ledger
WHERE transcriber_id = :person AND kind = 'time' AND reference <> 'disputed clock' AND at > :since
    AND number > COALESCE((SELECT b.number FROM ledger b WHERE b.transcriber_id = :person AND b.at <= :since
        ORDER BY b.number DESC LIMIT 1), 0)
ORDER BY number DESC;

-- name: clock_steps^
-- The latest time of a line, and by how much the line of a clock put back stands before one written earlier.
SELECT MAX(top) AS top, MAX(top - at) AS step FROM (
    SELECT at, MAX(at) OVER (ORDER BY number) AS top FROM ledger
    WHERE number > (SELECT MAX(number) FROM ledger) - :count) AS line
WHERE top > :since;

-- name: paused_since^
SELECT number FROM audit WHERE action = 'paused set' AND subject = :subject AND at > :since LIMIT 1;

-- name: beside_paid^
SELECT COALESCE(SUM(seconds), 0.0) FROM ledger WHERE transcriber_id = :person AND at > :since AND kind = 'time'
    AND reference IN ('skip', 'question', 'test', 'appeal', 'dispute', 'explanation');

-- name: paid_beside_task^
SELECT COALESCE(SUM(seconds), 0.0) FROM ledger
WHERE task_id = :task AND transcriber_id = :person AND kind = 'time' AND reference = :what;

-- name: waiting_paid^
SELECT COALESCE(SUM(seconds), 0.0) FROM ledger WHERE transcriber_id = :person AND at > :since AND reference = 'waiting';

-- name: passed_on^
-- Whether a field that this person skipped lately, and has not read, is open and held by nobody.
SELECT EXISTS (
    SELECT 1 FROM skip k JOIN task t ON t.field_id = k.field_id AND t.lane = k.lane
    WHERE k.transcriber_id = :person AND k.at > :since AND t.closed_at IS NULL AND t.withdrawn_at IS NULL
        AND (t.transcriber_id IS NULL OR t.leased_until <= :now) AND NOT EXISTS (
            SELECT 1 FROM reading r WHERE r.field_id = k.field_id AND r.lane = k.lane AND r.transcriber_id = :person));

-- name: drop_paid_time!
DELETE FROM paid_time WHERE transcriber_id = :person AND from_at >= :now;

-- name: cut_paid_time!
UPDATE paid_time SET until_at = :now WHERE transcriber_id = :person AND until_at > :now;

-- name: paid_between^
SELECT COALESCE(SUM(seconds), 0.0) FROM ledger WHERE transcriber_id = :person AND at BETWEEN :begin AND :until;

-- name: earned_on_task^
SELECT COALESCE(SUM(e.micro), 0) AS micro, COALESCE(SUM(e.seconds), 0.0) AS seconds FROM (
    SELECT l.micro, l.seconds FROM ledger l JOIN reading r ON r.number = l.reading
    WHERE r.task_id = :task AND r.transcriber_id = :person AND l.currency = :currency
    UNION ALL SELECT l.micro, l.seconds FROM ledger l WHERE l.task_id = :task AND l.transcriber_id = :person
        AND l.kind = 'time' AND l.reference IN ('skip', 'test') AND l.currency = :currency) AS e;

-- name: count_measured^
SELECT COUNT(*) FROM ledger WHERE transcriber_id = :person AND reference = :what AND at > :since
    AND reference IN ('question', 'test');

-- name: unpaid_claims
-- Time in the ledger since the last payment, with the person's first lease of its task. What an operator granted is none.
SELECT p.public_id AS transcriber, l.at, l.seconds, l.kind, l.micro, t.public_id AS task,
    (SELECT MIN(e.from_at) FROM lease e WHERE e.task_id = l.task_id AND e.transcriber_id = l.transcriber_id) AS since,
    l.reading IS NOT NULL AS reading, l.reference AS what
FROM transcriber p LEFT JOIN (
    SELECT d.transcriber_id, MAX(d.number) AS number FROM ledger d INDEXED BY ledger_paid WHERE d.kind = 'paid'
    GROUP BY d.transcriber_id
) paid ON paid.transcriber_id = p.id
JOIN ledger l ON l.transcriber_id = p.id AND l.number > COALESCE(paid.number, 0) LEFT JOIN task t ON t.id = l.task_id
WHERE l.kind IN ('reading', 'time') AND l.reference <> 'disputed clock'
ORDER BY l.transcriber_id, l.at, l.number;

-- name: often_sent
-- Tasks that one person sent more than :count readings of since their last payment.
SELECT p.public_id AS transcriber, COUNT(*) AS readings FROM transcriber p LEFT JOIN (
    SELECT d.transcriber_id, MAX(d.at) AS at FROM ledger d INDEXED BY ledger_paid WHERE d.kind = 'paid'
    GROUP BY d.transcriber_id
) paid ON paid.transcriber_id = p.id
JOIN reading r ON r.transcriber_id = p.id AND r.task_id IS NOT NULL AND r.at > COALESCE(paid.at, 0)
GROUP BY p.public_id, p.id, r.task_id HAVING COUNT(*) > :count;

-- name: payments_of
-- What was paid out under a reference, the latest first.
SELECT l.*, p.public_id AS transcriber, NULL AS reading_id, NULL AS task
FROM ledger l INDEXED BY ledger_paid JOIN transcriber p ON p.id = l.transcriber_id
WHERE l.kind = 'paid' AND l.reference = :reference ORDER BY l.at DESC, l.number DESC;

-- name: pay_periods
-- What was paid out by reference and currency, the latest first.
SELECT l.reference, l.currency, MAX(l.at) AS at, COUNT(DISTINCT l.transcriber_id) AS people, -SUM(l.micro) AS micro
FROM ledger l INDEXED BY ledger_paid WHERE l.kind = 'paid'
GROUP BY l.reference, l.currency ORDER BY MAX(l.at) DESC, l.reference, l.currency;
