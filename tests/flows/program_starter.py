"""Starts a program as fairhand does, by the words that it is given: its id is printed, then how it ended."""

from __future__ import annotations

import subprocess
import sys


def main() -> None:
    """Start Python with the words after the first one, which is `leads` where the program leads a group of its own."""
    how, *words = sys.argv[1:]
    process = subprocess.Popen([sys.executable, *words], stdin=subprocess.PIPE, start_new_session=how == "leads")
    sys.stdout.write(f"id {process.pid}\n")  # whole: where nothing is buffered, `print` writes the end of a line apart
    sys.stdout.flush()
    process.communicate(b"typed\n")
    print(process.returncode, flush=True)


if __name__ == "__main__":
    main()
