"""The Prefect server of a flow: the operator's, that of `fairhand serve`, or one of our own while it runs."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from flows.home import Settings, child_environment, prefect_address, use_prefect
from flows.runtime.process_guard import GRACE_SECONDS, guarded
from transcribe.errors import FairhandError

START_SECONDS = 300.0
"""How long a server may take to answer: 7 s on an idle machine, two minutes on one with five programs a core."""

SEND_LOGS_SECONDS = 5.0
"""How long sending the last lines of Prefect's log may take. Chosen by hand."""

POLL_SECONDS = 0.2
"""How often it is looked whether a server answers. Chosen by hand."""

ANSWER_SECONDS = 2
"""How long a server may take to say that it is well. Chosen by hand."""


class PrefectServer:
    """A Prefect server of our own, with the tuned settings; it ends with us, even when we are killed."""

    def __init__(self, settings: Settings, port: int = 0) -> None:
        self._settings = settings
        self.port = port if port and port_is_free(port) else free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def log(self) -> Path:
        """The file of its output."""
        return self._settings.home / "prefect" / "server.log"

    def start(self) -> None:
        """Start it without waiting until it answers."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        server = (sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port))
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                guarded(*server),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=child_environment(self._settings, PREFECT_API_URL=self.address),
            )

    def wait(self, seconds: float = START_SECONDS) -> None:
        """Wait until it answers. FairhandError names its log where it ends or does not answer in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                break
            if is_answering(self.address):
                return
            time.sleep(POLL_SECONDS)
        self.stop()
        raise FairhandError(f"Prefect's server did not start; {self.log} says why.")

    def has_ended(self) -> bool:
        """Whether it was started and has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        """Stop it; it is killed where it does not end by itself."""
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(GRACE_SECONDS + 4)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process = None


@contextmanager
def prefect_for(settings: Settings) -> Iterator[str]:
    """Set Prefect up for this process, before it is imported; gives the address of the server for flows."""
    known = prefect_address() or serving_address(settings)
    if known:
        use_prefect(settings, known)
        yield known
        return
    server = PrefectServer(settings)
    server.start()
    try:
        server.wait()
        use_prefect(settings, server.address)
        yield server.address
    finally:
        _send_logs()
        server.stop()


def _send_logs() -> None:
    """Have Prefect send its log now. It would send the rest when this process ends, and complain as the server would be
    gone by then."""
    if "prefect.logging.handlers" in sys.modules:
        sys.modules["prefect.logging.handlers"].APILogWorker.drain_all(timeout=SEND_LOGS_SECONDS)


def is_answering(address: str) -> bool:
    """Whether a Prefect server answers at this address."""
    try:
        return httpx.get(f"{address}/health", timeout=ANSWER_SECONDS).status_code == 200
    except httpx.HTTPError:
        return False


def serving_address(settings: Settings) -> str | None:
    """The Prefect address of the `fairhand serve` of this home, None where none is running."""
    address = notice(settings).get("prefect")
    return address if address and is_answering(address) else None


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
