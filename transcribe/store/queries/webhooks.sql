-- name: take_outbox_number!
UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'outbox';

-- name: put_event!
INSERT INTO event (number, kind, scan_id, other_id, file, batch, note, at)
SELECT seq, :kind, :scan_id, :other_id, :file, :batch, :note, :now FROM sqlite_sequence WHERE name = 'outbox';

-- name: home_name^
SELECT home FROM lineage;

-- name: put_webhook<!
INSERT INTO webhook (name, url, types, forms, with_values, private, position, at)
VALUES (:name, :url, :types, :forms, :with_values, :private, :position, :now);

-- name: webhooks
SELECT w.*, (SELECT COUNT(*) FROM delivery d WHERE d.webhook_id = w.id AND d.state = 'waiting') AS waiting,
    (SELECT COUNT(*) FROM delivery d WHERE d.webhook_id = w.id AND d.state = 'dead') AS dead
FROM webhook w WHERE :name IS NULL OR w.name = :name ORDER BY w.name;

-- name: webhook_is_on^
SELECT EXISTS (SELECT 1 FROM webhook WHERE off_because = '');

-- name: drop_webhook!
DELETE FROM webhook WHERE name = :name;

-- name: switch_webhook!
UPDATE webhook SET off_because = :reason, off_at = :now, failing_since = NULL WHERE id = :id;

-- name: switch_off_every_webhook!
UPDATE webhook SET off_because = :reason, off_at = :now, failing_since = NULL;

-- name: try_again_at_once!
UPDATE delivery SET tries = 0, first_at = NULL, next_at = :now WHERE webhook_id = :id AND state = 'waiting';

-- name: put_webhook_secret!
INSERT INTO webhook_secret (salt, webhook_id, mark, at) VALUES (:salt, :id, :mark, :now);

-- name: end_webhook_secrets!
UPDATE webhook_secret SET until_at = CASE WHEN until_at < :until THEN until_at ELSE :until END WHERE webhook_id = :id;

-- name: webhook_secrets
SELECT salt, mark FROM webhook_secret WHERE webhook_id = :id AND (until_at IS NULL OR until_at > :now) ORDER BY at DESC, rowid DESC;

-- name: first_unpublished^
SELECT MIN(number) FROM outbox WHERE number > :published;

-- name: part_event_columns
SELECT v.number, v.kind, v.at, v.file, v.batch, v.note, v.scan_id, v.record_id, s.sha256 AS scan, s.form AS scan_form,
    s.batch AS scan_batch, s.erased_at, t.sha256 AS other, r.form, r.form_version, r.version,
    EXISTS (SELECT 1 FROM record_text x WHERE x.id = r.id AND (instr(x.exceptions, '["below target",') > 0
        OR instr(x.exceptions, '["read again",') > 0 OR instr(x.exceptions, '["the right form",') > 0)) AS provisional,
    (SELECT p.form FROM record p WHERE p.scan_id = r.scan_id AND p.version = r.version - 1) AS form_before,
    EXISTS (SELECT 1 FROM record p JOIN record_text x ON x.id = p.id WHERE p.scan_id = r.scan_id
        AND p.version = r.version - 1 AND instr(x.exceptions, '["below target",') > 0) AS provisional_before,
    (SELECT group_concat(DISTINCT q.form) FROM record q WHERE q.scan_id = v.scan_id AND v.kind <> 'record') AS forms

-- name: events_after
-- Each of the two tables gives so many at most, so that little is sorted however much comes after.
{part_event_columns}
FROM (SELECT * FROM (SELECT number, kind, scan_id, CAST(NULL AS BIGINT) AS other_id, '' AS file, '' AS batch, '' AS note, at, record_id
        FROM outbox WHERE number > :after AND number < :until ORDER BY number LIMIT :count) AS few
    UNION ALL SELECT * FROM (SELECT number, kind, scan_id, other_id, file, batch, note, at, CAST(NULL AS BIGINT) AS record_id
        FROM event WHERE number > :after AND number < :until ORDER BY number LIMIT :count) AS few) v
