-- What stands on a paper and what it was corrected to may both identify an order: a scan may have several identities.
-- `told`: whether programs were told that the pair is one, so that they are told when it is one no more.

CREATE TABLE identity_seen (
    scan_id INTEGER NOT NULL REFERENCES scan (id), keyed TEXT NOT NULL, probability REAL NOT NULL, PRIMARY KEY (scan_id, keyed)
) STRICT, WITHOUT ROWID;
INSERT INTO identity_seen (scan_id, keyed, probability) SELECT scan_id, keyed, probability FROM identity;
DROP TABLE identity;
ALTER TABLE identity_seen RENAME TO identity;
CREATE INDEX identity_keyed ON identity (keyed);

ALTER TABLE duplicate ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
UPDATE duplicate SET told = 1 WHERE settled <> 'different'
    AND (settled <> '' OR (refuted = 0 AND ((differing IS NOT NULL AND told_apart = 0) OR same_values IS NOT NULL)));
