"""`fairhand serve`: what it starts it stops, whatever ends it, and readings become records while it runs."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest
import uvicorn

from flows.administration.people import invite
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.incoming.sent_files import waiting_scans
from flows.runtime.prefect_server import free_port, is_answering, notice
from flows.serving.serve import Serving as ServingProcess
from flows.serving.serve import stop_by_signal
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.extras import is_installed
from tests.flows.forked_commands import started
from tests.flows.house import START, House, simulated, until
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from tests.patience import PATIENCE, ended
from tests.postgres import new_database, rows
from transcribe.model import FieldKey, Task
from transcribe.people.tokens import new_token

Serving = tuple[House, "subprocess.Popen[str]"]


@contextmanager
def webhook_of(rooms: Home) -> Iterator[Any]:
    """What receives the events of a webhook; None where the part is not installed."""
    if not is_installed("webhooks"):
        yield None
        return
    from tests.flows.parts.webhooks.receivers import receiving, subscribed

    with receiving() as receiver:
        subscribed(rooms, receiver)
        yield receiver


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


@pytest.mark.slow
@pytest.mark.timeout(900)
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
    with webhook_of(rooms) as receiver:
        scan = received(rooms)
        house.run("reconcile")
        readers = [simulated(rooms, name, 1, 0.0) for name in ("mina", "omar")]
        for reader in readers:
            reader.answers = _answer
        until(lambda: sum(reader.work_one() for reader in readers) == 0 and rooms.store.counts().records)
        (record,) = query.records(rooms.settings.records, "receipt")
        assert (record.scan, record.values["total"]) == (scan.id, "12.50")
        if receiver is not None:
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


@pytest.mark.slow
@pytest.mark.timeout(900)
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
    assert process.returncode == 0, "a request that never ends holds it for its time and no longer"
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


@pytest.mark.slow
@pytest.mark.timeout(900)
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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_taken_port_is_said_in_one_line(house: House) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = house.run("serve", "--port", str(taken.getsockname()[1]))
    assert done.code == 2
    assert "Try --port 0" in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_who_comes_as_soon_as_the_address_is_said_waits_and_is_not_refused(rooms: Home) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(listening.getsockname(), PATIENCE)
        ServingProcess(rooms.settings)._announce(listening)
        socket.create_connection(listening.getsockname(), PATIENCE).close()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_links_lead_to_where_serve_is(house: House, rooms: Home) -> None:
    (house.home / "serve.json").write_text('{"web": "http://127.0.0.1:5999", "pid": "1"}', encoding="utf-8")
    assert invite(rooms, "mina").link.startswith("http://127.0.0.1:5999/in/")
    public = configuration.load_settings(house.home).model_copy(update={"public_url": "https://orders.example/"})
    rooms = Home(settings=public, store=rooms.store, archive=rooms.archive, forms=rooms.forms)
    assert invite(rooms, "mina").link.startswith("https://orders.example/in/")


@pytest.mark.slow
@pytest.mark.timeout(900)
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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_who_looks_after_what_runs_beside_the_pages_goes_on_whatever_fails(
    rooms: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[str] = []

    def fail(_: ServingProcess) -> None:
        looks.append("")
        if len(looks) in (1, 3):
            raise OSError(errno.ENOSPC, "No space left on device")

    class Pages:
        should_exit = property(lambda _: len(looks) == 5)

    monkeypatch.setattr("flows.serving.serve.WATCH_SECONDS", 0.0)
    caplog.set_level("INFO", "fairhand")
    serving = ServingProcess(rooms.settings)
    serving._repeat(Pages(), lambda: fail(serving), lambda: fail(serving))  # type: ignore[arg-type]
    assert caplog.messages == ["not all runs that should (OSError); it is tried again"] * 2


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise("**systemd**, with")
def test_where_the_prefect_of_all_machines_is_away_pages_go_on_and_one_sentence_says_so(
    house: House, rooms: Home
) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/api"
    systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    systemd.bind(str(house.home.parent / "notify"))
    systemd.settimeout(PATIENCE)
    away = {"PREFECT_API_URL": nobody, "PREFECT_CLIENT_MAX_RETRIES": "0"}
    house.environment = {**away, "NOTIFY_SOCKET": str(house.home.parent / "notify")}
    process = house.start("serve", "--port", "0")
    try:
        assert [systemd.recv(100) for _ in range(2)] == [b"READY=1", b"WATCHDOG=1"]
        until(lambda: process.poll() is not None or "web" in notice(rooms.settings), START)
        assert httpx.get(f"{notice(rooms.settings)['web']}/readyz", timeout=PATIENCE).text == "ready\n"
        until(lambda: [each for each in family(process) if "flows.deployed" in each.cmdline()])
    finally:
        process.send_signal(signal.SIGTERM)
        told = process.communicate(timeout=PATIENCE)[1]
        systemd.close()
    assert process.returncode == 0
    said = f"Prefect:      {nobody}, which does not answer. Pages, reading and weighing go on without it; "
    assert told.count(said) == 1, told
    assert "Traceback" not in told


SEND = "/api/v1/forms/receipt/scans"
JPEG = {"content-type": "image/jpeg"}
SIGN_IN_TRIES = 10


@contextmanager
def host(house: House) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A web process of this home, and its address."""
    process = started("tests.flows.serving.web_host", house.home)
    try:
        assert process.stdout
        address = process.stdout.readline().strip()
        assert address.startswith("http"), "it did not start"
        until(lambda: process.poll() is not None or _is_open(address), pause=0.02)
        yield address, process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def url() -> str:
    return new_database()


