-- name: written^
-- The numbers of the last rows of what is sealed, and the hash of the last seal; and where the state was moved to.
SELECT (SELECT COALESCE(MAX(number), 0) FROM ledger) AS ledger, (SELECT COALESCE(MAX(number), 0) FROM reading) AS reading,
    (SELECT COALESCE(MAX(id), 0) FROM decision) AS decision, (SELECT COALESCE(MAX(number), 0) FROM sealed_fact) AS fact,
    (SELECT hash FROM seal ORDER BY number DESC LIMIT 1) AS seal, (SELECT moved_to FROM lineage) AS moved_to;

-- name: part_sealed_ledger!
number, transcriber_id, kind, micro, currency, seconds, at, reading, task_id, reference

-- name: part_sealed_reading!
number, id, idem, field_id, lane, source, kind, transcriber_id, task_id, late, confidence, seconds, flags, conditions,
    box, text_hash, at, words_hash

-- name: part_sealed_decision!
id, field_id, version, probability, method, no_value, parameters, readings, by_people, text_hash, words_hash, at

-- name: part_sealed_fact!
number, kind, fact, digest, words

-- name: sealed_ledger
SELECT {part_sealed_ledger} FROM ledger WHERE number BETWEEN :begin AND :until ORDER BY number;

-- name: sealed_reading
SELECT {part_sealed_reading} FROM reading WHERE number BETWEEN :begin AND :until ORDER BY number;

-- name: sealed_decision
SELECT {part_sealed_decision} FROM decision WHERE id BETWEEN :begin AND :until ORDER BY id;

-- name: sealed_fact
SELECT {part_sealed_fact} FROM sealed_fact WHERE number BETWEEN :begin AND :until ORDER BY number;

-- name: seals
SELECT * FROM seal ORDER BY number;

-- name: last_seal^
SELECT number, hash FROM seal ORDER BY number DESC LIMIT 1;

-- name: put_seal!
INSERT INTO seal (ledger_from, ledger_until, reading_from, reading_until, decision_from, decision_until, fact_from,
    fact_until, ledger, reading, decision, fact, hash)
VALUES (:ledger_from, :ledger_until, :reading_from, :reading_until, :decision_from, :decision_until, :fact_from,
    :fact_until, :ledger, :reading, :decision, :fact, :hash);

-- name: unsigned_seal^
SELECT s.*, (SELECT b.hash FROM seal b WHERE b.number < s.number ORDER BY b.number DESC LIMIT 1) AS previous FROM seal s
WHERE s.hash = '' ORDER BY s.number LIMIT 1;

-- name: sign_seal!
UPDATE seal SET ledger = :ledger, reading = :reading, decision = :decision, fact = :fact, hash = :hash
WHERE number = :number AND hash = '';

-- name: seals_facts^
SELECT 1 FROM seal WHERE fact_from > 0 AND hash <> '' LIMIT 1;

-- name: names_a_seal^
SELECT 1 FROM audit WHERE seal <> '' LIMIT 1;

-- name: unsealed_ledger
SELECT number FROM ledger WHERE number BETWEEN :begin AND :until ORDER BY number LIMIT 100;

-- name: unsealed_reading
SELECT number FROM reading WHERE number BETWEEN :begin AND :until ORDER BY number LIMIT 100;

-- name: unsealed_decision
SELECT id AS number FROM decision WHERE id BETWEEN :begin AND :until ORDER BY id LIMIT 100;

-- name: unsealed_fact
SELECT number FROM sealed_fact WHERE number BETWEEN :begin AND :until ORDER BY number LIMIT 100;

-- name: reading_words
SELECT x.number, x.text, x.alternatives, x.shown, x.legible, x.reason, r.text_hash, r.words_hash FROM reading_text x JOIN reading r ON r.number = x.number ORDER BY x.number;

-- name: decision_words
SELECT x.id AS number, x.value, x.text, x.evidence, x.proposal, d.text_hash, d.words_hash
FROM decision_text x JOIN decision d ON d.id = x.id ORDER BY x.id;

-- name: audit_seals
SELECT number, seal FROM audit WHERE seal <> '' ORDER BY number;

-- name: readings_without_words
SELECT r.number FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
WHERE s.erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM reading_text x WHERE x.number = r.number) ORDER BY r.number;

-- name: decisions_without_words
SELECT d.id AS number FROM decision d JOIN field f ON f.id = d.field_id JOIN scan s ON s.id = f.scan_id
WHERE s.erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM decision_text x WHERE x.id = d.id) ORDER BY d.id;

-- name: erased_scans
SELECT s.id AS number, s.sha256 FROM scan s WHERE s.erased_at IS NOT NULL
    AND EXISTS (SELECT 1 FROM scan_page p WHERE p.scan_id = s.id) ORDER BY s.id;

