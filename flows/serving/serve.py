"""Serves the review pages, and supervises what runs beside them: Prefect's server, its deployments, reconciling."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from functools import partial
from io import TextIOWrapper
from typing import TYPE_CHECKING

from flows.administration import require_fair_serving
from flows.home import (
    PREFECT_KEY_FILE,
    Home,
    Settings,
    act_as,
    child_environment,
    now,
    open_home,
    policy,
    prefect_address,
    prefect_client_variables,
    prefect_login,
    require_own_archive,
)
from flows.house import BesidePages, brought
from flows.incoming import waiting_scans
from flows.runtime import (
    SCHEDULE,
    SHARED_WORD,
    PrefectServer,
    is_answering,
    lock_file,
    name_lock,
    notice,
    notice_file,
    settle_memory,
    take_lock,
    take_short_turns,
    tell_prefect,
    write_notice,
)
from flows.serving.supervised_process import SupervisedProcess
from transcribe.errors import ArchiveAway, FairhandError, SettingsError

if TYPE_CHECKING:
    import uvicorn

    from transcribe.review import ReviewOptions


WITHOUT_PREFECT_MESSAGE = "Pages, reading and weighing go on without it; what runs by the clock waits."
"""What is said where Prefect is away."""


TELL_SECONDS = 60.0
"""How often at most Prefect is told that answers came: each time is an event that it keeps. Chosen by hand."""


WATCH_SECONDS = 2.0
"""Seconds between checks that the processes beside us still run. Chosen by hand."""


LOCK_SECONDS = 1.0
"""Seconds to try for the lock of a home: other processes hold it for a moment only. Chosen by hand."""


ALIVE_SECONDS = 10
"""How often systemd is told that the pages answer; its WatchdogSec is longer. Chosen by hand."""


STOP_SECONDS = 8
"""Seconds that open requests may take to end: longer than any page takes."""


TAKING_IN = BesidePages(
    what="taking files in",  # from the first that a program sends
    module="flows.incoming.take_in_process",
    is_needed=lambda home: bool(waiting_scans(home.settings)),
    asks_prefect=True,
)
"""What takes in what programs and operators send."""

DEPLOYMENTS = "running deployments"
"""What the process does that runs what Prefect has."""

logger = logging.getLogger("fairhand.serve")

OWN_PREFECT = BesidePages(what=DEPLOYMENTS, module="flows.deployed", is_needed=lambda _: True, asks_prefect=True)
"""What runs the deployments of a Prefect of our own."""

SHARED_PREFECT = BesidePages(
    what=DEPLOYMENTS,
    module=f"flows.deployed {SHARED_WORD}",
    is_needed=lambda home: not home.store.held_elsewhere(SCHEDULE),
    asks_prefect=True,
)
"""What runs those of the Prefect of all machines: it is there on one of them, which saves the others its memory."""


class Serving:
    """Everything that runs while `fairhand serve` does: the pages, Prefect's server, and the reconciling worker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        # Pages on any free port (the demo) may run beside another `serve`: then Prefect takes any free port too.
        own = f"http://127.0.0.1:{settings.prefect_port}/api"  # what commands of this machine may be told
        self._shared = "" if prefect_address() == own else prefect_address() or ""
        self._prefect = None if self._shared else PrefectServer(settings, settings.prefect_port if settings.port else 0)
        self._worker: subprocess.Popen[bytes] | None = None
        self._prefect_variables: dict[str, str] = {}
        self._beside: dict[str, SupervisedProcess] = {}
        self._came = threading.Event()

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM, then stop everything. SettingsError where another serves this home."""
        require_encryption(self._settings)
        with self._lock():
            self._run()

    def _lock(self) -> TextIOWrapper:
        """The lock of this home, which ends with this process."""
        held = take_lock(lock_file(self._settings), LOCK_SECONDS)
        if held is None:
            other = notice(self._settings)
            who = ", ".join(filter(None, (f"process {other['pid']}" if "pid" in other else "", other.get("web", ""))))
            raise SettingsError(
                f"fairhand serve runs on {self._settings.home} already{f' ({who})' if who else ''}. "
                "Stop that one first, or name another --home."
            )
        return held

    def _run(self) -> None:
        listening = listen(self._settings)
        act_as("serve")
        home = open_home(self._settings)
        with name_lock(home):
            self._serve(home, listening)

    def _serve(self, home: Home, listening: socket.socket) -> None:
        require_fair_serving(home)
        with suppress(ArchiveAway):  # a bucket that is away is said by /readyz
            require_own_archive(home)
        beside = (SHARED_PREFECT if self._shared else OWN_PREFECT, TAKING_IN, *beside_of_parts(home))
        self._bring_records_up_to_date(home)
        if self._prefect:
            self._prefect.start()
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            self._start_worker()
            pages = self._pages(home, listening)  # takes a second, so it comes before the address is printed
            stop_by_signal(pages)
            self._announce(listening)
            for steps in (
                (partial(self._run_beside, home, beside),),
                (self._await_prefect, self._start_what_ended),
                (self._tell_of_answers,),
            ):
                threading.Thread(target=self._repeat, args=(pages, *steps), daemon=True).start()
            settle_memory()
            take_short_turns()
            pages.run(sockets=[listening])
        finally:
            self._stop(home)

    def _bring_records_up_to_date(self, home: Home) -> None:
        """Make a records.db of another version anew before anybody is answered: programs that ask at once find it."""
        from flows.steps import publish_records
        from reconcile.records import is_outdated

        if is_outdated(self._settings.records):
            publish_records(home)

    def _pages(self, home: Home, listening: socket.socket) -> uvicorn.Server:
        """The web server of the review pages and the programs' interface."""
        import uvicorn  # with the web app it takes much memory, and the worker has this room's face loaded too

        from flows.desk import add_desk
        from flows.serving.api import api
        from flows.serving.health import TimedRequests, health, request_seconds
        from flows.serving.records_api import add_document, part_routes, records_api, records_changes_api
        from flows.serving.scans_api import scans_api
        from flows.serving.slow_clients import PatientProtocol, most_connections
        from transcribe.review import create_app

        archive = home.archive.hurried()
        options = review_options(self._settings, listening.getsockname()[1])
        programs = [records_api(home), records_changes_api(home), scans_api(home), *part_routes(home)]
        seconds = request_seconds()
        routers = [api(home), *programs, health(home, self._worker_runs, [seconds])]
        app = create_app(home.store, archive, home.forms, options, now, lambda _: self._wake(), routers=routers)
        add_document(app, programs)
        add_desk(app, home)
        app.add_middleware(TimedRequests, seconds=seconds)
        for _, watch in brought(lambda part: part.watch_pages, self._settings.parts_off):
            watch(home, app)
        config = uvicorn.Config(
            app,
            callback_notify=self._tell_alive,
            timeout_notify=ALIVE_SECONDS,
            http=PatientProtocol,
            ws="none",  # there are none, and one would be out of the protocol's sight
            limit_concurrency=most_connections(),
            log_level="warning",
            access_log=False,
            log_config=None,  # its lines are said as ours
            server_header=False,
            timeout_graceful_shutdown=STOP_SECONDS,
            forwarded_allow_ips=self._settings.trusted_proxy,
        )
        pages = uvicorn.Server(config)
        app.state.is_ending = lambda: pages.should_exit  # who waits for news is answered, and holds up no end
        return pages

    def _start_worker(self) -> None:
        self._worker = subprocess.Popen(
            [sys.executable, "-m", "flows.serving.reconcile_worker"],
            stdin=subprocess.PIPE,
            env=child_environment(self._settings),
        )
        if self._worker.stdin:
            os.set_blocking(self._worker.stdin.fileno(), False)

    def _worker_runs(self) -> bool:
        return self._worker is not None and self._worker.poll() is None

    def _wake(self) -> None:
        """Have a new reading weighed at once. Never waits: a full pipe means that the worker is awake already."""
        self._came.set()
        if self._worker and self._worker.stdin:
            with suppress(BlockingIOError, BrokenPipeError, ValueError):
                os.write(self._worker.stdin.fileno(), b".")

    def _repeat(self, pages: uvicorn.Server, *steps: Callable[[], None]) -> None:
        """Take one step after the other, and the last again and again, until the pages are to end."""
        left = list(steps)
        while True:
            try:
                left[0]()
                left = left[1:] or left
            except Exception as error:  # such as a full disk: nobody else looks after what runs beside us
                _print(f"not all runs that should ({type(error).__name__}); it is tried again")
            if self._stopping.wait(WATCH_SECONDS) or pages.should_exit:  # systemd tells all of us
                return

    def _start_what_ended(self) -> None:
        if self._worker and self._worker.poll() is not None:
            _print("reconciling ended by itself and is started again")
            self._start_worker()
        if self._prefect and self._prefect.has_ended():
            _print("Prefect's server does not run and is started again")
            self._prefect.start()
            self._await_prefect()

    def _tell_of_answers(self) -> None:
        """Tell Prefect's automations once in a while that answers came: any machine may reconcile them."""
        self._came.wait(TELL_SECONDS)
        if not (self._came.is_set() and self._prefect_variables):
            return
        self._came.clear()
        address = self._prefect_variables["PREFECT_API_URL"]
        own = self._prefect_variables.get("PREFECT_API_AUTH_STRING", "").partition(":")
        login = (own[0], own[2]) if own[0] else prefect_login()
        tell_prefect(address, login, "fairhand.answers.came", "fairhand.answers")
        self._stopping.wait(TELL_SECONDS)

    def _run_beside(self, home: Home, beside: Sequence[BesidePages]) -> None:
        """Have everything run that is needed by now, and start again what ended by itself."""
        for each in beside:
            if each.what not in self._beside and (self._prefect_variables or not each.asks_prefect):
                with suppress(FairhandError):  # a database that cannot be read is said by who needs it
                    if each.is_needed(home):
                        told = self._prefect_variables if each.asks_prefect else {}
                        environment = child_environment(self._settings, **told)
                        self._beside[each.what] = SupervisedProcess(each.module, environment)
        for what, process in self._beside.items():
            if process.keep_running():
                _print(f"{what} ended by itself and is started again")

    def _await_prefect(self) -> None:
        """Wait until Prefect answers, then write and print its address; print what is wrong where it does not."""
        if self._prefect is None:
            self._prefect_variables = {"PREFECT_API_URL": self._shared}
            away = "" if is_answering(self._shared) else f", which does not answer. {WITHOUT_PREFECT_MESSAGE}"
            _print(f"Prefect:      {self._shared}{away}")
            return
        try:
            self._prefect.wait()
        except FairhandError as error:
            if not self._stopping.is_set():
                _print(f"{error} {WITHOUT_PREFECT_MESSAGE}")
            return
        write_notice(self._settings, {**notice(self._settings), "prefect": self._prefect.address})
        self._prefect_variables = prefect_client_variables(self._settings, self._prefect.address)
        pages = self._prefect.address.removesuffix("/api")
        _print(f"Prefect:      {pages}, where one signs in with what stands in {PREFECT_KEY_FILE}")

    def _announce(self, listening: socket.socket) -> None:
        """Write and print where the pages are. Who comes before the server has begun waits, and is not refused."""
        listening.listen()
        web = review_options(self._settings, listening.getsockname()[1]).public_url
        write_notice(self._settings, {"web": web, "pid": str(os.getpid())})
        self._tell_systemd("READY=1")
        _print(f"review pages: {web}")
        if self._settings.speaks_plainly:
            _print("plain http: whoever is on the network can read passwords, sign-in links and orders")
        _print(f"records:      {self._settings.records}")
        _print("sign-in links: fairhand people add NAME; Ctrl-C stops everything")

    def _tell_systemd(self, state: str) -> None:
        """Tell systemd how this service is, where it asks: a line to the socket that it names (sd_notify)."""
        if address := child_environment(self._settings).get("NOTIFY_SOCKET"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, suppress(OSError):
                told.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)

    async def _tell_alive(self) -> None:
        """Called by the loop that answers requests: one that hangs tells nothing, and is started again."""
        self._tell_systemd("WATCHDOG=1")

    def _stop(self, home: Home) -> None:
        self._stopping.set()
        self._came.set()
        notice_file(self._settings).unlink(missing_ok=True)
        if self._worker and self._worker.stdin:
            self._worker.stdin.close()
        beside = tuple(self._beside.values())
        for process in beside:
            process.ask_to_end()
        for process in beside:
            process.wait()
        if self._prefect:
            self._prefect.stop()
        if self._worker:
            try:
                self._worker.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._worker.kill()
        home.close()