@pytest.fixture
def houses(tmp_path: Path, url: str) -> list[House]:
    """Two machines set up as the documentation says."""
    made: list[House] = []
    for name in ("first", "second"):
        place = tmp_path / name
        place.mkdir()
        kept = f"FAIRHAND_STATE={url}\nFAIRHAND_ARCHIVE={tmp_path / 'archive'}\nFAIRHAND_AUDIT_SHARE=0\n"
        (place / configuration.SETTINGS_FILE).write_text(kept, encoding="utf-8")
        if made:
            shutil.copy(made[0].home / "state.key", place)
        else:
            open_home(configuration.load_settings(place)).close()
        made.append(House(home=place))
    return made


@pytest.fixture
def homes(houses: list[House]) -> Iterator[list[Home]]:
    opened = [open_home(configuration.load_settings(each.home)) for each in houses]
    yield opened
    for each in opened:
        each.close()


@pytest.fixture
def hosts(houses: list[House], homes: list[Home]) -> Iterator[list[str]]:
    with ExitStack() as running:
        yield [running.enter_context(host(each))[0] for each in houses]


class Alternating(httpx.BaseTransport):
    """Sends each request to the host after the one of the request before, as a proxy without sticky sessions does."""

    def __init__(self, hosts: list[str]) -> None:
        self._hosts = [httpx.URL(each) for each in hosts]
        self._turn = count()
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        to = self._hosts[next(self._turn) % len(self._hosts)]
        request.url = request.url.copy_with(host=to.host, port=to.port)
        request.headers["host"] = f"{to.host}:{to.port}"
        return self._inner.handle_request(request)


def browser(hosts: list[str]) -> httpx.Client:
    return httpx.Client(transport=Alternating(hosts), base_url="http://127.0.0.1", timeout=PATIENCE)


def signed_in(home: Home, hosts: list[str], handle: str) -> httpx.Client:
    """Somebody who opened their link on one host and pressed its button on the other."""
    link = urlsplit(invite(home, handle).link).path
    client = browser(hosts)
    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 303
    page = client.get("/before").text
    assert client.post("/before", data={"csrf": csrf_of(page), "training": "no"}).status_code == 303
    return client


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def sheets(client: httpx.Client) -> list[str]:
    """The tasks that a person holds."""
    held = client.get("/work/next", params={"count": 4})
    assert held.status_code == 200, held.text
    return [each["task"] for each in held.json()["tasks"]]