-- name: logged_erasures
SELECT DISTINCT subject FROM audit WHERE action = 'scan forgotten';

-- name: put_sealed_fact!
INSERT INTO sealed_fact (kind, fact, digest, words) VALUES (:kind, :fact, :digest, :words);

-- name: fill_sealed_fact!
UPDATE sealed_fact SET digest = :digest, words = :words WHERE number = :number AND digest = '';

-- The facts of each kind as they are now: the first column is the number of the fact, the last two its words and whether
-- these were erased with their scan.

-- name: sealed_rate
SELECT id AS fact, form, per, micro, currency, since, at, NULL AS words, 0 AS erased FROM rate
WHERE id BETWEEN :begin AND :until;

-- name: sealed_floor
SELECT id AS fact, micro, currency, source, source_micro, since, at, NULL AS words, 0 AS erased FROM floor
WHERE id BETWEEN :begin AND :until;

-- name: sealed_undo
SELECT number AS fact, at, NULL AS words, 0 AS erased FROM undo WHERE number BETWEEN :begin AND :until;

-- name: sealed_withdrawal
SELECT number AS fact, by_whom, reason, at, NULL AS words, 0 AS erased FROM withdrawal
WHERE number BETWEEN :begin AND :until;

-- name: sealed_truth
SELECT t.id AS fact, t.field_id, t.origin, t.at, t.withdrawn_at, x.text AS words, s.erased_at IS NOT NULL AS erased
FROM truth t JOIN field f ON f.id = t.field_id JOIN scan s ON s.id = f.scan_id LEFT JOIN truth_text x ON x.id = t.id
WHERE t.id BETWEEN :begin AND :until;

-- name: sealed_appeal
SELECT id AS fact, number, field_id, transcriber_id, task_id, deadline, at, outcome, expert_id, minority, decided_at,
    NULL AS words, 0 AS erased FROM appeal WHERE id BETWEEN :begin AND :until;

-- name: sealed_dispute
SELECT id AS fact, transcriber_id, task_id, claimed, at, answered_at, granted, answered_by, NULL AS words, 0 AS erased
FROM time_dispute WHERE id BETWEEN :begin AND :until;

-- name: sealed_kept_time
SELECT id AS fact, transcriber_id, task_id, seconds, at, NULL AS words, 0 AS erased FROM kept_time
WHERE id BETWEEN :begin AND :until;

-- name: sealed_person
SELECT id AS fact, public_id, roles, qualifications, time_zone, engagement, paused, left_at, NULL AS words, 0 AS erased
FROM transcriber WHERE id BETWEEN :begin AND :until;

-- name: sealed_parameters
SELECT version AS fact, content, at, NULL AS words, 0 AS erased FROM parameters WHERE version BETWEEN :begin AND :until;

-- name: sealed_form
SELECT COALESCE(MIN(i.id), 0) AS fact, f.name, f.version, f.digest, f.definition, f.options, f.retention_days, f.at,
    (SELECT json_group_array(json_array(o.id, o.name, o.type, o.languages, o.regions, o.qualification, o.apart))
     FROM (SELECT * FROM form_field g WHERE g.form = f.name AND g.version = f.version ORDER BY g.id) o) AS fields,
    NULL AS words, 0 AS erased
FROM form f LEFT JOIN form_field i ON i.form = f.name AND i.version = f.version
GROUP BY f.name, f.version HAVING COALESCE(MIN(i.id), 0) BETWEEN :begin AND :until;

-- name: sealed_record
SELECT r.id AS fact, r.scan_id, r.version, r.form, r.form_version, r.at,
    (SELECT json_group_array(o.decision_id) FROM (
        SELECT m.decision_id FROM record_decision m WHERE m.record_id = r.id ORDER BY m.place) o) AS decisions,
    x.exceptions AS words, s.erased_at IS NOT NULL AS erased
FROM record r JOIN scan s ON s.id = r.scan_id LEFT JOIN record_text x ON x.id = r.id
WHERE r.id BETWEEN :begin AND :until;

-- name: sealed_act
SELECT a.id AS fact, a.verb, a.by_whom, a.at, a.scan_id, a.field_id, a.batch, a.transcriber_id, a.detail,
    x.reason AS words, (s.erased_at IS NOT NULL OR p.left_at IS NOT NULL) AS erased
FROM act a LEFT JOIN act_text x ON x.id = a.id LEFT JOIN scan s ON s.id = a.scan_id
LEFT JOIN transcriber p ON p.id = a.transcriber_id WHERE a.id BETWEEN :begin AND :until;

-- name: sealed_reading_aside
SELECT id AS fact, number, act_id, aside, NULL AS words, 0 AS erased FROM reading_aside WHERE id BETWEEN :begin AND :until;
