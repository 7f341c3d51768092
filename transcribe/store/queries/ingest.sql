-- name: form_digest^
SELECT digest FROM form WHERE name = :name AND version = :version;

-- name: put_form!
INSERT INTO form (name, version, digest, definition, options, retention_days, at)
VALUES (:name, :version, :digest, :definition, :options, :retention_days, :now);

-- name: put_form_field<!
INSERT INTO form_field (form, version, name, type, languages, regions, qualification, apart)
VALUES (:form, :version, :name, :type, :languages, :regions, :qualification, :apart);

-- name: forms
SELECT name, version, digest FROM form ORDER BY name, version;

-- name: form_times
SELECT name, version, at FROM form ORDER BY name, version;

-- name: form_fields
SELECT id, form, version, name, type, languages, regions, qualification, apart FROM form_field ORDER BY id;

-- name: put_file!
INSERT INTO source_file (sha256, name, size, media_type, at) VALUES (:sha256, :name, :size, :media_type, :now)
ON CONFLICT (sha256) DO NOTHING;

-- name: put_scan!
INSERT INTO scan (sha256, form, form_version, name, batch, received_at)
VALUES (:sha256, :form, :form_version, :name, :batch, :now) ON CONFLICT (sha256) DO NOTHING;

-- name: put_scan_page!
INSERT INTO scan_page (scan_id, number, file, page, turn, hocr)
VALUES (:scan_id, :number, :file, :page, :turn, :hocr);

-- name: put_scan_file!
INSERT INTO scan_file (scan_id, sha256) VALUES (:scan_id, :sha256) ON CONFLICT DO NOTHING;

-- name: end_set_aside!
DELETE FROM set_aside WHERE file = :file;

-- name: end_set_aside_of_scan!
DELETE FROM set_aside WHERE file IN (SELECT sha256 FROM scan_file WHERE scan_id = :scan_id);

-- name: end_set_aside_at!
DELETE FROM set_aside WHERE place = :place AND place <> '';

-- name: set_aside!
INSERT INTO set_aside (file, error, message, batch, at, place) VALUES (:file, :error, :message, :batch, :now, :place)
ON CONFLICT (file) DO UPDATE SET error = excluded.error, message = excluded.message, batch = excluded.batch, at = excluded.at,
    place = excluded.place;

-- name: list_set_aside
SELECT a.*, f.name, f.size, f.media_type FROM set_aside a JOIN source_file f ON f.sha256 = a.file
ORDER BY a.at DESC, a.file;

-- name: scan_row^
SELECT * FROM scan WHERE sha256 = :sha256;

-- name: scan_by_number^
SELECT * FROM scan WHERE id = :scan_id;

-- name: scans_beginning
SELECT * FROM scan WHERE sha256 >= :beginning AND sha256 < :beginning || 'g' ORDER BY sha256 LIMIT 2;

-- name: scans_named
SELECT * FROM scan WHERE name = :name AND name <> ''
UNION SELECT s.* FROM other_name o JOIN scan s ON s.id = o.scan_id WHERE o.name = :name ORDER BY received_at, id;

-- name: put_other_name!
INSERT INTO other_name (scan_id, name, at) VALUES (:scan_id, :name, :now) ON CONFLICT (scan_id, name) DO NOTHING;

-- name: other_names
SELECT name FROM other_name WHERE scan_id = :scan_id ORDER BY at, name;

-- name: scans_of_file
SELECT s.* FROM scan s JOIN scan_file f ON f.scan_id = s.id
WHERE f.sha256 = :sha256 AND s.erased_at IS NULL ORDER BY s.id;

-- name: latest_fits
SELECT r.form, r.fit FROM reads r JOIN scan s ON s.id = r.scan_id AND s.form = r.form AND s.form_version = r.form_version
WHERE r.fit IS NOT NULL AND s.erased_at IS NULL ORDER BY r.at DESC, r.scan_id DESC LIMIT :limit;

-- name: scan_pages
SELECT * FROM scan_page WHERE scan_id = :scan_id ORDER BY number;

-- name: has_reads^
SELECT 1 FROM reads WHERE scan_id = :scan_id AND form = :form AND form_version = :form_version;

-- name: put_reads!
INSERT INTO reads (scan_id, form, form_version, fit, quality, advice, at)
VALUES (:scan_id, :form, :form_version, :fit, :quality, :advice, :now)
ON CONFLICT (scan_id, form, form_version) DO UPDATE
SET fit = excluded.fit, quality = excluded.quality, advice = excluded.advice, at = excluded.at;

-- name: keep_replaced_picture!
-- The archive still has what is replaced here; whoever forgets the scan must find its name.
INSERT INTO erased_name (scan_id, sha256) SELECT scan_id, sha256 FROM page_picture
WHERE scan_id = :scan_id AND number = :number AND sha256 <> :sha256 ON CONFLICT DO NOTHING;

