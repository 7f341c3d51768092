#!/bin/sh
# Prints the variables of deployments/compose.yaml with secrets of chance: `sh deployments/secrets.sh orders.example > deployments/.env`.
# Do it once: what was made with the first secrets does not open with others. The file is for its owner only: umask 077 before.
set -eu

name=${1:?say the name under which people reach the pages, as orders.example}
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

cat <<END
# The name under which people reach the pages; Caddy fetches the certificate for it.
FAIRHAND_NAME=$name
# PostgreSQL: its superuser, the user of the state, the user of Prefect's server.
POSTGRES_PASSWORD=$(random)
FAIRHAND_DATABASE_PASSWORD=$(random)
PREFECT_DATABASE_PASSWORD=$(random)
# What Prefect's server asks for: its pages, and everything that talks to it.
PREFECT_PASSWORD=$(random)
# The key of the bucket.
BUCKET_KEY=fairhand
BUCKET_SECRET=$(random)
END
