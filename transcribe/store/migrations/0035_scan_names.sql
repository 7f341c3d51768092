-- People name a scan by the file that it came in.

CREATE INDEX scan_name ON scan (name) WHERE name <> '';
