#!/bin/sh
# Makes the bucket of the pictures where there is none; old versions are not kept there, as what is forgotten would stay.
set -eu

until mc alias set store "$AWS_ENDPOINT_URL" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >/dev/null; do
    sleep 1
done
mc mb --ignore-existing store/pictures
