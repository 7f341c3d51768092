-- Files that were set aside are found by their batch, pairs of scans by that nobody has settled them, and records are counted
-- among what is summed up.

CREATE INDEX set_aside_batch ON set_aside (batch, at);
INSERT INTO scan_changed SELECT id FROM scan WHERE true ON CONFLICT DO NOTHING;
CREATE INDEX duplicate_open ON duplicate (id) WHERE settled = '';
