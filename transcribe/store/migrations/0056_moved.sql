-- Where the state was moved to from this database: nothing is written here any more. Empty: it is here.

ALTER TABLE lineage ADD COLUMN moved_to TEXT NOT NULL DEFAULT '';
