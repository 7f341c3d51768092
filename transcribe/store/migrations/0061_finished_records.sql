-- A record is finished with its first version that is not provisional. Provisional ones were counted as finished, so that
-- a record cost less than it did.

UPDATE work_done SET count = 0 WHERE what = 'records';
INSERT INTO work_done (batch, at, form, what, count, amount)
SELECT s.batch, r.at - r.at % 900000000, s.form, 'records', COUNT(*), 0 FROM record r JOIN scan s ON s.id = r.scan_id
WHERE r.id <= COALESCE((SELECT number FROM work_mark WHERE kind = 'record'), 0)
    AND NOT EXISTS (SELECT 1 FROM record_text x WHERE x.id = r.id AND (x.exceptions LIKE '%["below target",%'
        OR x.exceptions LIKE '%["read again",%' OR x.exceptions LIKE '%["the right form",%'))
    AND NOT EXISTS (SELECT 1 FROM record e WHERE e.scan_id = r.scan_id AND e.version < r.version
        AND NOT EXISTS (SELECT 1 FROM record_text x WHERE x.id = e.id AND (x.exceptions LIKE '%["below target",%'
            OR x.exceptions LIKE '%["read again",%' OR x.exceptions LIKE '%["the right form",%')))
GROUP BY 1, 2, 3
ON CONFLICT (batch, at, form, what) DO UPDATE SET count = work_done.count + excluded.count;
