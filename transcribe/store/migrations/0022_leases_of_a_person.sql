-- The last leases of a person are looked at when they ask for work: a control item that lapsed comes again as others do.
CREATE INDEX lease_transcriber ON lease (transcriber_id, id);
