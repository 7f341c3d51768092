-- What a task shows in its box before anybody types, where the form allows it. It is personal text, so it stands apart.

CREATE TABLE task_text (id INTEGER PRIMARY KEY REFERENCES task (id), prefill TEXT NOT NULL) STRICT;

DROP VIEW task_seen;
CREATE VIEW task_seen AS
SELECT t.*, x.prefill, s.sha256 AS scan, s.erased_at, f.name, f.row_number, p.public_id AS transcriber,
       CASE WHEN f.form = '' THEN s.form ELSE f.form END AS form,
       CASE WHEN f.form = '' THEN s.form_version ELSE f.form_version END AS form_version
FROM task t JOIN scan s ON s.id = t.scan_id JOIN field f ON f.id = t.field_id
LEFT JOIN task_text x ON x.id = t.id
LEFT JOIN transcriber p ON p.id = t.transcriber_id;
