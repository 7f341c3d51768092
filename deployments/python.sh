#!/bin/sh
# Prints the first Python on this machine that fairhand runs on (3.11 to 3.13); $PYTHON is asked first.
for python in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
    if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
        echo "$python"
        exit 0
    fi
done
echo "fairhand needs Python 3.11, 3.12 or 3.13; set PYTHON to one." >&2
exit 3
