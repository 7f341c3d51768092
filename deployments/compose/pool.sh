#!/bin/sh
# Makes the work pool on Prefect's server, the deployments of ingest and shift in it, and automations.
# Again it brings them up to date.
set -eu

# Without containers the program lies in an environment of its own, in the folder that this file is of.
FAIRHAND_SOURCE=${FAIRHAND_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
export FAIRHAND_SOURCE
PATH="$FAIRHAND_SOURCE/.venv/bin:$PATH"
prefect --no-prompt work-pool create fairhand --type process --overwrite
prefect --no-prompt deploy --prefect-file "$FAIRHAND_SOURCE/deployments/prefect.yaml" --name ingest --name shift
# What begins runs again that ended with their worker, and wakes others.
cd "$FAIRHAND_SOURCE"
python -m flows.automations
