"""`fairhand serve`: what it starts it stops, whatever ends it, and readings become records while it runs."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
import uvicorn

from flows.administration.people import invite
from flows.home import settings as configuration
from flows.home.home import Home, now
from flows.runtime.prefect_server import free_port, is_answering, notice
from flows.serving.serve import Serving as ServingProcess
from flows.serving.serve import stop_by_signal
from reconcile.records import query
from tests.flows.house import START, House, simulated, until
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from tests.flows.webhooks.receivers import receiving, subscribed
from tests.patience import PATIENCE, ended
from transcribe.model import Task
from transcribe.people.tokens import new_token

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

Serving = tuple[House, "subprocess.Popen[str]"]


@pytest.fixture
def serving(served_home: Path, house: House, rooms: Home) -> Iterator[Serving]:
    """A running `serve` whose Prefect answers, on free ports; whatever is left of it is ended."""
    house.environment = {"FAIRHAND_PREFECT_PORT": str(free_port()), "FAIRHAND_RECONCILE_SECONDS": "600"}
    process = house.start("serve", "--port", "0", forked=True)
    try:
        until(lambda: process.poll() is not None or "prefect" in notice(rooms.settings), START)
        assert process.poll() is None, process.communicate()[1]
        yield house, process
    finally:
        process.kill()
        process.communicate()


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    children: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return children


@pytest.mark.promise(
    "You see one field",
    "It serves the review",
    "An order whose fields",
    "What must run more",
    "It weighs and publishes",
    "a reading wakes it",
    "new connections are refused",
    "the process of the",
    "The record has a",
)
def test_what_people_type_becomes_a_record_at_once_and_sigterm_stops_everything(serving: Serving, rooms: Home) -> None:
    house, process = serving
    said = notice(rooms.settings)
    assert httpx.get(f"{said['web']}/in", timeout=PATIENCE).status_code == 200
    assert is_answering(said["prefect"])
    assert httpx.get(f"{said['web']}/readyz", timeout=PATIENCE).text == "ready\n"
    with receiving() as receiver:
        subscribed(rooms, receiver)
        scan = received(rooms)
        house.run("reconcile")
        readers = [simulated(rooms, name, 1, 0.0) for name in ("mina", "omar")]
        for reader in readers:
            reader.answers = _answer
        until(lambda: sum(reader.work_one() for reader in readers) == 0 and rooms.store.counts().records)
        (record,) = query.records(rooms.settings.records, "receipt")
        assert (record.scan, record.values["total"]) == (scan.id, "12.50")
        until(lambda: receiver.types() == ["record.completed"])

    children = family(process)
    assert len(children) >= 3
    with ThreadPoolExecutor() as followers:
        waiting = followers.submit(_wait_for_news, said["web"], rooms, asked := threading.Event())
        assert asked.wait(PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert waiting.result(PATIENCE).json()["records"] == [], "who waits for news is answered, and with no error"
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    until(lambda: all(map(ended, children)))  # what children had begun ends a moment after them
    assert notice(rooms.settings) == {}


def test_where_every_process_is_told_to_stop_none_is_said_to_have_ended_by_itself(
    serving: Serving, rooms: Home
) -> None:
    _, process = serving
    address = urlsplit(notice(rooms.settings)["web"])
    with socket.create_connection((str(address.hostname), int(address.port or 0))) as slow:
        head = f"POST /in HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        slow.sendall(f"{head}Content-Length: 99\r\nExpect: 100-continue\r\n\r\n".encode())
        assert slow.recv(99).startswith(b"HTTP/1.1 100")  # stopping waits for what is to come
        for each in [psutil.Process(process.pid), *family(process)]:
            with suppress(psutil.NoSuchProcess):  # what ends as the others are told is not told
                each.send_signal(signal.SIGTERM)  # as systemd does
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "by itself" not in said


def _wait_for_news(address: str, rooms: Home, asked: threading.Event) -> httpx.Response:
    """The answer to who waits for news; the event is set once the request is sent, on a line that the server has."""
    secret = new_token(rooms.store, "till", ["records:read"], now()).secret
    (record,) = query.records(rooms.settings.records, "receipt")
    news = {"after": record.changed, "wait": 30}
    headers = {"authorization": f"Bearer {secret}"}

    def trace(event: str, _: object) -> None:
        if event == "http11.receive_response_headers.started":
            asked.set()

    with httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=PATIENCE) as client:
        client.get("/records/receipt").raise_for_status()
        return client.get("/records/receipt", params=news, extensions={"trace": trace})


def _answer(task: Task) -> str:
    return RECEIPT[task.key.name]


def test_killed_it_leaves_no_process_behind_and_the_next_one_goes_on(serving: Serving, rooms: Home) -> None:
    house, process = serving
    received(rooms)
    house.run("reconcile")
    reader = simulated(rooms, "mina", 1, 0.0)
    reader.answers = _answer
    typed = sum(reader.work_one() for _ in range(2))
    children = family(process)
    group = os.getpgid(process.pid)
    for each in children:
        with suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(each.pid) == group:
                each.kill()  # as who kills the whole group
    process.kill()
    process.communicate()
    until(lambda: all(map(ended, children)))
    (state,) = rooms.store.scan_states()
    people = [each for each in rooms.store.readings(state.scan.id) if each.kind == "person"]
    assert len(people) == typed, "what was acknowledged is there, and once"
    again = house.start("serve", "--port", "0", forked=True)
    until(lambda: notice(rooms.settings).get("pid") == str(again.pid))
    until(lambda: rooms.store.counts().waiting_scans == 0)
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=PATIENCE)


def test_a_taken_port_is_said_in_one_line(house: House) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = house.run("serve", "--port", str(taken.getsockname()[1]))
    assert done.code == 2
    assert "Try --port 0" in done.err
    assert "Traceback" not in done.err


def test_who_comes_as_soon_as_the_address_is_said_waits_and_is_not_refused(rooms: Home) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(listening.getsockname(), PATIENCE)
        ServingProcess(rooms.settings)._announce(listening)
        socket.create_connection(listening.getsockname(), PATIENCE).close()


def test_links_lead_to_where_serve_is(house: House, rooms: Home) -> None:
    (house.home / "serve.json").write_text('{"web": "http://127.0.0.1:5999", "pid": "1"}', encoding="utf-8")
    assert invite(rooms, "mina").link.startswith("http://127.0.0.1:5999/in/")
    public = configuration.load_settings(house.home).model_copy(update={"public_url": "https://orders.example/"})
    rooms = Home(settings=public, store=rooms.store, archive=rooms.archive, forms=rooms.forms)
    assert invite(rooms, "mina").link.startswith("https://orders.example/in/")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_before_the_pages_run_is_remembered_for_them(number: signal.Signals) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    pages = uvicorn.Server(uvicorn.Config(app=""))
    try:
        stop_by_signal(pages)
        signal.raise_signal(number)
        assert pages.should_exit
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def test_who_looks_after_what_runs_beside_the_pages_goes_on_whatever_fails(
    rooms: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    looks: list[str] = []

    def fail(_: ServingProcess) -> None:
        looks.append("")
        if len(looks) in (1, 3):
            raise OSError(errno.ENOSPC, "No space left on device")

    class Pages:
        should_exit = property(lambda _: len(looks) == 5)

    monkeypatch.setattr("flows.serving.serve.WATCH_SECONDS", 0.0)
    monkeypatch.setattr(ServingProcess, "_await_prefect", fail)
    monkeypatch.setattr(ServingProcess, "_start_what_ended", fail)
    ServingProcess(rooms.settings)._watch(Pages())  # type: ignore[arg-type]
    assert capfd.readouterr().err == "fairhand: not all runs that should (OSError); it is tried again\n" * 2