def send(client: httpx.Client, csrf: str, task: str, text: str, **more: object) -> httpx.Response:
    body = {"idem": secrets.token_hex(8), "action": "send", "text": text, **more}
    return client.post(f"/work/{task}", json=body, headers={"x-csrf-token": csrf})


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise("kept in each process")
def test_a_person_signs_in_leases_sends_takes_back_and_contests_over_both_hosts(
    homes: list[Home], hosts: list[str]
) -> None:
    home = homes[0]
    scan = received(home, texts={name: (text, f"{text}1") for name, text in RECEIPT.items()})
    reconcile_home(home)
    with closing(signed_in(home, hosts, "mina")) as mina:
        csrf = csrf_of(mina.get("/work").text)
        who = home.store.transcriber("mina").id
        held = {home.store.task_subject(task).key.name: task for task in sheets(mina)}
        assert set(sheets(mina)) == set(held.values()), "the same on both"
        other = next(name for name in held if name != "total")
        total, second = held["total"], held[other]
        assert send(mina, csrf, total, "99.00").json()["outcome"] == "kept"
        body = {"idem": "the-same-idem", "action": "send", "text": RECEIPT[other]}
        for _ in range(2):  # sent again, as after an answer that was lost: it is one reading
            answer = mina.post(f"/work/{second}", json=body, headers={"x-csrf-token": csrf})
            assert answer.status_code == 200, answer.text
        assert mina.get("/work/last").json() == {"task": second}
        asked = {"x-csrf-token": csrf, "accept": "application/json"}
        back = mina.post(f"/work/{second}/undo", json={}, headers=asked)
        assert back.status_code == 200, back.text
        assert send(mina, csrf, second, RECEIPT[other]).status_code == 200
        left = mina.post("/renew", json={"tasks": list(held.values())}, headers={"x-csrf-token": csrf}).json()
        assert set(left["lost"]) == {total, second}
        pay = [line for line in home.store.ledger(who) if line.kind == "reading"]
        assert [line.task for line in pay] == [total, second, second], "one was sent anew, and nothing counts twice"

        home.store.correct_value(scan.id, FieldKey("total"), "12.50", "olga", "seen on the paper", now())
        reconcile_home(homes[1])
        readings = home.store.readings(scan.id)
        mine = next(each.id for each in readings if each.source == who and each.key.name == "total")
        words = {"csrf": csrf, "words": "it says 99", "seconds": "5"}
        for _ in range(2):
            assert mina.post(f"/readings/{mine}/appeal", data=words).status_code == 303
        assert len(home.store.appeals(open_only=True)) == 1
        before = dict(mina.cookies)
        assert mina.post("/out", data={"csrf": csrf, "sure": "yes"}).status_code == 303
        mina.cookies.update(before)  # as one that was copied
        assert [mina.get("/work").status_code for _ in range(2)] == [303, 303], "signed out on both"
    assert home.store.verify_audit().whole


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_what_was_typed_without_a_network_is_taken_by_whichever_host_is_asked(
    homes: list[Home], hosts: list[str]
) -> None:
    home = homes[0]
    for _ in range(2):
        received(home, texts={name: (text, f"{text}1") for name, text in RECEIPT.items()})
    reconcile_home(home)
    with closing(signed_in(home, hosts, "omar")) as omar:
        csrf = csrf_of(omar.get("/work").text)
        along = omar.post("/along", json={"count": 6}, headers={"x-csrf-token": csrf})
        assert along.status_code == 200, along.text
        tasks = [each["task"] for each in along.json()["tasks"]]
        assert len(tasks) > 3
        for task in [*tasks, *tasks]:  # each of them twice, as a device does that had no answer
            body = {"idem": task[:16], "action": "blank", "seconds": 2.0, "ago": 3600.0}
            assert omar.post(f"/work/{task}", json=body, headers={"x-csrf-token": csrf}).status_code == 200
        who = home.store.transcriber("omar").id
        assert len(home.store.readings_of(who)) == len(tasks)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_file_is_taken_once_by_the_host_that_got_it_and_the_other_one_knows(
    homes: list[Home], hosts: list[str]
) -> None:
    homes[0].use_form("receipt")
    secret = new_token(homes[0].store, "till", ("scans:write",), now()).secret
    content = b"\xff\xd8 a photograph"
    file = hashlib.sha256(content).hexdigest()
    with browser(hosts) as till:
        till.headers["authorization"] = f"Bearer {secret}"
        keyed = {**JPEG, "idempotency-key": "k1"}
        sent = [till.post(SEND, content=content, headers=keyed) for _ in range(3)]
        assert [each.json()["state"] for each in sent] == ["waiting"] * 3, sent[0].text
        assert [till.get(f"{SEND}/{file}").json()["state"] for _ in range(2)] == ["waiting"] * 2
        assert [till.post(SEND, content=content, headers=JPEG).json()["state"] for _ in range(2)] == ["waiting"] * 2
    assert [len(waiting_scans(each.settings)) for each in homes] == [1, 0]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_tries_to_sign_in_are_counted_by_both_hosts_together(hosts: list[str], url: str) -> None:
    with browser(hosts) as stranger:
        typed = {"handle": "mina", "password": "not hers at all"}
        told = [stranger.post("/in", data=typed).status_code for _ in range(SIGN_IN_TRIES + 4)]
        assert told == [401] * SIGN_IN_TRIES + [429] * 4
    assert not [row for row in rows(url, "SELECT what FROM use_count") if "mina" in str(row)]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise("since when a person")
