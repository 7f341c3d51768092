-- The rows of a large home. Each statement counts through the numbers n (i), 1 to the number that stands before its group.

-- n: $people
INSERT INTO transcriber (id, public_id, handle, roles, languages, regions, qualifications, time_zone, engagement,
    interface_language, training, paused, at, begun_at)
    SELECT i, printf('person%d', i), printf('reader %03d', i), CASE WHEN i % 20 THEN '["transcriber"]' ELSE
    '["expert"]' END, CASE WHEN i % 3 THEN '["en"]' ELSE '["fr", "es"]' END, '[]', '[]', 'UTC', 'by reading', 'en',
    0, 0, $now, $now FROM n;

-- n: $scans
INSERT INTO scan (id, sha256, form, form_version, name, batch, received_at, recorded_at, latest, cursor)
    SELECT i, printf('%064x', i * 7919), CASE WHEN i % 10 THEN 'order' ELSE 'invoice2' END, 1, printf('photo %07d',
    i), printf('batch %04d', i % $batches), $now - ($scans - i) * 60000000, CASE WHEN i % 20 THEN $now - ($scans -
    i) * 50000000 END, i, i FROM n;
INSERT INTO source_file (sha256, name, size, media_type, at)
    SELECT printf('%064x', i * 7919), printf('%d.png', i), 1000, 'image/png', $now FROM n;
INSERT INTO engine_time (id, scan_id, engine, milliseconds, at)
    SELECT 2 * i + e.value, i, CASE e.value WHEN 0 THEN 'tesseract' ELSE 'rapidocr' END, 800 * (1 + e.value), $now -
    ($scans - i) * 60000000 FROM n, json_each('[0, 1]') e;

-- n: $all
INSERT INTO field (id, scan_id, form, form_version, name, row_number)
    SELECT i, (i - 1) / $fields + 1, CASE WHEN ((i - 1) / $fields + 1) % 10 THEN 'order' ELSE 'invoice2' END, 1,
    CASE (i - 1) % $fields WHEN 0 THEN 'number' WHEN 1 THEN 'customer' WHEN 2 THEN 'total' ELSE 'line' END, CASE
    WHEN (i - 1) % $fields < 3 THEN -1 ELSE (i - 1) % $fields END FROM n;
INSERT INTO decision (id, field_id, version, probability, method, parameters, readings, by_people, text_hash, at)
    SELECT i, i, 1, 0.999 + (i % 97) * 0.00001, 'machines', 0, '[]', i % 7 = 0, printf('%x', i), $now - ($all - i) *
    1400000 FROM n WHERE ((i - 1) / $fields + 1) % 20 OR (i - 1) % $fields > 2;
INSERT INTO decision_text (id, value, text, evidence)
    SELECT id, CASE (id - 1) % $fields WHEN 0 THEN '"473962"' WHEN 1 THEN '"Mary Poole"' ELSE '"12.50"' END, CASE
    (id - 1) % $fields WHEN 0 THEN '473962' WHEN 1 THEN 'Mary Poole' ELSE '12.50' END, '[]' FROM decision;

-- n: $readings
INSERT INTO reading (number, id, idem, field_id, lane, source, kind, late, confidence, flags, conditions, text_hash,
    at)
    SELECT i, printf('r%d', i), printf('m%d', i), (i - 1) / 2 + 1, 'value', CASE i % 2 WHEN 0 THEN '$engine_one'
    ELSE '$engine_two' END, 'machine', 0, 0.9, '[]', '{}', printf('%x', i / 2), $now - ($readings - i) * 700000 FROM
    n;

-- n: 1
INSERT INTO task (public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority, ease,
    apart, opened_at)
    SELECT printf('t%d', f.id), f.id, f.scan_id, 1, 'read', 'value', 'engines disagree', 1, CASE WHEN f.scan_id %
    200 THEN 'read' ELSE 'expert' END, 0, 0.5, '', $now - f.id FROM field f WHERE f.scan_id % 20 = 0 AND
    f.row_number = -1;

-- n: $scans
INSERT INTO task (id, public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority, ease,
    apart, opened_at, transcriber_id, leased_until, closed_at)
    SELECT $all + i, printf('read%d', i), (i - 1) * $fields + 3, i, 3, 'read', 'value', 'engines disagree', 1,
    'read', 0, 0.5, '', $read_at - 60000000, i % $people + 1, $read_at + 600000000, $read_at FROM n WHERE $is_read;
INSERT INTO lease (task_id, transcriber_id, from_at, until_at)
    SELECT $all + i, i % $people + 1, $read_at - 5000000, $read_at + 600000000 FROM n WHERE $is_read;
INSERT INTO reading (number, id, idem, field_id, lane, source, kind, transcriber_id, task_id, late, seconds, flags,
    conditions, text_hash, at)
    SELECT $readings + i, printf('p%d', i), printf('q%d', i), (i - 1) * $fields + 3, 'value', printf('person%d', i %
    $people + 1), 'person', i % $people + 1, $all + i, 0, 5.0, '[]', '{}', printf('%x', i), $read_at FROM n WHERE
    $is_read;
