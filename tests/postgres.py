"""A PostgreSQL of a test's own: a cluster in a folder of its own, on a socket alone, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

SERVER_USER = "postgres"
"""Who runs the server where the tests are root, whom PostgreSQL refuses. Debian's package makes this user."""

START_SECONDS = 60
"""How long the server has to start on a busy machine."""

NOT_COUNTED = "-c autovacuum=off"
"""Databases of tests are emptied and used again: what the server counted in the middle of that would be of no home."""


class Server:
    """A server that runs here, and can be stopped and started again."""

    def __init__(self, folder: Path, begin: list[str], programs: Path, *, durable: bool) -> None:
        self.address = f"host={folder} user=postgres dbname=postgres"
        self._folder, self._begin, self._programs = folder, begin, programs
        self._options = "" if durable else f"-c fsync=off {NOT_COUNTED}"

    def run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's own programs, on this server's data."""
        command = [*self._begin, str(self._programs / program), "-D", str(self._folder / "data"), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self._folder, timeout=START_SECONDS * 2)

    def start(self) -> None:
        """Begin, and wait until it answers."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self._folder} {self._options}"
        log, seconds = str(self._folder / "log"), str(START_SECONDS)
        self.run("pg_ctl", "-l", log, "-w", "-t", seconds, "-o", options, "start")

    def stop(self) -> None:
        """End at once, as when its machine is lost: no transaction is finished."""
        self.run("pg_ctl", "-m", "immediate", "-w", "stop")

    def stand_still(self) -> None:
        """Answer nobody any more, with all connections open, as a server does whose disk or machine hangs."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again."""
        self._signal(signal.SIGCONT)

    def _signal(self, which: signal.Signals) -> None:
        """Send a signal to the server and each of its processes."""
        first = int((self._folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for each in (first, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(each, which)


@contextmanager
def postgres() -> Iterator[str]:
    """The connection string of a server that runs here."""
    with server() as made:
        yield made.address


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """A server that runs here. One that is not `durable` is quicker, and loses what it has when its machine is lost."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="fairhand-pg-"))
    begin = []
    if os.geteuid() == 0:
        user = pwd.getpwnam(SERVER_USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
        begin = ["runuser", "-u", SERVER_USER, "--"]
    made = Server(folder, begin, programs, durable=durable)
    try:
        made.run("initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


_RUNNING = ExitStack()

_NUMBERS = count(1)

_GIVEN: list[str] = []


def share(address: str) -> None:
    """Have this server be the one of this run."""
    _GIVEN[:] = [address]
    shared_server.cache_clear()


@cache
def shared_server() -> str:
    """The connection string of the one server of this run, started when first asked for."""
    return _GIVEN[0] if _GIVEN else _RUNNING.enter_context(postgres())


def stop_shared_server() -> None:
    """End the server of this run, where one was started."""
    _RUNNING.close()
    shared_server.cache_clear()


def new_database(template: str = "template1") -> str:
    """The connection string of a new database on the shared server, a copy of another one."""
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(shared_server(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return make_conninfo(shared_server(), dbname=name)


def rows(address: str, asked: str) -> list[tuple[object, ...]]:
    """The answer of PostgreSQL."""
    with psycopg.connect(address) as connection:
        return connection.execute(asked.encode()).fetchall()


def _programs() -> Path:
    """The folder with initdb and pg_ctl."""
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    assert folders, "tests of the copy in PostgreSQL need it: apt-get install postgresql"
    return folders[-1]