def test_waiting_is_counted_once_over_both_hosts(homes: list[Home], hosts: list[str], url: str) -> None:
    with closing(signed_in(homes[0], hosts, "mina")) as mina:
        for _ in range(4):
            assert "no-work" in mina.get("/work").text
        ((looks,),) = rows(url, "SELECT COUNT(*) FROM looked_in_vain")
        assert looks == 1
        since = time.monotonic()
        mina.get("/work")
        begun = homes[0].store.waiting_seconds(homes[0].store.transcriber("mina").id)
        time.sleep(1.2)
        mina.get("/work")
        mina.get("/work")
        waited = homes[0].store.waiting_seconds(homes[0].store.transcriber("mina").id) - begun
        assert waited <= time.monotonic() - since, "and not once for each host"


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise("new connections are refused")
def test_told_to_end_a_host_finishes_what_it_has_begun_and_takes_nothing_new(
    houses: list[House], homes: list[Home]
) -> None:
    homes[0].use_form("receipt")
    secret = new_token(homes[0].store, "till", ("scans:write",), now()).secret
    content, goes_on = b"\xff\xd8 a photograph" * 1000, threading.Event()

    def slowly() -> Iterator[bytes]:
        yield content[:5000]
        assert goes_on.wait(PATIENCE)
        yield content[5000:]

    answers: list[httpx.Response] = []
    with host(houses[0]) as (address, process):
        headers = {**JPEG, "authorization": f"Bearer {secret}"}

        def post() -> None:
            answers.append(httpx.post(f"{address}{SEND}", content=slowly(), headers=headers, timeout=PATIENCE))

        sending = threading.Thread(target=post)
        sending.start()
        folder = houses[0].home / "incoming"
        until(lambda: folder.is_dir() and list(folder.iterdir()), pause=0.02)
        process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        while _is_open(address):
            assert time.monotonic() - begun < PATIENCE, "new connections are refused while one request goes on"
            time.sleep(0.05)
        assert process.poll() is None, "one request is not finished"
        goes_on.set()
        sending.join(PATIENCE)
        assert [each.status_code for each in answers] == [202], answers
        assert process.wait(PATIENCE) == 0
    (kept,) = waiting_scans(homes[0].settings)
    assert kept.path.read_bytes() == content


def _is_open(address: str) -> bool:
    where = urlsplit(address)
    try:
        socket.create_connection((where.hostname, where.port or 0), timeout=1).close()
    except OSError:
        return False
    return True
