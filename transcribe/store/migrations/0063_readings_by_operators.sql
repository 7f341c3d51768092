-- A correction by an operator is no reading of somebody who was asked. It was counted as one by an expert.

INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT s.batch, r.at - r.at % 900000000, s.form, 'readings by operator', COUNT(*), 0
FROM reading r JOIN field f ON f.id = r.field_id JOIN scan s ON s.id = f.scan_id
WHERE r.source = 'operator' AND r.number <= COALESCE((SELECT number FROM work_mark WHERE kind = 'reading'), 0)
GROUP BY 1, 2, 3
ON CONFLICT (batch, at, form, what) DO UPDATE SET count = excluded.count;
UPDATE work_done SET count = count - (SELECT o.count FROM work_done o WHERE o.batch = work_done.batch
    AND o.at = work_done.at AND o.form = work_done.form AND o.what = 'readings by operator')
WHERE what = 'readings by expert' AND EXISTS (SELECT 1 FROM work_done o WHERE o.batch = work_done.batch
    AND o.at = work_done.at AND o.form = work_done.form AND o.what = 'readings by operator');
