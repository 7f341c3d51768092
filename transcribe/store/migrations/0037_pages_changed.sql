-- Which pages a scan had before and after it was split or joined, as a hash of their list; '' where they stayed. What people
-- read of other pages than it has now is history, and counts again when it has those pages again.

ALTER TABLE rereading ADD COLUMN pages_from TEXT NOT NULL DEFAULT '';
ALTER TABLE rereading ADD COLUMN pages_to TEXT NOT NULL DEFAULT '';
