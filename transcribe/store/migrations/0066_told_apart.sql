-- Pairs of scans that look alike, and of which values that identify no order are others: several differ, so they are two.

ALTER TABLE duplicate ADD COLUMN told_apart INTEGER NOT NULL DEFAULT 0;
