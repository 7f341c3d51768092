"""Runs a program that must not outlive whoever started it, even if that is killed: `python -m
flows.runtime.process_guard PROGRAM...`.

The one who starts it holds the other end of its standard input; when that closes, for whatever reason, the program and
all that it started are ended. A server left behind would hold its port and hundreds of megabytes.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

GRACE_SECONDS = 8.0
"""How long a program has to end by itself: one of two Prefect servers was seen to outlive SIGTERM."""


def guard(command: Sequence[str]) -> int:
    """Run a program until it ends or our standard input closes; its exit code, or 128 and the signal that ended it."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda *_: _end(child))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too; who started us says when it is time
    threading.Thread(target=_watch, args=(child,), daemon=True).start()
    code = child.wait()
    return code if code >= 0 else 128 - code


def _watch(child: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask the program's whole session to end, then make it."""
    _tell(child, signal.SIGTERM)
    killer = threading.Timer(GRACE_SECONDS, _tell, (child, signal.SIGKILL))
    killer.daemon = True
    killer.start()


def _tell(child: subprocess.Popen[bytes], what: signal.Signals) -> None:
    try:
        os.killpg(child.pid, what)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    sys.exit(guard(sys.argv[1:]))
