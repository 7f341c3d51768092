"""The Prefect server of a flow: the operator's, that of `fairhand serve`, or one of our own while it runs."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from uuid import uuid4

from flows.home import (
    Settings,
    child_environment,
    has_prefect_api_key,
    now,
    prefect_address,
    prefect_login,
    prefect_secret,
    prefect_server_variables,
    use_prefect,
)
from flows.runtime.file_locks import is_locked, take_lock
from flows.runtime.process_guard import GRACE_SECONDS, guarded
from transcribe.errors import FULL_DISK_BYTES, DiskFull, FairhandError, SettingsError

logger = logging.getLogger("fairhand.prefect")

START_SECONDS = 300.0
"""How long a server may take to answer: 7 s on an idle machine, two minutes on one with five programs a core."""

SEND_LOGS_SECONDS = 5.0
"""How long sending the last lines of Prefect's log, or its last events, may take. Chosen by hand."""

POLL_SECONDS = 0.2
"""How often it is looked whether a server answers. Chosen by hand."""

ANSWER_SECONDS = 2
"""How long a server may take to say that it is well. Chosen by hand."""


START_PREFECT = (
    "import gc, runpy; gc.set_threshold(20_000, 20, 20);"
    " runpy.run_module('prefect', run_name='__main__', alter_sys=True)"
)
"""Runs Prefect's program as `python -m prefect` does, looking for garbage less often.

Of 4.2 s of the processor until it answers, 3.7 are left.
"""


class PrefectServer:
    """A Prefect server of our own, with the tuned settings; it ends with us, even when we are killed."""

    def __init__(self, settings: Settings, port: int = 0) -> None:
        self._settings = settings
        self.port = port if port and port_is_free(port) else free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._starting: TextIOWrapper | None = None

    @property
    def address(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def log(self) -> Path:
        """The file of its output."""
        return self._settings.home / "prefect" / "server.log"

    def start(self) -> None:
        """Start it without waiting until it answers.

        Servers of one home start one after another: two that make its database at once would both fail.
        """
        self._starting = self._starting or take_lock(self.log.parent / "starting.lock", START_SECONDS)
        prefect = (sys.executable, "-c", START_PREFECT)
        server = (*prefect, "server", "start", "--host", "127.0.0.1", "--port", str(self.port))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                guarded(*server),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=child_environment(self._settings, **prefect_server_variables(self._settings, self.port)),
            )

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Wait until it answers. FairhandError names its log where it ends or does not answer in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                break
            if is_answering(self.address):
                self._let_others_start()
                return
            time.sleep(POLL_SECONDS)
        self.stop()
        if shutil.disk_usage(self.log.parent).free < FULL_DISK_BYTES:
            raise DiskFull.of("Prefect's database", self.log.parent)
        raise FairhandError(f"Prefect's server did not start; {self.log} says why.")

    def has_ended(self) -> bool:
        """Whether it does not run: it ended by itself, or did not answer in time."""
        return self._process is None or self._process.poll() is not None

    def stop(self) -> None:
        """Stop it; it is killed where it does not end by itself."""
        self._let_others_start()
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(GRACE_SECONDS + 4)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process = None

    def _let_others_start(self) -> None:
        if self._starting:
            self._starting.close()
        self._starting = None


@contextmanager
def prefect_for(settings: Settings) -> Iterator[str]:
    """Set Prefect up for this process, before it is imported; gives the address of the server for flows.

    Where a server of our own does not start work goes on all the same: it only shows what is done.
    """
    serving = serving_address(settings)
    known = prefect_address() or serving
    if known:
        use_prefect(settings, known, own=known == serving)
        _require_welcome(known)
        yield known
        return
    server = PrefectServer(settings)
    try:
        try:
            server.start()
            server.wait()
        except (FairhandError, OSError) as error:
            logger.warning("%s Nothing shows meanwhile what is taken in.", error)
        use_prefect(settings, server.address, own=True)
        yield server.address
    finally:
        _send_the_rest()
        server.stop()


