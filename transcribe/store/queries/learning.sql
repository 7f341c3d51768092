-- name: parameters_latest^
SELECT * FROM parameters ORDER BY version DESC LIMIT 1;

-- name: parameters_version^
SELECT * FROM parameters WHERE version = :version;

-- name: parameters_versions
SELECT version, at FROM parameters ORDER BY version;

-- name: put_parameters!
INSERT INTO parameters (version, content, at) VALUES (:version, :content, :now);

-- name: put_learning!
INSERT INTO learning (at, actor, verdict, version, made, back_to, seen, numbers)
VALUES (:now, :actor, :verdict, :version, :made, :back_to, :seen, :numbers);

-- name: learnings
SELECT * FROM learning ORDER BY number;
