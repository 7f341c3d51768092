-- Where a file that was set aside lay, as the SHA-256 of its path: one that is replaced there by a good one is not set
-- aside any more. Empty: nobody knows, as of files that came before this.

ALTER TABLE set_aside ADD COLUMN place TEXT NOT NULL DEFAULT '';
