#!/bin/sh
# Writes the variables of deployments/compose.yaml with secrets of chance: `sh deployments/secrets.sh orders.example deployments/.env`.
# A file that is there already stays as it is: what was made with the first secrets does not open with others.
# The file is for its owner only. Without one they are printed.
set -eu

name=${1:?say the name under which people reach the pages, as orders.example}
file=${2:-}
case $name in
*[!A-Za-z0-9.-]* | .* | -*)
    echo "$name is no name of a machine. Write it without https:// and without a path, as orders.example." >&2
    exit 2
    ;;
esac
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

if [ -n "$file" ]; then
    if [ -e "$file" ]; then
        echo "$file is there already. Its secrets open what was made with them; remove it yourself where that is gone." >&2
        exit 1
    fi
    umask 077
    exec > "$file"
fi

cat <<END
# The name under which people reach the pages; Caddy fetches the certificate for it.
FAIRHAND_NAME=$name
# PostgreSQL: its superuser, the user of the state, the user of Prefect's server.
POSTGRES_PASSWORD=$(random)
FAIRHAND_DATABASE_PASSWORD=$(random)
PREFECT_DATABASE_PASSWORD=$(random)
# What Prefect's server asks for: its pages, and everything that talks to it.
PREFECT_PASSWORD=$(random)
# The bucket: its administrator, and the user of fairhand, who may use the bucket of the pictures and nothing else.
BUCKET_ROOT_SECRET=$(random)
BUCKET_KEY=fairhand
BUCKET_SECRET=$(random)
END
