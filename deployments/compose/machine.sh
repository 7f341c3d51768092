#!/bin/sh
# One machine more: a home of its own with the key of all of them, and their forms; then what runs on it.
set -eu
key=$1 forms=$2
shift 2

mkdir -p "$FAIRHAND_HOME" "$forms"
[ -e "$FAIRHAND_HOME/state.key" ] || (umask 077 && cp "$key" "$FAIRHAND_HOME/state.key")
[ -e "$FAIRHAND_HOME/forms" ] || ln -s "$forms" "$FAIRHAND_HOME/forms"
exec "$@"
