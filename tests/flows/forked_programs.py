"""What a forked command starts is forked too: servers of Prefect, engines, runs of flows.

To import what they need is most of what they cost. Each is asked for by `program_client.py`, which stands for Python in
a forked command: there `sys.executable` names it. What the server has not imported yet it imports when it is asked for
it the first time. `make soak` starts all of them anew.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import gc
import marshal
import multiprocessing.spawn
import os
import runpy
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from flows.home import child_environment, load_settings, prefect_server_variables
from tests.examples import SOAK
from tests.flows.forked_commands import LATE
from tests.flows.readings import keep_decoded, keep_features, keep_readings

READINGS = "PYTEST_READINGS"
"""The variable that names the folder of what engines read before, where a program may take it from there."""

MAX_REQUEST_BYTES = 200_000
"""Bytes of the longest request: the words of a program and its environment."""

MAX_FILES = 250
"""Open files that one message can hand over."""

ASKING_SECONDS = 10.0
"""How long a program may take to say what it is to be; it does so at once."""

UNREAD = (*LATE, "PREFECT_", "PYTHONPATH", "OPENBLAS_")
"""Beginnings of the variables that nothing reads before a program runs, or that are looked at anew."""

ANEW = ("transcribe.sandbox.decoder_process", "pytest", "pip")
"""Modules that are started anew: the decoder has a limit of memory which the imports of the server would take up."""

PREFECT_SERVER = "server start"
"""Words of a program that is a Prefect server."""

FIRST_TIME = {
    "transcribe.ocr.engines._rapidocr_worker": ("rapidocr", "transcribe.ocr.engines._montage"),
    PREFECT_SERVER: ("prefect.server.api.server", "prefect.cli"),
    "flows.deployed": ("prefect.runner", "prefect.flow_engine", "flows.deployed"),
}
"""What is imported before the first program whose words hold these. Modules of flows are put away again."""

PER_SERVER = ("PREFECT_HOME", "PREFECT_API_", "PREFECT_SERVER_API_", "PREFECT_SERVER_CORS_", "PREFECT__")
"""Beginnings of the settings that Prefect's server looks up when it needs them.

Others it may read where it is imported, as how often its services run: it is forked where they are as `serve` has them.
"""


class ForkedPrograms:
    """The socket that programs are asked for at, and the stand-in for Python that asks there.

    `take` imports modules as the server of commands does it.
    """

    def __init__(self, take: Callable[..., None]) -> None:
        self._take, self._taken = take, set[str]()
        self._folder = Path(tempfile.mkdtemp(prefix="programs-"))
        self.python = self._folder / "python"
        self.asked = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        address = self._folder / "asked"
        self.asked.bind(str(address))
        self.asked.listen(MAX_FILES)
        shutil.copy(Path(__file__).with_name("program_client.py"), self._folder)
        lines = [
            f"#!{sys.executable} -IS",
            "import sys",
            f"sys.path.insert(0, {str(self._folder)!r})",
            "import program_client",
            f"program_client.main({str(address)!r}, {sys.executable!r})",
        ]
        self.python.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.python.chmod(0o700)

    def close(self) -> None:
        """Answer nobody any more."""
        self.asked.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def answer(self, *others: socket.socket) -> None:
        """Fork for one program that is asked for, or have it started anew. `others` are closed in the fork."""
        asking, _ = self.asked.accept()
        asking.settimeout(ASKING_SECONDS)
        files: list[int] = []
        try:
            content, files, _, _ = socket.recv_fds(asking, MAX_REQUEST_BYTES, MAX_FILES)
            request = marshal.loads(content) if content else None  # noqa: S302 - a test's own program wrote it
            if request is None or not may_fork(request) or not self._import_for(request):
                asking.send(b"anew")
                return
            if os.fork() == 0:
                for other in (self.asked, *others):
                    other.close()
                asking.settimeout(None)
                _run(request, files, asking, self.python)
        except OSError:
            return  # it was killed while it asked
        finally:
            for each in files:
                os.close(each)
            asking.close()

    def _import_for(self, request: Mapping[str, Any]) -> bool:
        """Import what a program needs, the first time. False where it would be imported under other settings."""
        words = " ".join(request["words"])
        usual = server_settings() if PREFECT_SERVER in words else {}
        if PREFECT_SERVER in words and imported_under(request["environment"]) != usual:
            return False
        for part in FIRST_TIME:
            if part in words and part not in self._taken:
                self._taken.add(part)
                self._take(FIRST_TIME[part], usual)
                gc.freeze()
        return True


def imported_under(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of Prefect's server that it may read where it is imported."""
    return {k: v for k, v in environment.items() if k.startswith("PREFECT_") and not k.startswith(PER_SERVER)}


