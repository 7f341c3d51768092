"""Runs commands in forked processes that have their imports already, for tests that ask only how a command ends.

Importing is most of what a short command costs. A forked command has its own environment, folder, umask, standard
streams and exit, as one that was started anew. Prefect is imported where the command does it, under its settings.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import json
import logging
import os
import runpy
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

from flows.runtime.interpreter_tuning import GC_THRESHOLDS
from tests.examples import SOAK
from tests.flows.forked_programs import READINGS, ForkedPrograms, end, exit_code, stand_in, take_readings
from tests.new_state import copy_new_states
from tests.one_context import share_context
from transcribe.store.drivers.database import postgresql_statements, sqlite_statements

MAX_REQUEST_BYTES = 100_000
"""Bytes of the longest request: the words of a command and its environment."""

IMPORTED = (
    *("flows.home", "flows.administration", "flows.steps", "flows.runtime", "flows.serving", "flows.desk"),
    *("fastapi.encoders", "uvicorn", "numpy.ma", "phonenumbers", "PIL.PngImagePlugin", "wordfreq"),
)
"""What commands import when they run, and Prefect when it runs a flow."""

QUIET_PREFECT = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "WARNING"}
"""Settings under which Prefect is imported at first: nothing is sent anywhere."""


class PrefectWhenAsked(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Prefect, imported before and put away: it is there again when a program imports it, with the settings of then."""

    def __init__(self) -> None:
        self._modules: dict[str, ModuleType] = {}
        self.take(["flows.ingest", "prefect.logging.handlers", "prefect.events.worker"], {})
        self._modules["prefect.logging.configuration"].PROCESS_LOGGING_CONFIG.clear()  # set up anew, not changed

    def take(self, names: Sequence[str], told: Mapping[str, str]) -> None:
        """Import more, under settings that are told and by which nothing is sent anywhere; put Prefect's away."""
        handlers, level = list(logging.root.handlers), logging.root.level
        sys.modules.update(self._modules)
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        with tempfile.TemporaryDirectory() as folder:
            before = dict(os.environ)
            os.environ.update({**told, **QUIET_PREFECT, "PREFECT_HOME": folder})
            if self._modules:
                self._modules["prefect.context"].refresh_global_settings_context()
            for name in names:
                importlib.import_module(name)
            os.environ.clear()
            os.environ.update(before)
        for name in names:
            if name.startswith("flows."):
                del sys.modules[name]
        self._modules = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "prefect"}
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "prefect":
            return None
        return importlib.machinery.ModuleSpec("prefect", self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        self._spec = self._modules["prefect"].__spec__
        return self._modules["prefect"]

    def exec_module(self, module: ModuleType) -> None:
        sys.meta_path.remove(self)
        module.__spec__ = self._spec
        sys.modules.update(self._modules)
        self._modules["prefect.context"].refresh_global_settings_context()
        self._modules["prefect.logging.configuration"].setup_logging()


def main() -> None:
    """Import what commands need, then fork for each request until the tests end."""
    from flows.cli.app import whole_command

    whole_command()
    for name in IMPORTED:
        importlib.import_module(name)
    if not SOAK:
        copy_new_states()
    share_context()
    sqlite_statements()
    postgresql_statements()
    prefect = PrefectWhenAsked()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait for the commands
    gc.freeze()  # a collection in a fork would copy all pages
    gc.set_threshold(*GC_THRESHOLDS)
    programs = ForkedPrograms(prefect.take)
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        while True:
            ready, _, _ = select.select([requests, programs.asked], [], [])
            if programs.asked in ready:
                programs.answer(requests)
            if requests not in ready:
                continue
            request, streams, _, _ = socket.recv_fds(requests, MAX_REQUEST_BYTES, 3)
            if not request:
                programs.close()
                return
            if os.fork() == 0:
                break
            for stream in streams:
                os.close(stream)
    programs.asked.close()
    _run(json.loads(request), programs.python, *streams)


def _run(request: dict[str, object], python: Path, out: int, err: int, ended: int) -> None:
    """Run one command in a process of its own; its id and its exit code, negative for a signal, are written down."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    command = os.fork()
    if command == 0:
        os.close(ended)
        stand_in(python)
        _become(request, out, err)
        return
    os.close(out)
    os.close(err)
    os.write(ended, f"{command}\n".encode())
    _, status = os.waitpid(command, 0)
    with contextlib.suppress(BrokenPipeError):  # nobody waits any more for a command that was killed
        os.write(ended, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(request: dict[str, object], out: int, err: int) -> None:
    """What `python -m MODULE` does with these words, in this folder and environment: `flows.cli` is the command."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, stream in ((nothing, 0), (out, 1), (err, 2)):
        os.dup2(source, stream)
        os.close(source)
    words, folder, environment = request["words"], request["folder"], request["environment"]
    module = request["module"]
    assert isinstance(words, list)
    assert isinstance(folder, str)
    assert isinstance(module, str)
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.umask(int(str(request["umask"])))
    os.chdir(folder)
    sys.path[0], sys.argv = folder, ["-m", *words]
    os.environ.pop(READINGS, None)
    if request["readings"]:
        os.environ[READINGS] = str(request["readings"])
    take_readings()
    end(exit_code(lambda: runpy.run_module(module, run_name="__main__", alter_sys=True)))


if __name__ == "__main__":
    main()
