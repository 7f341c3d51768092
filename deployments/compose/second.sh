#!/bin/sh
# Pages of a second machine: a home of its own, with the key of the first one, and its forms.
set -eu
first=$1

mkdir -p "$FAIRHAND_HOME" "$first/forms"
[ -e "$FAIRHAND_HOME/state.key" ] || (umask 077 && cp "$first/state.key" "$FAIRHAND_HOME/")
[ -e "$FAIRHAND_HOME/forms" ] || ln -s "$first/forms" "$FAIRHAND_HOME/forms"
exec fairhand serve
