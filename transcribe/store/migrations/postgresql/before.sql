-- What PostgreSQL needs before the first step: lists given as JSON, and numbers that a transaction takes in order.

CREATE OR REPLACE FUNCTION json_texts(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT jsonb_array_elements_text(CAST(list AS JSONB))';
CREATE OR REPLACE FUNCTION json_numbers(list TEXT) RETURNS TABLE (value BIGINT) LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT CAST(jsonb_array_elements_text(CAST(list AS JSONB)) AS BIGINT)';
CREATE OR REPLACE FUNCTION json_people(list TEXT) RETURNS TABLE (value JSONB) LANGUAGE sql IMMUTABLE STRICT
    AS 'SELECT jsonb_array_elements(CAST(list AS JSONB))';

-- The last numbers of the log and of the outbox, which other events take theirs from. A sequence would leave gaps where a
-- transaction is rolled back, and would show numbers that are not written yet.
CREATE TABLE IF NOT EXISTS last_number (name TEXT PRIMARY KEY, seq BIGINT NOT NULL);
CREATE OR REPLACE FUNCTION next_number(of_table TEXT) RETURNS BIGINT LANGUAGE sql VOLATILE
    AS 'INSERT INTO last_number AS l VALUES (of_table, 1) ON CONFLICT (name) DO UPDATE SET seq = l.seq + 1 RETURNING seq';
