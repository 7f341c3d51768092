-- name: scan_is_erased!
UPDATE scan SET erased_at = :now, claimed_until = NULL WHERE id = :scan_id;

-- name: archive_names
SELECT DISTINCT substr(n.sha256, 1, 64) AS sha256 FROM (
    SELECT file AS sha256 FROM scan_page WHERE scan_id = :scan_id
    UNION SELECT hocr FROM scan_page WHERE scan_id = :scan_id AND hocr <> ''
    UNION SELECT sha256 FROM scan_file WHERE scan_id = :scan_id
    UNION SELECT sha256 FROM page_picture WHERE scan_id = :scan_id
    UNION SELECT p.snippet FROM place p JOIN field f ON f.id = p.field_id WHERE f.scan_id = :scan_id AND p.snippet IS NOT NULL
    UNION SELECT sha256 FROM erased_name WHERE scan_id = :scan_id) n
WHERE NOT EXISTS (SELECT 1 FROM scan_page o JOIN scan s ON s.id = o.scan_id
        WHERE (o.file = n.sha256 OR o.hocr = n.sha256) AND s.id <> :scan_id AND s.erased_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM scan_file o JOIN scan s ON s.id = o.scan_id
        WHERE o.sha256 = n.sha256 AND s.id <> :scan_id AND s.erased_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM page_picture o WHERE o.sha256 = n.sha256 AND o.scan_id <> :scan_id)
    AND NOT EXISTS (SELECT 1 FROM place o JOIN field f ON f.id = o.field_id
        WHERE substr(o.snippet, 1, 64) = substr(n.sha256, 1, 64) AND o.snippet IS NOT NULL AND f.scan_id <> :scan_id)
ORDER BY 1;

-- name: names_file^
SELECT EXISTS (SELECT 1 FROM scan_page o JOIN scan s ON s.id = o.scan_id
        WHERE (o.file = :sha256 OR o.hocr = :sha256) AND s.erased_at IS NULL)
    OR EXISTS (SELECT 1 FROM page_picture o WHERE o.sha256 = :sha256)
    OR EXISTS (SELECT 1 FROM place o WHERE substr(o.snippet, 1, 64) = :sha256 AND o.snippet IS NOT NULL) AS is_named;

-- name: replaced_names
SELECT DISTINCT substr(n.sha256, 1, 64) AS sha256 FROM erased_name n WHERE n.scan_id = :scan_id
    AND NOT EXISTS (SELECT 1 FROM scan_page o JOIN scan s ON s.id = o.scan_id
        WHERE (o.file = n.sha256 OR o.hocr = n.sha256) AND s.erased_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM page_picture o WHERE o.sha256 = n.sha256)
    AND NOT EXISTS (SELECT 1 FROM place o
        WHERE substr(o.snippet, 1, 64) = substr(n.sha256, 1, 64) AND o.snippet IS NOT NULL)
ORDER BY 1;

-- name: keep_erased_names!
-- Some are kept already: what was replaced, and came back, as by a page that was turned and turned back.
INSERT INTO erased_name (scan_id, sha256)
SELECT :scan_id, sha256 FROM page_picture WHERE scan_id = :scan_id
UNION SELECT :scan_id, p.snippet FROM place p JOIN field f ON f.id = p.field_id
    WHERE f.scan_id = :scan_id AND p.snippet IS NOT NULL
ON CONFLICT DO NOTHING;

-- name: erase_reading_texts!
DELETE FROM reading_text WHERE number IN (
    SELECT r.number FROM reading r JOIN field f ON f.id = r.field_id WHERE f.scan_id = :scan_id);

-- name: erase_task_texts!
DELETE FROM task_text WHERE id IN (
    SELECT t.id FROM task t JOIN field f ON f.id = t.field_id WHERE f.scan_id = :scan_id);

-- name: erase_decision_texts!
DELETE FROM decision_text WHERE id IN (
    SELECT d.id FROM decision d JOIN field f ON f.id = d.field_id WHERE f.scan_id = :scan_id);

-- name: erase_record_texts!
DELETE FROM record_text WHERE id IN (SELECT id FROM record WHERE scan_id = :scan_id);

-- name: erase_truth_texts!
DELETE FROM truth_text WHERE id IN (
    SELECT t.id FROM truth t JOIN field f ON f.id = t.field_id WHERE f.scan_id = :scan_id);

-- name: erase_appeal_texts!
DELETE FROM appeal_text WHERE id IN (
    SELECT a.id FROM appeal a JOIN field f ON f.id = a.field_id WHERE f.scan_id = :scan_id);

-- name: erase_question_texts!
DELETE FROM question_text WHERE id IN (
    SELECT q.id FROM question q JOIN field f ON f.id = q.field_id WHERE f.scan_id = :scan_id);

-- name: erase_guide_texts!
DELETE FROM guide_example_text WHERE id IN (
    SELECT e.id FROM guide_example e JOIN field f ON f.id = e.field_id WHERE f.scan_id = :scan_id);

-- name: erase_dispute_texts!
UPDATE time_dispute SET words = '', reason = '' WHERE task_id IN (SELECT id FROM task WHERE scan_id = :scan_id);

-- name: erase_snippets!
UPDATE place SET snippet = NULL, frame = NULL WHERE field_id IN (SELECT id FROM field WHERE scan_id = :scan_id);

-- name: erase_pictures!
DELETE FROM page_picture WHERE scan_id = :scan_id;

-- name: erase_scan_name!
UPDATE scan SET name = '' WHERE id = :scan_id;

-- name: erase_other_names!
DELETE FROM other_name WHERE scan_id = :scan_id;

