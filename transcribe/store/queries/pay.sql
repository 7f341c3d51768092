-- name: put_rate!
INSERT INTO rate (form, per, micro, currency, since, at) VALUES (:form, :per, :micro, :currency, :since, :now);

-- name: rate_now^
SELECT * FROM rate WHERE form IN (:form, '') AND per = :per AND since <= :now
ORDER BY form = '' , since DESC, id DESC LIMIT 1;

-- name: put_floor!
INSERT INTO floor (micro, currency, source, source_micro, since, at)
VALUES (:micro, :currency, :source, :source_micro, :since, :now);

-- name: floor_now^
SELECT * FROM floor WHERE since <= :now ORDER BY since DESC, id DESC LIMIT 1;

-- name: put_ledger<!
INSERT INTO ledger (transcriber_id, kind, micro, currency, seconds, at, reading, task_id, reference)
VALUES (:person, :kind, :micro, :currency, :seconds, :now, :reading, :task_id, :reference);

-- name: ledger
SELECT l.*, p.public_id AS transcriber, r.id AS reading_id, t.public_id AS task FROM ledger l
JOIN transcriber p ON p.id = l.transcriber_id LEFT JOIN reading r ON r.number = l.reading
LEFT JOIN task t ON t.id = l.task_id
WHERE l.number > :after AND (:person IS NULL OR l.transcriber_id = :person) ORDER BY l.number;

-- name: ledger_line
SELECT l.*, p.public_id AS transcriber, r.id AS reading_id, t.public_id AS task FROM ledger l
JOIN transcriber p ON p.id = l.transcriber_id LEFT JOIN reading r ON r.number = l.reading
LEFT JOIN task t ON t.id = l.task_id WHERE l.number = :number;

-- name: floors
SELECT micro, currency, since FROM floor ORDER BY since, id;

-- name: due
SELECT currency, SUM(micro) AS due FROM ledger
WHERE transcriber_id = :person AND (at <= :until OR kind IN ('paid', 'top-up')) GROUP BY currency;

-- name: put_waiting!
INSERT INTO waiting_time (transcriber_id, seconds, at) VALUES (:person, :seconds, :now);

-- name: waiting_seconds^
SELECT COALESCE(SUM(seconds), 0.0) FROM waiting_time WHERE transcriber_id = :person;

-- name: pay_sums
SELECT currency, SUM(micro) AS due, -SUM(CASE WHEN kind = 'paid' THEN micro ELSE 0 END) AS paid, SUM(seconds) AS seconds,
    SUM(kind = 'reading') AS readings
FROM ledger WHERE transcriber_id = :person GROUP BY currency ORDER BY currency;

-- name: pace^
SELECT COUNT(*) AS readings, COALESCE(SUM(l.seconds), 0.0) AS seconds FROM ledger l
JOIN reading r ON r.number = l.reading JOIN field f ON f.id = r.field_id WHERE f.form = :form;
