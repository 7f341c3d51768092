#!/bin/sh
# Makes the virtual environment of $1 from the lock file $2 (requirements.lock; hashes checked) with fairhand itself in it.
# uv does in seconds what takes pip more than a minute; where it cannot be had, pip does it.
set -eu

folder=$1
lock=${2:-requirements.lock}
python=$(sh "$(dirname "$0")/python.sh")
[ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
"$folder/bin/python" -c "import pip" 2>/dev/null || "$folder/bin/python" -m ensurepip --upgrade >/dev/null
quiet_pip() { "$folder/bin/python" -m pip --quiet --disable-pip-version-check "$@"; }
quiet_uv() { VIRTUAL_ENV=$PWD/$folder "$folder/bin/uv" --quiet "$@"; }

echo "Installing Python packages into $folder" >&2
if quiet_pip install uv 2>/dev/null && quiet_uv pip install --require-hashes -r "$lock"; then
    quiet_uv pip install --no-deps --no-build-isolation -e .
else
    quiet_pip install --require-hashes -r "$lock"
    quiet_pip install --no-deps --no-build-isolation -e .
fi
