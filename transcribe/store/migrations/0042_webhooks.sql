-- Webhooks: programs that are told of what becomes of orders. `home` is a random name of this home, which stays with it.

ALTER TABLE lineage ADD COLUMN home TEXT NOT NULL DEFAULT '';
UPDATE lineage SET home = lower(hex(randomblob(8)));

-- What is told besides records and erasures, which the outbox has. Its numbers are taken from those of the outbox, so that
-- all that is told has one order. `kind`: aside, duplicate, settled, batch, restored. No words that may be personal.
CREATE TABLE event (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, scan_id INTEGER REFERENCES scan (id), other_id INTEGER REFERENCES scan (id),
    file TEXT NOT NULL, batch TEXT NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE INDEX event_scan ON event (scan_id) WHERE scan_id IS NOT NULL;

CREATE VIEW event_seen AS
SELECT number, kind, scan_id, NULL AS other_id, '' AS file, '' AS batch, '' AS note, at, record_id FROM outbox
UNION ALL SELECT number, kind, scan_id, other_id, file, batch, note, at, NULL AS record_id FROM event;

-- `position`: the number up to which everything is in the queue or was left out. `types` and `forms`: JSON lists; empty: all.
-- `off_because`: '' while it is sent to.
CREATE TABLE webhook (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL, types TEXT NOT NULL, forms TEXT NOT NULL,
    with_values INTEGER NOT NULL, private INTEGER NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL,
    off_because TEXT NOT NULL DEFAULT '', off_at INTEGER, failing_since INTEGER, delivered_at INTEGER
) STRICT;

-- Secrets are not kept: each is the keyed hash of its salt. `mark` tells whether the key is still the one it was made with.
CREATE TABLE webhook_secret (
    salt TEXT PRIMARY KEY, webhook_id INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE, mark TEXT NOT NULL,
    at INTEGER NOT NULL, until_at INTEGER
) STRICT;
CREATE INDEX webhook_secret_of ON webhook_secret (webhook_id);

-- The queue of each webhook. A row names an event and holds no content: what is sent is made when it is sent.
-- `state`: waiting, delivered, dead (tried for days in vain), erased (its scan was forgotten before).
CREATE TABLE delivery (
    id INTEGER PRIMARY KEY, webhook_id INTEGER NOT NULL REFERENCES webhook (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    message TEXT NOT NULL, type TEXT NOT NULL, scan_id INTEGER REFERENCES scan (id), state TEXT NOT NULL DEFAULT 'waiting',
    tries INTEGER NOT NULL DEFAULT 0, first_at INTEGER, next_at INTEGER NOT NULL, last_at INTEGER, status INTEGER,
    error TEXT NOT NULL DEFAULT '', at INTEGER NOT NULL, UNIQUE (webhook_id, number)
) STRICT;
CREATE INDEX delivery_waiting ON delivery (webhook_id, number) WHERE state = 'waiting';
CREATE INDEX delivery_waiting_scan ON delivery (webhook_id, scan_id, number) WHERE state = 'waiting';
CREATE INDEX delivery_dead ON delivery (webhook_id, id) WHERE state = 'dead';
CREATE INDEX delivery_ended ON delivery (last_at) WHERE state <> 'waiting';
CREATE INDEX delivery_scan ON delivery (scan_id) WHERE scan_id IS NOT NULL;

-- Batches that were told to be finished, with so many scans; and the number up to which batches were looked at.
CREATE TABLE batch_told (name TEXT PRIMARY KEY, scans INTEGER NOT NULL, number INTEGER NOT NULL) STRICT;
ALTER TABLE lineage ADD COLUMN batches_seen INTEGER NOT NULL DEFAULT 0;
UPDATE lineage SET batches_seen = (SELECT COALESCE(MAX(number), 0) FROM outbox);