def beside_of_parts(home: Home) -> Sequence[BesidePages]:
    """What parts run beside the pages. It is said where a part is needed and switched off."""
    found = []
    for part, each in brought(lambda part: part.beside):
        is_off = part in home.settings.parts_off
        if each.is_needed(home) and is_off:
            _print(f"the part {part} is switched off (FAIRHAND_PARTS_OFF): {each.what} is not done")
        found += [] if is_off else [each]
    return found


def stop_by_signal(pages: uvicorn.Server) -> None:
    """Remember Ctrl-C and SIGTERM until uvicorn handles them itself.

    An exception raised by a signal would be lost while Python collects garbage.
    """

    def remember(*_: object) -> None:
        pages.should_exit = True

    signal.signal(signal.SIGINT, remember)
    signal.signal(signal.SIGTERM, remember)


def _interrupt(*_: object) -> None:
    """End as by Ctrl-C: uvicorn stops first, then everything beside it."""
    raise KeyboardInterrupt


def _print(text: str) -> None:
    logger.info("%s", text)


# The options of the review pages that the settings give.


def review_options(settings: Settings, port: int) -> ReviewOptions:
    """The options of the review pages when they listen on this port."""
    from flows.desk import DESK_ADDRESS  # they load the whole web app
    from transcribe.review import DecisionRules, ReviewOptions

    in_force = policy(settings)
    rules = DecisionRules(**{each.name: getattr(in_force, each.name) for each in fields(DecisionRules)})
    return ReviewOptions(
        public_url=settings.web_address(port),
        desk=DESK_ADDRESS,
        lease_seconds=settings.lease_seconds,
        late_days=settings.late_days,
        paid_questions=settings.paid_questions,
        paid_tests=settings.paid_tests,
        paid_waiting_minutes=settings.paid_waiting_minutes,
        paid_usual_times=settings.paid_usual_times,
        paid_skip_minutes=settings.paid_skip_minutes,
        link_days=settings.link_days,
        audit_share=settings.audit_share,
        appeal_days=settings.appeal_days,
        pay_day=settings.pay_day,
        pay_way=settings.pay_way,
        most_along=settings.most_along,
        along_hours=settings.along_hours,
        rules=rules,
        asked_by=settings.asked_by,
        training=settings.training,
        upload_bytes=settings.most_file_bytes,
    )


# The address that the pages listen on, and the refusal of one that others can read along.


def require_encryption(settings: Settings) -> None:
    """SettingsError where passwords and orders would go over a network unencrypted, and nobody said that they may."""
    if settings.speaks_plainly and not settings.insecure:
        raise SettingsError(
            f"On {settings.host} other machines reach the pages by plain http: passwords, sign-in links and orders "
            "would go over the network for anybody to read. Put a proxy with https before it (deployments/Caddyfile, "
            "deployments/nginx.conf) and say --public-url https://NAME, or --insecure where the network is yours alone."
        )


def listen(settings: Settings) -> socket.socket:
    """A socket that listens on the address and port of the settings; SettingsError where that is not possible."""
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
