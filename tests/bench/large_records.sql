-- The record database of a large home: of every 20th scan there is no record; of every seventh one a value was changed later.

INSERT INTO records (id, scan, scan_name, form, form_version, record_version, recorded_at, first_recorded_at, state,
    currency, exceptions, least_probability, changed, batch) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL
    SELECT i + 1 FROM n WHERE i < $scans)
    SELECT i, printf('%064x', i * 7919), printf('photo %07d', i), CASE WHEN i % 10 THEN 'order' ELSE 'invoice2' END,
    1, 1, '$at', '$at', CASE WHEN i % 30 = 1 THEN 'provisional' ELSE 'final' END, 'EUR', i % 30 = 1, 0.99, i,
    printf('batch %02d', i % 97) FROM n WHERE i % 20;
INSERT INTO documents (record, record_version, scan, form, changed, valid_from, json)
    SELECT id, 1, scan, form, changed, '$at', json_object('id', id, 'scan', scan, 'form', form, 'form_version', 1,
    'record_version', 1, 'state', state, 'name', scan_name, 'changed', changed, 'currency', 'EUR', 'values',
    json_object('total', '12.50'), 'fields', json_array(json_object('key', 'total', 'value', '12.50', 'probability',
    0.99)), 'exceptions', json(CASE state WHEN 'final' THEN '[]' ELSE '[{"rule":"below target","fields":["total"]}]'
    END)) FROM records;
INSERT INTO provenance (record, scan, key, field, value, text, probability, method, machines, people, experts,
    readings, parameters, decision_version)
    SELECT r.id, r.scan, f.value, f.value, '12.50', '12.50', 0.999, 'machines', '[]', 0, 0, 2, 1, 1 FROM records r,
    json_each('["number", "customer", "total"]') f;
INSERT INTO history (record, scan, form, record_version, changed, changed_at, key, field, value_before, value_after,
    method, why)
    SELECT id, scan, form, 1, changed, '$at', 'total', 'total', '12.50', '13.50', 'operator', 'a three' FROM records
    WHERE id % 7 = 1;
INSERT INTO quality (form, field, type, audited, wrong, share, interval_low, interval_high, since, until,
    measured_at)
    SELECT f.value, d.value, '', 500, 5, 0.01, 0.005, 0.02, '$at', '$at', '$at' FROM
    json_each('["order", "invoice2"]') f, json_each('["", "number", "customer", "total"]') d;
INSERT INTO labour (month, currency, people, hours, pay, pay_per_hour) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL
    SELECT i + 1 FROM n WHERE i < 24)
    SELECT printf('%d-%02d', 2024 + (i - 1) / 12, 1 + (i - 1) % 12), 'EUR', 200, 1000.0, 20000.0, 20.0 FROM n;
UPDATE outbox_position SET position = (SELECT MAX(changed) FROM records);
