-- name: drop_page_prints!
DELETE FROM page_print WHERE scan_id = :scan_id;

-- name: drop_print_bands!
DELETE FROM print_band WHERE scan_id = :scan_id;

-- name: drop_identity!
DELETE FROM identity WHERE scan_id = :scan_id;

-- name: drop_identity_parts!
DELETE FROM identity_part WHERE scan_id = :scan_id;

-- name: put_page_print!
INSERT INTO page_print (scan_id, number, form, bits) VALUES (:scan_id, :number, :form, :bits);

-- name: put_print_bands!
INSERT INTO print_band (slot, scan_id) SELECT DISTINCT value, :scan_id FROM json_each(:slots);

-- name: part_is_no_partner
-- Whether the scan s is none that another may be the same order as: forgotten, set aside, or a duplicate itself.
(s.erased_at IS NOT NULL OR COALESCE({part_last_aside}, '') = 'scan set aside'
    OR EXISTS (SELECT 1 FROM duplicate d WHERE d.newer = s.id AND d.settled IN ('duplicate', 'retake', 'joined')))

-- name: part_stands_still
-- Whether the scan s is in a cancelled batch and no record of it stands: nobody counts it as an order that came before.
(s.recorded_at IS NULL AND EXISTS (SELECT 1 FROM batch b WHERE b.name = s.batch AND b.cancelled_at IS NOT NULL))

-- name: prints_alike
-- The fingerprints of all scans that share a band with these slots.
SELECT p.scan_id, p.number, p.bits FROM (SELECT DISTINCT b.scan_id AS id FROM json_each(:slots) o
    JOIN print_band b ON b.slot = o.value WHERE b.scan_id <> :scan_id) c
JOIN page_print p ON p.scan_id = c.id;

-- name: is_partner^
SELECT CASE WHEN {part_stands_still} THEN 1 ELSE 0 END AS stands_still FROM scan s
WHERE s.id = :scan_id AND NOT {part_is_no_partner};

-- name: put_identity!
INSERT INTO identity (scan_id, keyed, probability) VALUES (:scan_id, :keyed, :probability);

-- name: identities_of
SELECT keyed, probability FROM identity WHERE scan_id = :scan_id;

-- name: put_identity_part!
INSERT INTO identity_part (scan_id, field, keyed, probability) VALUES (:scan_id, :field, :keyed, :probability);

-- name: identity_parts
SELECT field, keyed, probability FROM identity_part WHERE scan_id = :scan_id;

-- name: parts_differing
-- How probable each value that identifies an order and is another on the other scan is right on both.
SELECT a.probability * b.probability AS probability FROM identity_part a
JOIN identity_part b ON b.field = a.field AND b.scan_id = :other AND b.keyed <> a.keyed WHERE a.scan_id = :scan_id;

-- name: share_identity^
-- Whether all values that identify an order surely are the same on two scans, as read or as corrected.
SELECT 1 FROM identity i JOIN identity j ON j.keyed = i.keyed AND j.scan_id = :other
WHERE i.scan_id = :scan_id AND i.probability * j.probability >= :least LIMIT 1;

-- name: same_identities
SELECT i.scan_id, i.probability FROM identity i JOIN scan s ON s.id = i.scan_id
WHERE i.keyed = :keyed AND i.scan_id <> :scan_id AND NOT {part_is_no_partner}
ORDER BY CASE WHEN {part_stands_still} THEN 1 ELSE 0 END, i.scan_id LIMIT :count;

-- name: not_alike_any_more!
UPDATE duplicate SET differing = NULL WHERE (older = :scan_id OR newer = :scan_id) AND differing IS NOT NULL;

-- name: put_duplicate<!
INSERT INTO duplicate (older, newer, policy, found_at) VALUES (:older, :newer, :policy, :now);

-- name: duplicate_of_two^
SELECT * FROM duplicate WHERE older = :older AND newer = :newer;

-- name: duplicates_of_one
SELECT * FROM duplicate WHERE older = :scan_id OR newer = :scan_id ORDER BY id;

-- name: set_differing!
UPDATE duplicate SET differing = :differing WHERE id = :id;

-- name: set_same_values!
UPDATE duplicate SET same_values = :same_values WHERE id = :id;

-- name: set_refuted!
UPDATE duplicate SET refuted = :refuted WHERE id = :id AND refuted <> :refuted;

-- name: set_settled!
UPDATE duplicate SET settled = :settled WHERE id = :id;

-- name: wake_partners!
UPDATE scan SET wakes = wakes + 1 WHERE erased_at IS NULL AND id IN (
    SELECT newer FROM duplicate WHERE older = :scan_id UNION SELECT older FROM duplicate WHERE newer = :scan_id);

-- name: part_is_pair
-- Whether the pair d is one: both scans are there, and none is aside or stands still where it was not settled yet.
o.erased_at IS NULL AND n.erased_at IS NULL
    AND (d.settled <> '' OR (d.refuted = 0 AND o.form = n.form
        AND ((d.differing IS NOT NULL AND d.told_apart = 0) OR d.same_values IS NOT NULL)
        AND NOT EXISTS (SELECT 1 FROM scan s WHERE s.id IN (d.older, d.newer) AND {part_last_aside} = 'scan set aside')
        AND NOT EXISTS (SELECT 1 FROM scan s WHERE s.id IN (d.older, d.newer) AND {part_stands_still})
        AND NOT EXISTS (SELECT 1 FROM duplicate e WHERE e.newer IN (d.older, d.newer) AND e.settled IN ('duplicate', 'retake', 'joined'))))

-- name: pairs
SELECT d.*, o.sha256 AS older_id, n.sha256 AS newer_id, n.batch FROM duplicate d
JOIN scan o ON o.id = d.older JOIN scan n ON n.id = d.newer WHERE {part_is_pair} ORDER BY d.id DESC;

-- name: pairs_of_scan
SELECT d.*, o.sha256 AS older_id, n.sha256 AS newer_id, n.batch FROM duplicate d
JOIN scan o ON o.id = d.older JOIN scan n ON n.id = d.newer
WHERE (d.older = :scan_id OR d.newer = :scan_id) AND {part_is_pair} ORDER BY d.id DESC;

-- name: pairs_told_otherwise
-- The pairs with a scan that programs were told of and that are none any more, or the other way round.
SELECT d.* FROM duplicate d JOIN scan o ON o.id = d.older JOIN scan n ON n.id = d.newer
WHERE (d.older = :scan_id OR d.newer = :scan_id)
    AND d.told <> CASE WHEN d.settled <> 'different' AND {part_is_pair} THEN 1 ELSE 0 END ORDER BY d.id;

-- name: set_told!
UPDATE duplicate SET told = :told WHERE id = :id;

-- name: look_alikes
-- The partners of a scan that look like it and that nobody has settled, with what was said of the pair.
SELECT d.id, d.newer, d.told_apart, s.sha256 FROM duplicate d
JOIN scan s ON s.id = CASE WHEN d.older = :scan_id THEN d.newer ELSE d.older END
WHERE (d.older = :scan_id OR d.newer = :scan_id) AND d.differing IS NOT NULL AND d.settled = '' AND s.erased_at IS NULL
ORDER BY d.id;

-- name: set_told_apart!
UPDATE duplicate SET told_apart = :apart WHERE id = :id AND told_apart <> :apart;

-- name: sha256_of_scan^
SELECT sha256 FROM scan WHERE id = :scan_id;
