#!/bin/sh
# Makes the work pool on Prefect's server, and the deployments of ingest and shift in it; again it brings them up to date.
set -eu

# Without containers the program lies in an environment of its own.
PATH="$FAIRHAND_SOURCE/.venv/bin:$PATH"
prefect --no-prompt work-pool create fairhand --type process --overwrite
prefect --no-prompt deploy --prefect-file "$FAIRHAND_SOURCE/deployments/prefect.yaml" --name ingest --name shift
