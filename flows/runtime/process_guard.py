"""Runs a program that must not outlive its starter, even if that is killed: `process_guard.py PROGRAM...`.

The starter holds the other end of the guard's standard input. When that closes, for whatever reason, the program and
all that it started are ended. Where the guard itself is killed a second process of it stands in. A server left behind
would hold its port and hundreds of megabytes.

It imports nothing but the standard library, and is run as a file: so it takes 12 MB, where its package takes 98.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

LOOK_SECONDS = 0.1
"""The seconds between looks at a program that is not our child. Chosen by hand."""

GRACE_SECONDS = 8.0
"""The seconds that a program has to end by itself. One of two Prefect servers was seen to outlive SIGTERM."""


def guarded(*command: str) -> list[str]:
    """The command that runs a command under guard; its standard input is to be a pipe that the starter holds."""
    return [sys.executable, __file__, *command]


def guard(command: Sequence[str]) -> int:
    """Run a program until it ends or our standard input closes.

    Gives its exit code, or 128 and the signal that ended it.
    """
    if os.getpgrp() != os.getpid():
        os.setsid()  # what kills the whole group of our starter must leave us, to end the program
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    stand_in = _stand_in(child)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: _end(child))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches us too; our starter says when it is time
    threading.Thread(target=_end_with_input, args=(child,), daemon=True).start()
    code = child.wait()
    _send(child, signal.SIGKILL)  # what it started and left behind
    os.write(stand_in, b"all is over")
    return code if code >= 0 else 128 - code


def _stand_in(child: subprocess.Popen[bytes]) -> int:
    """Start a process that ends the program where we are killed before we write to the pipe that is given."""
    over, told = os.pipe()
    if os.fork():
        os.close(over)
        return told
    os.setsid()
    os.close(told)
    if not os.read(over, 1):
        _send(child, signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while _send(child, 0) and time.monotonic() < end:
            time.sleep(LOOK_SECONDS)
        _send(child, signal.SIGKILL)
    os._exit(0)


def _end_with_input(child: subprocess.Popen[bytes]) -> None:
    """End the program when our standard input closes."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask the program's whole session to end; kill it where it does not within the grace time."""
    _send(child, signal.SIGTERM)
    killer = threading.Timer(GRACE_SECONDS, _send, (child, signal.SIGKILL))
    killer.daemon = True
    killer.start()


def _send(child: subprocess.Popen[bytes], what: int) -> bool:
    """Send a signal to the program's whole session. False where it does not run any more."""
    try:
        os.killpg(child.pid, what)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(guard(sys.argv[1:]))