LEFT JOIN scan s ON s.id = v.scan_id LEFT JOIN scan t ON t.id = v.other_id LEFT JOIN record r ON r.id = v.record_id ORDER BY v.number LIMIT :count;

-- name: event_numbered^
{part_event_columns} FROM event_seen v LEFT JOIN scan s ON s.id = v.scan_id LEFT JOIN scan t ON t.id = v.other_id LEFT JOIN record r ON r.id = v.record_id WHERE v.number = :number;

-- name: put_delivery!
-- One that has ended is sent again: its event is replayed.
INSERT INTO delivery (webhook_id, number, message, type, scan_id, next_at, at)
VALUES (:id, :number, :message, :type, :scan_id, :now, :now)
ON CONFLICT (webhook_id, number) DO UPDATE SET state = 'waiting', tries = 0, first_at = NULL, next_at = excluded.next_at,
    status = NULL, error = '' WHERE delivery.state <> 'waiting';

-- name: move_webhook!
UPDATE webhook SET position = :position WHERE id = :id;

-- name: due_deliveries
-- The first of each scan that are due. What is of no scan waits for all before it, and all wait for the news of a restore.
SELECT d.*, w.name AS webhook, s.sha256 AS scan FROM delivery d JOIN webhook w ON w.id = d.webhook_id LEFT JOIN scan s ON s.id = d.scan_id
WHERE d.webhook_id = :id AND d.state = 'waiting' AND d.next_at <= :now
    AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.webhook_id = d.webhook_id AND e.state = 'waiting' AND e.number < d.number
        AND (e.scan_id = d.scan_id OR d.scan_id IS NULL OR e.type = 'records.restored'))
ORDER BY d.number LIMIT :count;

-- name: deliveries
SELECT d.*, w.name AS webhook, s.sha256 AS scan FROM delivery d JOIN webhook w ON w.id = d.webhook_id LEFT JOIN scan s ON s.id = d.scan_id
WHERE d.webhook_id = :id AND (:state IS NULL OR d.state = :state) AND d.number > :after ORDER BY d.number LIMIT :count;

-- name: latest_deliveries
SELECT d.*, w.name AS webhook, s.sha256 AS scan FROM delivery d JOIN webhook w ON w.id = d.webhook_id
    LEFT JOIN scan s ON s.id = d.scan_id
WHERE d.webhook_id = :id AND (:state IS NULL OR d.state = :state) ORDER BY d.number DESC LIMIT :count;

-- name: latest_waiting_deliveries
SELECT d.*, w.name AS webhook, s.sha256 AS scan FROM delivery d JOIN webhook w ON w.id = d.webhook_id
    LEFT JOIN scan s ON s.id = d.scan_id
WHERE d.webhook_id = :id AND d.state = 'waiting' ORDER BY d.number DESC LIMIT :count;

-- name: latest_dead_deliveries
-- Few among very many: they have an index of their own, in the order in which they were made.
SELECT d.*, w.name AS webhook, s.sha256 AS scan FROM delivery d JOIN webhook w ON w.id = d.webhook_id
    LEFT JOIN scan s ON s.id = d.scan_id
WHERE d.webhook_id = :id AND d.state = 'dead' ORDER BY d.id DESC LIMIT :count;

-- name: delivery_ended!
UPDATE delivery SET state = 'delivered', tries = tries + 1, first_at = COALESCE(first_at, :now), last_at = :now,
    status = :status, error = '' WHERE id = :id;

-- name: delivery_failed!
UPDATE delivery SET state = CASE WHEN :next IS NULL AND state = 'waiting' THEN 'dead' ELSE state END, tries = tries + 1,
    first_at = COALESCE(first_at, :now), last_at = :now, next_at = COALESCE(:next, next_at), status = :status, error = :error
WHERE id = :id;

-- name: webhook_works!
UPDATE webhook SET failing_since = NULL, delivered_at = :now WHERE id = (SELECT webhook_id FROM delivery WHERE id = :id);

