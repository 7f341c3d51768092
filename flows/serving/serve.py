"""Serves the review pages and supervises what runs beside them: Prefect's server, and reconciling."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress

import uvicorn

from flows.administration import require_fair_serving
from flows.home import Home, Settings, child_environment, now, open_home, review_options
from flows.runtime import PrefectServer, notice, notice_file, settle_memory
from flows.serving.api import api
from transcribe.errors import FairhandError, SettingsError
from transcribe.review import create_app

WATCH_SECONDS = 2.0
"""How often it is looked whether the processes beside us still run."""
STOP_SECONDS = 8
"""What open requests get to end: longer than any page takes."""


class Serving:
    """Everything that runs while `fairhand serve` does."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        # Who takes any free port for the pages (the demo) may run beside another: then any for Prefect too.
        self._prefect = PrefectServer(settings, settings.prefect_port if settings.port else 0)
        self._rounds: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM, then stop everything."""
        listening = _listen(self._settings)
        home = open_home(self._settings)
        require_fair_serving(home)
        self._prefect.start()
        watching = threading.Thread(target=self._watch, daemon=True)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            self._start_rounds()
            pages = self._pages(home, listening)  # built before anybody is told of them: that takes a second
            stop_by_signal(pages)
            self._say(listening)
            watching.start()
            settle_memory()
            pages.run(sockets=[listening])
        finally:
            self._stop(home)

    def _pages(self, home: Home, listening: socket.socket) -> uvicorn.Server:
        options = review_options(self._settings, listening.getsockname()[1])
        app = create_app(
            home.store, home.archive, home.forms, options, now, lambda _: self._wake(), routers=[api(home)]
        )
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            forwarded_allow_ips=self._settings.trusted_proxy,
        )
        return uvicorn.Server(config)

    def _start_rounds(self) -> None:
        self._rounds = subprocess.Popen(
            [sys.executable, "-m", "flows.serving.reconcile_worker"],
            stdin=subprocess.PIPE,
            env=child_environment(self._settings),
        )
        if self._rounds.stdin:
            os.set_blocking(self._rounds.stdin.fileno(), False)

    def _wake(self) -> None:
        """Have what was just read weighed at once. Never waits: a full pipe means that it is awake already."""
        if self._rounds and self._rounds.stdin:
            with suppress(BlockingIOError, BrokenPipeError, ValueError):
                os.write(self._rounds.stdin.fileno(), b".")

    def _watch(self) -> None:
        """Start again what ended by itself, and say when Prefect answers."""
        self._await_prefect()
        while not self._stopping.wait(WATCH_SECONDS):
            if self._rounds and self._rounds.poll() is not None:
                _tell("reconciling ended by itself and is started again")
                self._start_rounds()
            if self._prefect.has_ended():
                _tell("Prefect's server ended by itself and is started again")
                self._prefect.start()
                self._await_prefect()

    def _await_prefect(self) -> None:
        try:
            self._prefect.wait()
        except FairhandError as error:
            if not self._stopping.is_set():
                _tell(str(error))
            return
        _write_notice(self._settings, {**notice(self._settings), "prefect": self._prefect.address})
        _tell(f"Prefect:      {self._prefect.address.removesuffix('/api')}")

    def _say(self, listening: socket.socket) -> None:
        web = review_options(self._settings, listening.getsockname()[1]).public_url
        _write_notice(self._settings, {"web": web, "pid": str(os.getpid())})
        _tell(f"review pages: {web}")
        _tell(f"records:      {self._settings.records}")
        _tell("sign-in links: fairhand people add NAME; Ctrl-C stops everything")

    def _stop(self, home: Home) -> None:
        self._stopping.set()
        notice_file(self._settings).unlink(missing_ok=True)
        if self._rounds and self._rounds.stdin:
            self._rounds.stdin.close()
        self._prefect.stop()
        if self._rounds:
            try:
                self._rounds.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._rounds.kill()
        home.close()


def _listen(settings: Settings) -> socket.socket:
    """A socket on the port that was asked for; SettingsError where another program has it."""
    listening = socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise SettingsError(
            f"{where} cannot be listened on ({error.strerror}). Try --port 0 for any free one."
        ) from error
    return listening


def stop_by_signal(pages: uvicorn.Server) -> None:
    """Ctrl-C and SIGTERM are remembered, until uvicorn heeds them itself: an exception that is raised while Python
    tidies up memory is lost."""

    def remember(*_: object) -> None:
        pages.should_exit = True

    signal.signal(signal.SIGINT, remember)
    signal.signal(signal.SIGTERM, remember)


def _interrupt(*_: object) -> None:
    """SIGTERM ends us as Ctrl-C does: uvicorn stops first, then everything beside it."""
    raise KeyboardInterrupt


def _write_notice(settings: Settings, said: dict[str, str]) -> None:
    half = notice_file(settings).with_suffix(".part")
    half.write_text(json.dumps(said), encoding="utf-8")
    half.replace(notice_file(settings))


def _tell(text: str) -> None:
    print(f"fairhand: {text}", file=sys.stderr, flush=True)