INSERT INTO ledger (number, transcriber_id, kind, micro, currency, seconds, at, reading, task_id, reference)
    SELECT i, i % $people + 1, 'reading', 20000, 'EUR', 5.0, $read_at, $readings + i, $all + i, '' FROM n WHERE
    $is_read;
INSERT INTO skip (task_id, field_id, lane, transcriber_id, reason, seconds, at)
    SELECT $all + i, (i - 1) * $fields + 3, 'value', (i + 1) % $people + 1, 'other', 3.0, $read_at FROM n WHERE i %
    20 = 1;
INSERT INTO appeal (public_id, number, field_id, transcriber_id, task_id, deadline, at, outcome, minority,
    decided_at)
    SELECT printf('a%d', i), $readings + i, (i - 1) * $fields + 3, i % $people + 1, $all + i, $now + i, $read_at,
    CASE WHEN i % 5000 > 1 THEN 'upheld' END, 0, CASE WHEN i % 5000 > 1 THEN $now END FROM n WHERE i % 500 = 2 OR i
    % 5000 = 1;
INSERT INTO time_dispute (public_id, transcriber_id, task_id, claimed, words, at, answered_at, granted, answered_by)
    SELECT printf('d%d', i), i % $people + 1, $all + i, 40.0, 'the page was slow', $read_at, CASE WHEN i % 40000 > 1
    THEN $now END, CASE WHEN i % 40000 > 1 THEN 40.0 END, 'op' FROM n WHERE i % 4000 = 1;

-- n: $payments
INSERT INTO ledger (number, transcriber_id, kind, micro, currency, seconds, at, reference)
    SELECT $scans + i, i % $people + 1, 'paid', -1000000, 'EUR', 0, $now - ($months - i / $people) * 2600000000000,
    printf('month %02d', i / $people) FROM n;

-- n: $scans
INSERT INTO task (id, public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority, ease,
    apart, opened_at, transcriber_id, leased_until, closed_at)
    SELECT $all + $scans + 3 * i + k.value, printf('audit%d', 3 * i + k.value), (i - 1) * $fields + 1 + k.value, i,
    1 + k.value, 'audit', 'value', 'audit', 1, 'expert', 0, 0.5, '', $read_at, 20, $read_at, $read_at + 1000000 FROM
    n, json_each('[0, 1, 2]') k WHERE $is_audited;
INSERT INTO reading (id, idem, field_id, lane, source, kind, transcriber_id, task_id, late, seconds, flags,
    conditions, text_hash, at)
    SELECT printf('e%d', t.id), printf('f%d', t.id), t.field_id, 'value', 'person20', 'expert', 20, t.id, 0, 6.0,
    '[]', '{}', '', t.closed_at FROM task t WHERE t.kind = 'audit';

-- n: 1
INSERT INTO reading_text (number, text, alternatives, legible)
    SELECT number, $texts, '[]', '' FROM reading WHERE number <= $readings AND (number > $readings - 2000 * $fields
    OR ((number - 1) / (2 * $fields) + 1) % 500 = 1);
INSERT INTO reading_text (number, text, alternatives, legible)
    SELECT r.number, CASE r.field_id % $fields WHEN 1 THEN '473962' WHEN 2 THEN 'Mary Poole' ELSE '12.50' END, '[]',
    '' FROM reading r WHERE r.number > $readings;

-- n: $scans
INSERT INTO record (id, scan_id, version, form, form_version, at)
    SELECT i, i, 1, CASE WHEN i % 10 THEN 'order' ELSE 'invoice2' END, 1, $now - ($scans - i) * 50000000 FROM n
    WHERE i % 20;
INSERT INTO record_text (id, exceptions)
    SELECT id, '[]' FROM record;
INSERT INTO outbox (number, kind, scan_id, record_id, at)
    SELECT id, 'record', scan_id, id, at FROM record;
INSERT INTO duplicate (older, newer, differing, same_values, policy, found_at, settled)
    SELECT i, i + 1, 0.1, 0.9, 'warn', $now, CASE WHEN i % 2000 = 1 THEN '' ELSE 'different' END FROM n WHERE i %
    200 = 1;

-- n: 3
INSERT INTO webhook (id, name, url, types, forms, with_values, private, position, at)
    SELECT i, printf('erp%d', i), 'https://10.0.0.7/hook', '[]', '[]', 0, 1, $scans, $now FROM n;

-- n: 30
INSERT INTO api_token (prefix, token_hash, name, scopes, at)
    SELECT printf('fh_%d', i), printf('%064x', i), printf('program %d', i), '["records:read"]', $now FROM n;

-- n: $scans
INSERT INTO delivery (webhook_id, number, message, type, scan_id, state, tries, first_at, next_at, last_at, status,
    at)
    SELECT i % 3 + 1, i, printf('msg_%d', i), 'record.completed', i, CASE WHEN i % 1000 = 1 THEN 'dead' WHEN i >
    $scans - 100 THEN 'waiting' ELSE 'delivered' END, 1, $now, $now, $now - ($scans - i) * 50000000, 200, $now FROM
    n;
INSERT INTO audit (at, actor, action, subject, detail, previous, hash)
    SELECT $now - ($scans - i) * 50000000, 'op', 'scan set aside', printf('%064x', i * 7919), '{}', printf('%064x',
    i - 1), printf('%064x', i) FROM n;
