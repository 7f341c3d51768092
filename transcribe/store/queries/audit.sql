-- name: last_audit^
SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1;

-- name: put_audit!
INSERT INTO audit (at, actor, action, subject, detail, previous, seal, hash)
VALUES (:at, :actor, :action, :subject, :detail, :previous, :seal, :hash);

-- name: audit
SELECT * FROM audit WHERE number > :after ORDER BY number;
