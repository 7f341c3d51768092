#!/bin/sh
# Makes the work pool on Prefect's server and the deployment of ingest in it; again it brings both up to date.
set -eu

prefect --no-prompt work-pool create fairhand --type process --overwrite
prefect --no-prompt deploy --prefect-file "$FAIRHAND_SOURCE/deployments/prefect.yaml" --name ingest
