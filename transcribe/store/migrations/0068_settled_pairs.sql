-- A scan without a record that was settled as the same order as another counts as set aside; it was left with the machines.

INSERT INTO scan_changed (scan_id) SELECT d.newer FROM duplicate d WHERE d.settled IN ('duplicate', 'retake', 'joined')
ON CONFLICT DO NOTHING;
