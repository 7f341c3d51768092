"""A thousand connections that say nothing stopped the pages for everybody; and plain http was served without a word."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from flows.home import settings as configuration
from flows.home.settings import Settings, is_loopback, reached_host
from flows.serving import slow_clients
from flows.serving.serve import review_options
from flows.serving.slow_clients import PatientProtocol, most_connections
from tests.flows.house import House, until
from tests.patience import PATIENCE

HALF = b"POST /kept HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n"
"""A request that goes on."""


@dataclass(kw_only=True)
class Pages:
    """A web server with our protocol, and how many requests it has answered."""

    port: int
    answered: int = 0

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self) -> int:
        return httpx.get(f"http://127.0.0.1:{self.port}/", timeout=PATIENCE).status_code


@contextmanager
def pages(connections: int) -> Iterator[Pages]:
    """Serve with so many connections at most; `/large` gives 20 MB, `/kept` reads a body, anything else says ok."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    made = Pages(port=listening.getsockname()[1])

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/kept":
            while (message := await receive()).get("more_body"):
                pass
            if message["type"] == "http.disconnect":
                return
        body = b"x" * 20_000_000 if scope["path"] == "/large" else b"ok"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})
        made.answered += 1

    limit = connections + slow_clients.SPARE_CONNECTIONS_COUNT
    config = uvicorn.Config(app, http=PatientProtocol, ws="none", limit_concurrency=limit, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])), daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield made
    finally:
        server.should_exit = server.force_exit = True
        thread.join(PATIENCE)
        listening.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The times of the protocol, shorter."""
    for name in ("HEADER_SECONDS", "BODY_SECONDS", "TAKING_SECONDS"):
        monkeypatch.setattr(slow_clients, name, 1.0)
    monkeypatch.setattr(slow_clients, "LOOK_SECONDS", 0.1)


def ends(connection: socket.socket) -> bool:
    """Whether the server ends the connection."""
    connection.settimeout(PATIENCE)
    try:
        while connection.recv(1 << 20):
            pass
    except ConnectionResetError:
        return True
    return True


def test_the_one_that_was_waited_for_longest_goes_and_not_one_that_is_answered() -> None:
    with ExitStack() as stack:
        served = stack.enter_context(pages(3))
        taking = stack.enter_context(served.connect())
        taking.sendall(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        oldest, newer = (stack.enter_context(served.connect()) for _ in range(2))
        time.sleep(0.2)
        taking.recv(1)
        stack.enter_context(served.connect())
        assert ends(oldest) or ends(newer)
        newest = stack.enter_context(served.connect())
        newest.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert newest.recv(15) == b"HTTP/1.1 200 OK"


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nhost:", HALF + b"\r\n", HALF + b"\r\nabc"])
def test_a_request_that_does_not_come_is_given_up(sent: bytes) -> None:
    with pages(10) as served, served.connect() as slow:
        slow.sendall(sent)
        assert ends(slow)
        assert served.ask() == 200


@pytest.mark.usefixtures("quick")
def test_a_byte_now_and_then_does_not_keep_a_head_open() -> None:
    with pages(10) as served, served.connect() as slow:
        slow.setblocking(False)
        sent = 0
        with suppress(ConnectionError):
            for _ in range(200):
                sent += slow.send(b"G")
                time.sleep(0.1)
        assert sent < 200
        assert served.ask() == 200


@pytest.mark.usefixtures("quick")
def test_a_slow_line_that_goes_on_is_waited_for() -> None:
    with pages(10) as served, served.connect() as slow:
        slow.sendall(HALF.replace(b"1000", b"4000") + b"\r\n")
        for _ in range(20):  # over twice the time of a short body, and well above the slowest line
            slow.sendall(b"x" * 200)
            time.sleep(0.12)
        assert slow.recv(15) == b"HTTP/1.1 200 OK"


@pytest.mark.usefixtures("quick")
def test_an_answer_that_nobody_takes_is_given_up() -> None:
    with pages(10) as served, served.connect() as slow:
        slow.sendall(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        time.sleep(3)
        slow.settimeout(PATIENCE)
        got = 0
        try:
            while more := slow.recv(1 << 20):
                got += len(more)
        except ConnectionResetError:
            pass
        assert got < 20_000_000


@pytest.mark.usefixtures("quick")
def test_one_connection_serves_one_request_after_another() -> None:
    with pages(10) as served, httpx.Client(base_url=f"http://127.0.0.1:{served.port}", timeout=PATIENCE) as client:
        for _ in range(20):
            assert client.get("/").text == "ok"
            assert client.post("/kept", content=b"y" * 60_000).text == "ok"
            time.sleep(0.1)


def test_there_are_fewer_connections_than_open_files(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int]] = []
    monkeypatch.setattr("resource.setrlimit", lambda _, limits: told.append(limits))
    for soft, hard, most in ((1024, 1024, 768), (1024, 4096, 1000), (256, 256, 1)):
        monkeypatch.setattr("resource.getrlimit", lambda _, had=(soft, hard): had)
        assert most_connections() == most + slow_clients.SPARE_CONNECTIONS_COUNT
    assert told == [(4096, 4096)]


@pytest.mark.parametrize(("host", "own"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)])
def test_it_is_known_who_reaches_an_address(host: str, own: bool) -> None:
    assert is_loopback(host) == own


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_plain_http_for_other_machines_is_refused_with_the_way_on(tmp_path: Path, host: str) -> None:
    house = House(home=tmp_path / "home")
    done = house.run("serve", "--host", host, "--port", "0")
    assert done.code == 2
    assert f"On {host} other machines reach the pages by plain http" in done.err
    assert "--public-url https://" in done.err
    assert "--insecure" in done.err
    assert "Traceback" not in done.err
    assert house.run("serve", "--host", host, "--port", "0", "--public-url", "http://orders.example").code == 2


def with_settings(place: Path, **chosen: object) -> Settings:
    return configuration.load_settings(place).model_copy(update=chosen)


def test_behind_a_proxy_and_on_this_machine_nothing_is_refused(tmp_path: Path) -> None:
    assert not with_settings(tmp_path).speaks_plainly
    assert not with_settings(tmp_path, host="0.0.0.0", public_url="https://orders.example").speaks_plainly
    assert with_settings(tmp_path, host="0.0.0.0", public_url="http://orders.example").speaks_plainly


def test_links_lead_somewhere(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::"):
        web = review_options(with_settings(tmp_path, host=host), 8484).public_url
        assert web == f"http://{reached_host(host)}:8484"
        assert "0.0.0.0" not in web
        assert "[::]" not in web
    assert review_options(with_settings(tmp_path, host="::1"), 8484).public_url == "http://[::1]:8484"
    behind = with_settings(tmp_path, host="0.0.0.0", public_url="https://orders.example/")
    assert review_options(behind, 8484).public_url == "https://orders.example"
