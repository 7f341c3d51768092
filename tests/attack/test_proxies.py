"""The sample configurations of proxies, run as they are shipped but for the name, the ports and the certificate."""

from __future__ import annotations

import http.server
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from flows.runtime.prefect_server import free_port
from tests.flows.house import until
from tests.patience import PATIENCE

SAMPLES = Path(__file__).parents[2] / "deployments"
NAME = "orders.example"
DEFAULT_HEAD_SECONDS = 60.0
"""How long nginx waits for a head where nothing is said; here the samples' 30 seconds are one."""


class Echo(http.server.BaseHTTPRequestHandler):
    """What stands where serve does: it says what it was sent."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.do_GET()

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("strict-transport-security", "max-age=63072000; includeSubDomains")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a certificate for the sample's name, and of its key."""
    place = tmp_path_factory.mktemp("certificate")
    made = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}")
    files = (
        "-keyout",
        str(place / "key.pem"),
        "-out",
        str(place / "chain.pem"),
        "-addext",
        f"subjectAltName=DNS:{NAME}",
    )
    subprocess.run([*made, *files], check=True, capture_output=True)
    return place


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


def nginx(place: Path, certificate: Path, upstream: int, port: int) -> list[str]:
    site = (SAMPLES / "nginx.conf").read_text(encoding="utf-8")
    for there, here in (
        ("127.0.0.1:8484", f"127.0.0.1:{upstream}"),
        ("listen 443", f"listen 127.0.0.1:{port}"),
        ("listen 80", f"listen 127.0.0.1:{free_port()}"),
        ("/etc/letsencrypt/live/orders.example/fullchain.pem", str(certificate / "chain.pem")),
        ("/etc/letsencrypt/live/orders.example/privkey.pem", str(certificate / "key.pem")),
        ("client_header_timeout 30s", "client_header_timeout 1s"),
    ):
        assert there in site
        site = site.replace(there, here)
    (place / "site.conf").write_text(site, encoding="utf-8")
    kinds = "\n".join(
        f"{each}_temp_path {place}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    around = f"daemon off; pid {place}/pid; error_log {place}/log; events {{}}"
    around += f"\nhttp {{ access_log off; {kinds}\ninclude {place}/site.conf; }}"
    (place / "nginx.conf").write_text(around, encoding="utf-8")
    return [shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(place / "nginx.conf"), "-e", str(place / "log")]


def caddy(place: Path, certificate: Path, upstream: int, port: int) -> list[str]:
    site = (SAMPLES / "Caddyfile").read_text(encoding="utf-8")
    for there, here in (
        ("127.0.0.1:8484", f"127.0.0.1:{upstream}"),
        (
            "{\n\tservers {",
            f"{{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system {place}\n\tservers {{",
        ),
        (
            f"\n{{$FAIRHAND_NAME:{NAME}}} {{",
            f"\nhttps://{NAME}:{port} {{\n\tbind 127.0.0.1\n\ttls {certificate}/chain.pem {certificate}/key.pem",
        ),
        ("read_header 30s", "read_header 1s"),
    ):
        assert there in site
        site = site.replace(there, here)
    (place / "Caddyfile").write_text(site, encoding="utf-8")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(place / "Caddyfile")]


class Proxy:
    """A proxy that runs: its port, and the certificate that it shows."""

    def __init__(self, port: int, certificate: Path) -> None:
        self.port = port
        self.trust = ssl.create_default_context(cafile=str(certificate / "chain.pem"))

    def connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        return self.trust.wrap_socket(plain, server_hostname=NAME)

    def request(self, method: str, *, body: bytes = b"", headers: dict[str, str] | None = None) -> httpx.Response:
        sent = {"host": NAME, **(headers or {})}
        with httpx.Client(verify=self.trust, timeout=PATIENCE) as client:
            where, named = f"https://127.0.0.1:{self.port}/x", {"sni_hostname": NAME}
            return client.request(method, where, content=body, headers=sent, extensions=named)


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, certificate: Path, upstream: int
) -> Iterator[Proxy]:
    place, port = tmp_path_factory.mktemp("proxy"), free_port()
    with running(request.param(place, certificate, upstream, port), place, port):
        yield Proxy(port, certificate)


@contextmanager
def running(command: list[str], place: Path, port: int) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={"HOME": str(place), "PATH": "/usr/sbin:/usr/bin"},
    )
    try:
        until(lambda: process.poll() is not None or listens(port))
        assert process.poll() is None, process.communicate()[1].decode()
        yield
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_serve_is_told_the_true_address_and_nothing_that_the_client_claims(proxy: Proxy) -> None:
    claims = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9", "x-forwarded-proto": "http"}
    answer = proxy.request("GET", headers=claims)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["x-forwarded-for"], told["x-forwarded-proto"], told["host"]) == ("127.0.0.1", "https", NAME)
    assert "203.0.113.9" not in answer.text
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "/" not in answer.headers.get("server", "")


def test_a_body_over_the_limit_is_refused_and_a_page_full_is_not(proxy: Proxy) -> None:
    assert proxy.request("POST", body=b"x" * 60_000).status_code == 200
    assert proxy.request("POST", body=b"x" * 200_000).status_code in (413, 502)


def test_a_head_that_does_not_come_is_given_up_in_the_time_that_the_sample_says(proxy: Proxy) -> None:
    began = time.monotonic()
    with proxy.connect() as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nhost: orders.example\r\n")
        while slow.recv(4096):
            pass
    assert time.monotonic() - began < DEFAULT_HEAD_SECONDS / 2
