-- name: written^
SELECT (SELECT COALESCE(MAX(number), 0) FROM ledger) AS ledger, (SELECT COALESCE(MAX(number), 0) FROM reading) AS reading,
    (SELECT COALESCE(MAX(id), 0) FROM decision) AS decision;

-- name: sealed_ledger
SELECT number, transcriber_id, kind, micro, currency, seconds, at, reading, task_id, reference FROM ledger
WHERE number BETWEEN :begin AND :until ORDER BY number;

-- name: sealed_reading
SELECT number, id, idem, field_id, lane, source, kind, transcriber_id, task_id, late, confidence, seconds, flags, conditions,
    box, text_hash, at FROM reading WHERE number BETWEEN :begin AND :until ORDER BY number;

-- name: sealed_decision
SELECT id, field_id, version, probability, method, no_value, parameters, readings, by_people, text_hash, words_hash, at
FROM decision WHERE id BETWEEN :begin AND :until ORDER BY id;

-- name: seals
SELECT * FROM seal ORDER BY number;

-- name: last_seal^
SELECT number, hash FROM seal ORDER BY number DESC LIMIT 1;

-- name: put_seal!
INSERT INTO seal (ledger_from, ledger_until, reading_from, reading_until, decision_from, decision_until,
    ledger, reading, decision, hash)
VALUES (:ledger_from, :ledger_until, :reading_from, :reading_until, :decision_from, :decision_until,
    :ledger, :reading, :decision, :hash);

-- name: unsigned_seal^
SELECT * FROM seal WHERE number = 1 AND hash = '';

-- name: sign_seal!
UPDATE seal SET ledger = :ledger, reading = :reading, decision = :decision, hash = :hash WHERE number = 1 AND hash = '';

-- name: names_a_seal^
SELECT 1 FROM audit WHERE seal <> '' LIMIT 1;

-- name: unsealed_ledger
SELECT number FROM ledger l WHERE NOT EXISTS (
    SELECT 1 FROM seal s WHERE l.number BETWEEN s.ledger_from AND s.ledger_until) ORDER BY number LIMIT 100;

-- name: unsealed_reading
SELECT number FROM reading l WHERE NOT EXISTS (
    SELECT 1 FROM seal s WHERE l.number BETWEEN s.reading_from AND s.reading_until) ORDER BY number LIMIT 100;

-- name: unsealed_decision
SELECT id AS number FROM decision l WHERE NOT EXISTS (
    SELECT 1 FROM seal s WHERE l.id BETWEEN s.decision_from AND s.decision_until) ORDER BY id LIMIT 100;

-- name: reading_words
SELECT x.number, x.text, r.text_hash FROM reading_text x JOIN reading r ON r.number = x.number ORDER BY x.number;

-- name: decision_words
SELECT x.id AS number, x.value, x.text, x.evidence, x.proposal, d.text_hash, d.words_hash
FROM decision_text x JOIN decision d ON d.id = x.id ORDER BY x.id;

-- name: audit_seals
SELECT number, seal FROM audit WHERE seal <> '' ORDER BY number;