-- name: erase_file_names!
UPDATE source_file SET name = '' WHERE sha256 IN (SELECT sha256 FROM scan_file WHERE scan_id = :scan_id)
    AND NOT EXISTS (SELECT 1 FROM scan_file o JOIN scan s ON s.id = o.scan_id
        WHERE o.sha256 = source_file.sha256 AND s.erased_at IS NULL);

-- name: end_tasks_of_erased!
UPDATE task SET closed_at = :now, withdrawn_at = :now
WHERE scan_id = :scan_id AND closed_at IS NULL;

-- name: is_forgotten^
SELECT 1 FROM scan WHERE sha256 = :sha256 AND erased_at IS NOT NULL
UNION ALL
SELECT 1 WHERE EXISTS (SELECT 1 FROM scan_file WHERE sha256 = :sha256)
    AND NOT EXISTS (SELECT 1 FROM scan_file p JOIN scan s ON s.id = p.scan_id
        WHERE p.sha256 = :sha256 AND s.erased_at IS NULL);

-- name: kept_until^
SELECT s.received_at + f.retention_days * 86400000000 FROM scan s
JOIN form f ON f.name = s.form AND f.version = s.form_version WHERE s.id = :scan_id;

-- name: has_retention^
SELECT CASE WHEN EXISTS (SELECT 1 FROM form WHERE retention_days IS NOT NULL) THEN 1 ELSE 0 END;

-- name: past_retention
SELECT s.sha256 FROM scan s JOIN form f ON f.name = s.form AND f.version = s.form_version
WHERE s.erased_at IS NULL AND f.retention_days IS NOT NULL
    AND s.received_at + f.retention_days * 86400000000 <= :now ORDER BY s.received_at;

-- name: key_mark^
SELECT key_mark FROM lineage;

-- name: set_key_mark!
UPDATE lineage SET key_mark = :mark;

-- name: erasures_size^
SELECT erasures_size FROM lineage;

-- name: set_erasures_size!
UPDATE lineage SET erasures_size = :size;

-- name: put_erasure!
INSERT INTO erasure (keyed, at) VALUES (:keyed, :at) ON CONFLICT DO NOTHING;

-- name: erasures
SELECT keyed, at FROM erasure ORDER BY at, keyed;

-- name: erased_at^
SELECT at FROM erasure WHERE keyed = :keyed;

-- name: every_scan
SELECT sha256, erased_at FROM scan ORDER BY id;

-- name: put_erased_scan!
INSERT INTO scan (sha256, form, form_version, name, batch, received_at, erased_at) VALUES (:sha256, '', 0, '', '', :at, :at)
ON CONFLICT DO NOTHING;

-- name: put_unfinished_erasure!
INSERT INTO unfinished_erasure (scan_id, at) VALUES (:scan_id, :now) ON CONFLICT DO NOTHING;

-- name: unfinished_erasures
SELECT s.sha256 FROM unfinished_erasure u JOIN scan s ON s.id = u.scan_id ORDER BY u.scan_id;

-- name: outbox_entry^
SELECT o.kind, o.at, s.sha256 AS scan FROM outbox o JOIN scan s ON s.id = o.scan_id WHERE o.number = :number;

-- name: outbox_goes_on!
UPDATE sqlite_sequence SET seq = :number WHERE name = 'outbox' AND seq < :number;

-- name: outbox_begins!
INSERT INTO sqlite_sequence (name, seq) SELECT 'outbox', :number
WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'outbox');

-- name: kept_names
SELECT file AS name FROM scan_page WHERE scan_id = :scan_id
UNION SELECT hocr FROM scan_page WHERE scan_id = :scan_id AND hocr <> ''
UNION SELECT sha256 FROM page_picture WHERE scan_id = :scan_id
UNION SELECT p.snippet FROM place p JOIN field f ON f.id = p.field_id WHERE f.scan_id = :scan_id AND p.snippet IS NOT NULL;

-- name: epoch^
SELECT epoch FROM lineage;

-- name: set_epoch!
UPDATE lineage SET epoch = :number;

-- name: last_outbox_number^
SELECT seq FROM sqlite_sequence WHERE name = 'outbox';

-- name: outbox_again!
-- The last entry of each scan once more, in their order.
INSERT INTO outbox (kind, scan_id, record_id, at) SELECT o.kind, o.scan_id, o.record_id, o.at FROM outbox o
WHERE o.number = (SELECT MAX(l.number) FROM outbox l WHERE l.scan_id = o.scan_id) ORDER BY o.number;

-- name: drop_told_between!
-- What an earlier entry says as well as a later one: it came of a restore before the last. A delivery may name one.
DELETE FROM outbox WHERE number NOT IN (SELECT number FROM delivery)
    AND EXISTS (SELECT 1 FROM outbox e WHERE e.scan_id = outbox.scan_id AND e.number < outbox.number
        AND COALESCE(e.record_id, 0) = COALESCE(outbox.record_id, 0))
    AND EXISTS (SELECT 1 FROM outbox l WHERE l.scan_id = outbox.scan_id AND l.number > outbox.number
        AND COALESCE(l.record_id, 0) = COALESCE(outbox.record_id, 0));

-- name: end_every_session!
UPDATE session SET ended_at = :now WHERE ended_at IS NULL;

-- name: revoke_every_link!
UPDATE sign_in_link SET revoked_at = :now WHERE spent_at IS NULL AND revoked_at IS NULL;

-- name: note_words_in_log!
INSERT INTO setting (name, value, at) VALUES ('words in the log', '', :now) ON CONFLICT (name) DO UPDATE SET at = excluded.at;

-- name: words_in_log^
SELECT at FROM setting WHERE name = 'words in the log';

-- name: forget_words_in_log!
DELETE FROM setting WHERE name = 'words in the log';