-- name: keep_replaced_files!
INSERT INTO erased_name (scan_id, sha256)
SELECT scan_id, file FROM scan_page WHERE scan_id = :scan_id
UNION SELECT scan_id, hocr FROM scan_page WHERE scan_id = :scan_id AND hocr <> ''
UNION SELECT scan_id, sha256 FROM page_picture WHERE scan_id = :scan_id
ON CONFLICT DO NOTHING;

-- name: mask_scan_page!
UPDATE scan_page SET file = :file, page = 1, turn = 0, hocr = '' WHERE scan_id = :scan_id AND number = :number;

-- name: put_picture!
INSERT INTO page_picture (scan_id, number, sha256, width, height) VALUES (:scan_id, :number, :sha256, :width, :height)
ON CONFLICT (scan_id, number) DO UPDATE
SET sha256 = excluded.sha256, width = excluded.width, height = excluded.height;

-- name: pictures
SELECT number, sha256, width, height FROM page_picture WHERE scan_id = :scan_id ORDER BY number;

-- name: picture_number^
SELECT number FROM page_picture WHERE scan_id = :scan_id AND number = :number;

-- name: field_id^
SELECT id FROM field WHERE scan_id = :scan_id AND form = :form AND form_version = :form_version AND name = :name
    AND row_number = :row_number;

-- name: fields_now
SELECT id, name, row_number FROM field_now WHERE scan_id = :scan_id;

-- name: put_field<!
INSERT INTO field (scan_id, form, form_version, name, row_number)
VALUES (:scan_id, :form, :form_version, :name, :row_number);

-- name: keep_replaced_snippet!
INSERT INTO erased_name (scan_id, sha256) SELECT f.scan_id, p.snippet FROM place p JOIN field f ON f.id = p.field_id
WHERE p.field_id = :field_id AND p.snippet IS NOT NULL AND p.snippet IS NOT :snippet ON CONFLICT DO NOTHING;

-- name: put_place!
INSERT INTO place (field_id, page, x0, y0, x1, y1, snippet, confidence, frame)
VALUES (:field_id, :page, :x0, :y0, :x1, :y1, :snippet, :confidence, :frame)
ON CONFLICT (field_id) DO UPDATE SET page = excluded.page, x0 = excluded.x0, y0 = excluded.y0, x1 = excluded.x1,
    y1 = excluded.y1, snippet = excluded.snippet, confidence = excluded.confidence, frame = excluded.frame;

-- name: move_place!
UPDATE place SET page = COALESCE(:page, page), x0 = :x0, y0 = :y0, x1 = :x1, y1 = :y1, snippet = NULL, confidence = 1.0,
    frame = NULL
WHERE field_id = :field_id;

-- name: place^
SELECT * FROM place WHERE field_id = :field_id;

-- name: places
SELECT p.*, f.name, f.row_number FROM field_now f JOIN place p ON p.field_id = f.id WHERE f.scan_id = :scan_id ORDER BY f.id;

-- name: put_reading<!
INSERT INTO reading (id, idem, field_id, lane, source, kind, transcriber_id, task_id, late, confidence, seconds, flags,
    conditions, box, text_hash, words_hash, at)
VALUES (:id, :idem, :field_id, :lane, :source, :kind, :transcriber_id, :task_id, :late, :confidence, :seconds, :flags,
    :conditions, :box, :text_hash, :words_hash, :now) ON CONFLICT (idem) DO NOTHING;

-- name: put_reading_text!
INSERT INTO reading_text (number, text, alternatives, shown, legible, reason)
VALUES (:number, :text, :alternatives, :shown, :legible, :reason);

-- name: scan_has_new!
UPDATE scan SET latest = CASE WHEN latest < :number THEN :number ELSE latest END WHERE id = :scan_id;

-- name: set_scan_form!
UPDATE scan SET form = :form, form_version = :form_version, wakes = wakes + 1 WHERE id = :scan_id;

-- name: turn_scan_page!
UPDATE scan_page SET turn = :turn WHERE scan_id = :scan_id AND number = :number AND turn <> :turn;

-- name: turn_scan_pages!
UPDATE scan_page SET turn = :turn WHERE scan_id = :scan_id AND turn <> :turn;

-- name: close_tasks_of_other_forms!
UPDATE task SET closed_at = CASE WHEN transcriber_id IS NULL THEN :now END, withdrawn_at = :now
WHERE scan_id = :scan_id AND closed_at IS NULL AND kind <> 'appeal'
    AND (kind = 'identify' OR field_id NOT IN (SELECT id FROM field_now WHERE scan_id = :scan_id));

-- name: put_engine_time!
INSERT INTO engine_time (scan_id, engine, milliseconds, at) VALUES (:scan_id, :engine, :milliseconds, :now);