@cache
def server_settings() -> dict[str, str]:
    """Those settings as `fairhand serve` has them."""
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(Path(home))
        return imported_under(child_environment(settings, **prefect_server_variables(settings, 0)))


def may_fork(request: Mapping[str, Any]) -> bool:
    """Whether a program started anew with these words would find and import what the server has."""
    environment = request["environment"]
    before, now = ({k: v for k, v in each.items() if not k.startswith(UNREAD)} for each in (os.environ, environment))
    known = {*sys.path, "", request["folder"], str(Path(__file__).parents[2])}
    return (
        not SOAK
        and before == now
        and set(environment.get("PYTHONPATH", "").split(os.pathsep)) <= known
        and (request["words"][0] == "-c" or request["words"][1] not in ANEW)
    )


def stand_in(python: Path) -> None:
    """Have what this process starts be asked for at the server."""
    if not SOAK:
        sys.executable = str(python)
        multiprocessing.spawn.set_executable(str(python))


def take_readings() -> None:
    """Have engines and decoders of this process answer what they answered before, where a variable names a folder."""
    if folder := os.environ.get(READINGS):
        keep_readings(Path(folder))
        keep_features(Path(folder))
        keep_decoded(Path(folder))


def _run(request: Mapping[str, Any], files: Sequence[int], asking: socket.socket, python: Path) -> None:
    """Run a program in a process of its own, until it ends or whoever asked for it was killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    program = os.fork()
    if program == 0:
        asking.close()
        os.setpgid(0, 0)
        stand_in(python)
        _become(request, files)
        return
    for each in files:
        os.close(each)
    with contextlib.suppress(OSError):
        os.setpgid(program, program)
    with contextlib.suppress(OSError):
        asking.send(str(program).encode())
    kill = os.killpg if request["leads"] else os.kill
    threading.Thread(target=_kill_when_alone, args=(asking, program, kill), daemon=True).start()
    _, status = os.waitpid(program, 0)
    with contextlib.suppress(OSError):
        if request["leads"]:
            os.killpg(program, signal.SIGKILL)  # as its guard does with what it started and left behind
    with contextlib.suppress(OSError):
        asking.send(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _kill_when_alone(asking: socket.socket, program: int, kill: Callable[[int, int], None]) -> None:
    """Kill the program when the process that stands for it is no more."""
    with contextlib.suppress(OSError):
        asking.recv(1)
        kill(program, signal.SIGKILL)


def _become(request: Mapping[str, Any], files: Sequence[int]) -> None:
    """What `python -m MODULE` or `python -c TEXT` does with these words, environment and open files."""
    above = max([*request["files"], *files]) + 1
    moved = [fcntl.fcntl(each, fcntl.F_DUPFD, above) for each in files]
    for each in files:
        os.close(each)
    for source, number in zip(moved, request["files"], strict=True):
        os.dup2(source, number)
        os.close(source)
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.umask(request["umask"])
    os.chdir(request["folder"])
    how, what, *words = request["words"]
    sys.path[0], sys.argv = request["folder"] if how == "-m" else "", [how, *words]
    take_readings()
    if how == "-m":
        end(exit_code(lambda: runpy.run_module(what, run_name="__main__", alter_sys=True)))
    end(exit_code(lambda: _run_text(what)))


def _run_text(text: str) -> None:
    main = sys.modules["__main__"] = ModuleType("__main__")
    vars(main)["__builtins__"] = __builtins__
    exec(compile(text, "<string>", "exec"), vars(main))  # noqa: S102 - as `python -c` does


def exit_code(run: Callable[[], object]) -> int:
    """Run a program; the code that Python would end with."""
    try:
        run()
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def end(code: int) -> None:
    """End as Python does: with threads, then exit functions, then what waits to be written. Modules are not unmade."""
    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads that are no daemons
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