def _require_welcome(address: str) -> None:
    """Raise SettingsError where the server asks for a password that this process lacks."""
    import httpx

    try:
        answer = httpx.get(f"{address}/admin/version", auth=prefect_login(), timeout=ANSWER_SECONDS)
    except httpx.HTTPError:
        return  # Prefect tries longer, and says what is wrong
    if answer.status_code == 401 and not has_prefect_api_key():
        raise SettingsError(
            f"Prefect at {address} asks for a user and password. Set PREFECT_API_AUTH_STRING to them; that of a "
            "`fairhand serve` stands in prefect.key of its home."
        )


def _send_the_rest() -> None:
    """Have Prefect send its log and its events now.

    It would send the rest when this process ends, and complain as the server would be gone by then.
    """
    if "prefect.logging.handlers" in sys.modules:
        sys.modules["prefect.logging.handlers"].APILogWorker.drain_all(timeout=SEND_LOGS_SECONDS)
    if "prefect.events.worker" in sys.modules:
        sys.modules["prefect.events.worker"].EventsWorker.drain_all(timeout=SEND_LOGS_SECONDS)


def tell_prefect(address: str, login: tuple[str, str] | None, event: str, resource: str) -> None:
    """Tell a Prefect server that something came, without Prefect's own library, which takes 80 MB.

    Where it is away it does not hear of it.
    """
    import httpx

    told = {"id": str(uuid4()), "occurred": now().isoformat(), "event": event, "payload": {}}
    body = [{**told, "resource": {"prefect.resource.id": resource}}]
    with suppress(httpx.HTTPError):
        httpx.post(f"{address}/events", json=body, auth=login, timeout=ANSWER_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefectRun:
    """A run on Prefect's pages: what it is called, the state it is in, since when, and its address there."""

    name: str
    state: str
    at: datetime
    address: str


def latest_run(settings: Settings, name: str) -> PrefectRun | None:
    """The latest run of this name that Prefect keeps. None where it keeps none, or does not answer at once."""
    import httpx

    serving = serving_address(settings)
    address = prefect_address() or serving
    if not address:
        return None
    user, _, password = prefect_secret(settings).partition(":")
    login = (user, password) if address == serving else prefect_login()
    asked = {"flow_runs": {"name": {"any_": [name]}}, "sort": "EXPECTED_START_TIME_DESC", "limit": 1}
    try:
        answer = httpx.post(f"{address}/flow_runs/filter", json=asked, auth=login, timeout=ANSWER_SECONDS)
        (run,) = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        return None
    at = datetime.fromisoformat(run["state"]["timestamp"])
    where = f"{address.removesuffix('/api')}/runs/flow-run/{run['id']}"
    return PrefectRun(name=run["name"], state=run["state_name"], at=at, address=where)


def is_answering(address: str) -> bool:
    """Whether a Prefect server answers at this address. Authorities are read for https alone: they take 25 ms."""
    import httpx

    try:
        answer = httpx.get(f"{address}/health", timeout=ANSWER_SECONDS, verify=address.startswith("https:"))
    except httpx.HTTPError:
        return False
    return answer.status_code == 200


def serving_address(settings: Settings) -> str | None:
    """The Prefect address of the `fairhand serve` of this home, None where none is running.

    What one that was killed left behind is not believed: by now anybody may listen there, and would be told our secret.
    """
    address = notice(settings).get("prefect")
    return address if address and is_locked(lock_file(settings)) and is_answering(address) else None


def notice(settings: Settings) -> dict[str, str]:
    """The addresses ("web", "prefect") and process ("pid") of a running `serve`; empty where none runs."""
    try:
        written: dict[str, str] = json.loads(notice_file(settings).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return written


def notice_file(settings: Settings) -> Path:
    """The file in which `serve` writes its addresses while it runs."""
    return settings.home / "serve.json"


def write_notice(settings: Settings, addresses: dict[str, str]) -> None:
    """Write the notice of a `serve` in one step, so that nobody reads half of it."""
    half = notice_file(settings).with_suffix(".part")
    half.write_text(json.dumps(addresses), encoding="utf-8")
    half.replace(notice_file(settings))


def lock_file(settings: Settings) -> Path:
    """The file that `serve` holds locked while it runs."""
    return settings.home / "serve.lock"


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether this port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """The number of a port that no program listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return number
