-- name: database_time^
SELECT CAST(CURRENT_TIMESTAMP AS TEXT);

-- name: put_records_copy!
INSERT INTO records_copy (machine, place, position, at) VALUES (:machine, :place, :position, :now)
ON CONFLICT (machine) DO UPDATE SET place = :place, position = :position, at = :now;

-- name: records_copies
SELECT machine, place, position, at FROM records_copy ORDER BY place, machine;

-- name: drop_records_copy!
DELETE FROM records_copy WHERE machine = :machine;

-- name: unfinished_erasures_of
-- What this machine still has to do; what is left to others alone is theirs.
SELECT s.sha256 FROM unfinished_erasure u JOIN scan s ON s.id = u.scan_id
WHERE NOT EXISTS (SELECT 1 FROM erased_in_copy e WHERE e.scan_id = u.scan_id AND e.machine = :machine) ORDER BY u.scan_id;

-- name: put_erased_in_copy!
INSERT INTO erased_in_copy (scan_id, machine)
SELECT u.scan_id, :machine FROM unfinished_erasure u JOIN scan s ON s.id = u.scan_id WHERE s.sha256 = :sha256
ON CONFLICT DO NOTHING;

-- name: drop_every_copy!
DELETE FROM records_copy;

-- name: drop_every_arriving!
DELETE FROM arriving;

-- name: end_erased_everywhere!
-- `alone`: the state is in a file now, and what it knows of other copies is of a time before.
DELETE FROM unfinished_erasure WHERE scan_id IN (
    SELECT u.scan_id FROM unfinished_erasure u WHERE EXISTS (SELECT 1 FROM erased_in_copy e WHERE e.scan_id = u.scan_id)
        AND (:alone = 1 OR NOT EXISTS (SELECT 1 FROM records_copy c WHERE NOT EXISTS (
            SELECT 1 FROM erased_in_copy e WHERE e.scan_id = u.scan_id AND e.machine = c.machine))));

-- name: copies_that_keep
-- The copies of which some forgotten scan is not known to be gone.
SELECT c.machine, c.place, c.position, c.at FROM records_copy c WHERE EXISTS (
    SELECT 1 FROM unfinished_erasure u WHERE NOT EXISTS (
        SELECT 1 FROM erased_in_copy e WHERE e.scan_id = u.scan_id AND e.machine = c.machine))
ORDER BY c.place, c.machine;

-- name: put_arriving!
INSERT INTO arriving (sha256, machine, form, batch, at) VALUES (:sha256, :machine, :form, :batch, :now)
ON CONFLICT (sha256, machine) DO UPDATE SET form = :form, batch = :batch, at = :now;

-- name: end_arriving!
DELETE FROM arriving WHERE sha256 = :sha256 AND machine = :machine;

-- name: arriving_of
SELECT sha256, batch FROM arriving WHERE machine = :machine;

-- name: arriving_elsewhere
SELECT sha256, batch FROM arriving WHERE machine <> :machine ORDER BY at, sha256;

-- name: arrives_elsewhere^
SELECT 1 FROM arriving WHERE sha256 = :sha256 AND machine <> :machine;

-- name: count_use!
INSERT INTO use_count (begun, what, count) VALUES (:begun, :what, :times)
ON CONFLICT (begun, what) DO UPDATE SET count = use_count.count + excluded.count;

-- name: used^
SELECT count FROM use_count WHERE begun = :begun AND what = :what;

-- name: drop_old_use!
DELETE FROM use_count WHERE begun < :before;

-- name: put_looked_in_vain!
INSERT INTO looked_in_vain (transcriber_id, at) SELECT id, :now FROM transcriber WHERE public_id = :who
ON CONFLICT (transcriber_id) DO UPDATE SET at = excluded.at;

-- name: looked_in_vain^
SELECT l.at FROM transcriber p JOIN looked_in_vain l ON l.transcriber_id = p.id WHERE p.public_id = :who;

-- name: drop_looked_in_vain!
DELETE FROM looked_in_vain WHERE transcriber_id = (SELECT id FROM transcriber WHERE public_id = :who);