-- name: webhook_fails!
UPDATE webhook SET failing_since = COALESCE(failing_since, :now) WHERE id = (SELECT webhook_id FROM delivery WHERE id = :id);

-- name: resend_delivery!
UPDATE delivery SET state = 'waiting', tries = 0, first_at = NULL, next_at = :now, status = NULL,
    error = ''
WHERE webhook_id = :id AND state IN ('dead', 'delivered', 'waiting') AND (:delivery IS NULL OR id = :delivery)
    AND (:delivery IS NOT NULL OR state = 'dead') AND (type NOT IN ('record.completed', 'record.corrected', 'record.provisional')
        OR scan_id NOT IN (SELECT id FROM scan WHERE erased_at IS NOT NULL));

-- name: end_deliveries_of_scan!
UPDATE delivery SET state = 'erased', last_at = COALESCE(last_at, (SELECT erased_at FROM scan WHERE id = :scan_id))
WHERE scan_id = :scan_id AND state IN ('waiting', 'dead')
    AND type IN ('record.completed', 'record.corrected', 'record.provisional');

-- name: prune_deliveries!
DELETE FROM delivery WHERE state <> 'waiting' AND last_at < :before;

-- name: batches_seen^
SELECT batches_seen FROM lineage;

-- name: set_batches_seen!
UPDATE lineage SET batches_seen = :number;

-- name: batches_touched
-- The batches of which something became of a scan after this number.
SELECT DISTINCT s.batch AS name FROM event_seen v JOIN scan s ON s.id = v.scan_id
WHERE v.number > :after AND v.number <= :until AND s.batch <> '';

-- name: batch_unfinished^
-- A scan of a batch of which something is still to come.
SELECT 1 FROM scan s WHERE s.batch = :name AND s.erased_at IS NULL AND COALESCE({part_last_aside}, '') <> 'scan set aside'
    AND NOT EXISTS (SELECT 1 FROM duplicate d WHERE d.newer = s.id AND d.settled IN ('duplicate', 'retake', 'joined'))
    AND NOT EXISTS (SELECT 1 FROM set_aside a WHERE a.file = s.sha256)
    AND (s.recorded_at IS NULL OR EXISTS (SELECT 1 FROM record r JOIN record_text x ON x.id = r.id WHERE r.scan_id = s.id
        AND r.version = (SELECT MAX(version) FROM record WHERE scan_id = s.id) AND instr(x.exceptions, '["below target",') > 0)) LIMIT 1;

-- name: batch_counts^
-- Of all that came: scans that are not forgotten, those with a record, and those set aside without one.
SELECT COUNT(*) AS taken_in, COUNT(*) FILTER (WHERE s.erased_at IS NULL) AS scans,
    COUNT(*) FILTER (WHERE s.erased_at IS NULL AND s.recorded_at IS NOT NULL) AS records,
    COUNT(*) FILTER (WHERE s.erased_at IS NULL AND s.recorded_at IS NULL AND (COALESCE({part_last_aside}, '') = 'scan set aside'
        OR EXISTS (SELECT 1 FROM duplicate d WHERE d.newer = s.id AND d.settled IN ('duplicate', 'retake', 'joined'))
        OR EXISTS (SELECT 1 FROM set_aside a WHERE a.file = s.sha256))) AS set_aside, MAX(s.received_at) AS latest
FROM scan s WHERE s.batch = :name;

-- name: batch_told^
SELECT scans FROM batch_told WHERE name = :name;

-- name: put_batch_told!
INSERT INTO batch_told (name, scans, number) SELECT :name, :scans, seq FROM sqlite_sequence WHERE name = 'outbox'
ON CONFLICT (name) DO UPDATE SET scans = excluded.scans, number = excluded.number;

-- name: drop_batch_told!
DELETE FROM batch_told WHERE name = :name;

-- name: is_set_aside_for^
SELECT 1 FROM set_aside WHERE file = :file AND error = :error;
