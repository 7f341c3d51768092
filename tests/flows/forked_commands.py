"""The tests' side of the server of commands: a command's words go there, its output and exit code come back."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import selectors
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LATE = ("FAIRHAND_", "AWS_", "PREFECT_API_", "PYTEST_", "DO_NOT_TRACK", "LD_LIBRARY_PATH", "OMP_")
"""Beginnings of the variables that nothing reads before a command runs. Others ask for a process started anew.

OpenCV sets LD_LIBRARY_PATH where it is imported, and reading sets OMP_THREAD_LIMIT for Tesseract: in the tests as in a
command.
"""

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FAIRHAND_"))}
"""That of the server: as it was before any test changed something."""

UMASK = 0o022
"""As most machines have it: files that everybody may read."""

COMMAND = "flows.cli"
"""The module that is run for a command."""

READ_BYTES = 65_536
"""Bytes of output read at once."""


@dataclass(kw_only=True)
class CommandServer:
    """A process that forks for each command. It is started for the first one and ends with the tests."""

    _requests: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.flows.command_server", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                env=ENVIRONMENT,
                cwd=Path(__file__).parents[2],
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self._end, process)

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        self._requests.close()
        process.wait()

    def run(self, words: Sequence[str], environment: Mapping[str, str], seconds: float) -> tuple[int, str, str]:
        """Run a command to its end: its exit code, output and errors. It is killed where it takes longer."""
        ours = self._begun(words, environment)
        try:
            out, err, ended = _read(ours, time.monotonic() + seconds)
        finally:
            for reading in ours:
                os.close(reading)
        return int(ended.split()[1]), _text(out), _text(err)

    def start(self, words: Sequence[str], environment: Mapping[str, str], module: str = COMMAND) -> ForkedProcess:
        """Begin a command, or another program: a module that is run as `python -m` does."""
        return ForkedProcess(words, *self._begun(words, environment, module))

    def _begun(self, words: Sequence[str], environment: Mapping[str, str], module: str = COMMAND) -> list[int]:
        """Begin a command: where its output, its errors, and its id and exit code can be read."""
        request = {
            "words": words,
            "module": module,
            "folder": str(Path.cwd()),
            "environment": dict(environment),
            "umask": UMASK,
            "readings": str(_Shared.readings or ""),
        }
        pipes = [os.pipe() for _ in range(3)]
        ours = [reading for reading, _ in pipes]
        try:
            socket.send_fds(self._requests, [json.dumps(request).encode()], [writing for _, writing in pipes])
        except BaseException:
            for reading in ours:
                os.close(reading)
            raise
        finally:
            for _, writing in pipes:
                os.close(writing)
        return ours


class ForkedProcess(subprocess.Popen[str]):
    """A command that runs in a forked process: to a test it is as one that was started."""

    def __init__(self, words: Sequence[str], out: int, err: int, ended: int) -> None:
        self._ended = os.fdopen(ended, encoding="ascii")
        self.args, self.pid, self.returncode = words, int(self._ended.readline()), None
        self.stdin, self.stdout, self.stderr = None, os.fdopen(out, encoding="utf-8"), os.fdopen(err, encoding="utf-8")
        self.text_mode = True
        self._communication_started, self._input = False, None

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout or 0.0)
            self.returncode = int(self._ended.readline())
            self._ended.close()
        return self.returncode

    def send_signal(self, sig: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def _internal_poll(self, _deadstate: int | None = None) -> int | None:
        return self.returncode


def suits(environment: Mapping[str, str]) -> bool:
    """Whether a command in this environment would have imported what the server has."""
    return _early(environment) == _early(ENVIRONMENT)


def _early(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith(LATE)}


def _read(streams: Sequence[int], until: float) -> list[bytes]:
    """All that comes from the streams until each has ended; the process that the last one names is killed before."""
    got = dict.fromkeys(streams, b"")
    with selectors.DefaultSelector() as waiting:
        for stream in streams:
            waiting.register(stream, selectors.EVENT_READ)
        try:
            while waiting.get_map():
                for key, _ in _ready(waiting, until):
                    read = os.read(key.fd, READ_BYTES)
                    got[key.fd] += read
                    if not read:
                        waiting.unregister(key.fd)
        except BaseException:
            if got[streams[-1]].count(b"\n") == 1:
                os.kill(int(got[streams[-1]]), signal.SIGKILL)
            raise
    return list(got.values())


def _ready(waiting: selectors.BaseSelector, until: float) -> list[tuple[selectors.SelectorKey, int]]:
    ready = waiting.select(max(0.0, until - time.monotonic()))
    if not ready:
        raise TimeoutError("the command did not end in time")
    return ready


def _text(output: bytes) -> str:
    """The output as text with the line ends of Python, as `subprocess` gives it."""
    return output.decode().replace("\r\n", "\n").replace("\r", "\n")


class _Shared:
    """The server of this process, once there is one."""

    server: CommandServer | None = None
    readings: Path | None = None
    lock = threading.Lock()


def shared_server() -> CommandServer:
    """The one server of this process."""
    with _Shared.lock:
        _Shared.server = _Shared.server or CommandServer()
        return _Shared.server


def started(module: str, *words: str | Path) -> subprocess.Popen[str]:
    """Begin a program of the tests, `python -m MODULE WORDS`: forked from a process that has the imports.

    Its environment is that of the run, without variables of ours and of Prefect.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "FAIRHAND_"))}
    told = list(map(str, words))
    if suits(environment):
        return shared_server().start(told, environment, module)
    command = [sys.executable, "-m", module, *told]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, umask=UMASK
    )


def share_readings(folder: Path | None) -> Path | None:
    """Have every command take from this folder what engines read before; gives the folder it was until now."""
    before, _Shared.readings = _Shared.readings, folder
    return before
