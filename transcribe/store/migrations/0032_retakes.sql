-- Whether a scan was read again from another picture: what people could not read on the one before is history then too.

ALTER TABLE rereading ADD COLUMN retaken INTEGER NOT NULL DEFAULT 0;
