#!/bin/sh
# Makes users and databases for the state and for Prefect's server; PostgreSQL's image runs it once, with an empty volume.
set -eu

psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set fairhand="$FAIRHAND_DATABASE_PASSWORD" --set prefect="$PREFECT_DATABASE_PASSWORD" <<'END'
CREATE ROLE fairhand LOGIN PASSWORD :'fairhand';
CREATE DATABASE fairhand OWNER fairhand ENCODING 'UTF8' TEMPLATE template0;
CREATE ROLE prefect LOGIN PASSWORD :'prefect';
CREATE DATABASE prefect OWNER prefect ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE fairhand, prefect FROM PUBLIC;
\connect prefect
CREATE EXTENSION IF NOT EXISTS pg_trgm;
END
