-- A scan of which only provisional records were published waits for people; it was counted as finished and asked again.

INSERT INTO scan_changed (scan_id) SELECT scan_id FROM scan_summary WHERE state = 'finished, and asked again'
ON CONFLICT DO NOTHING;
