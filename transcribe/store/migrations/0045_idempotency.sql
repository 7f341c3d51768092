-- What a request of a program was answered, so that one that is sent again does nothing twice. Neither words nor values.

CREATE TABLE program_answer (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL, idem TEXT NOT NULL, request_hash TEXT NOT NULL, answer TEXT NOT NULL,
    at INTEGER NOT NULL, UNIQUE (token, idem)
) STRICT;
CREATE INDEX program_answer_at ON program_answer (at);
