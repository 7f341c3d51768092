"""Desk, interface and pages of the real program behind both shipped proxies, which run as they are shipped but for the
name, the ports and the certificate: uploads, a long poll, sign-in, what the program is told of who asks."""

from __future__ import annotations

import re
import secrets
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts

from flows.home.home import Home, now, open_home
from flows.home.settings import load_settings
from flows.runtime.prefect_server import free_port
from flows.serving.serve import Serving
from flows.steps import publish_records
from tests.flows.desk.desk_site import page, use_form
from tests.flows.house import until
from tests.patience import PATIENCE
from transcribe.model import Transcriber
from transcribe.people.tokens import new_token, secret_hash
from transcribe.review.access.guard import upload_paths
from transcribe.review.options import ReviewOptions

SAMPLES = Path(__file__).parents[2] / "deployments"
NAME = "orders.example"
DEFAULT_HEAD_SECONDS = 60.0
"""How long nginx waits for a head where nothing is said; here the samples' 30 seconds are one."""

ORIGIN = f"https://{NAME}"
PHOTOGRAPH = page({}) + bytes(300_000)
"""Larger than any other body may be."""

FLOWS = Path(__file__).parents[2] / "flows"


@dataclass(frozen=True, kw_only=True)
class Program:
    """The program as `serve` runs it: its home, its app, and the port that it listens on."""

    home: Home
    app: FastAPI
    port: int


@dataclass(frozen=True, kw_only=True)
class Door:
    """A proxy before the program."""

    program: Program
    port: int
    trust: ssl.SSLContext

    def client(self, **headers: str) -> httpx.Client:
        def named(request: httpx.Request) -> None:
            request.extensions["sni_hostname"] = NAME

        return httpx.Client(
            verify=self.trust, base_url=f"https://127.0.0.1:{self.port}", timeout=PATIENCE,
            headers={"host": NAME, **headers}, event_hooks={"request": [named]},
        )  # fmt: skip

    def operator(self) -> tuple[httpx.Client, str]:
        """An operator who has signed in by a link as a browser does, and the token of their forms."""
        link, who, store = secrets.token_urlsafe(32), secrets.token_hex(8), self.program.home.store
        store.put_transcriber(Transcriber(id=who, handle=who, roles=frozenset({"operator"}), begun=True), now())
        store.put_link(who, secret_hash(link), now() + timedelta(days=1), now())
        client = self.client(origin=ORIGIN)
        answer = client.post(f"/in/{link}")
        assert (answer.status_code, answer.headers["location"][:1]) == (303, "/"), answer.text
        assert re.search(r"__Host-fairhand=.*HttpOnly.*Secure", answer.headers["set-cookie"], re.IGNORECASE)
        found = re.search(r'name="csrf" value="([^"]+)"', client.get("/me").text)
        assert found
        return client, found[1]


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


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    place = tmp_path_factory.mktemp("program")
    settings = load_settings(place / "home").model_copy(update={"public_url": ORIGIN, "port": 0})
    home = open_home(settings)
    use_form(home, place, "order")
    publish_records(home)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        server = Serving(settings)._pages(home, listening)
        running_here = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        running_here.start()
        until(lambda: server.started)
        assert isinstance(server.config.app, FastAPI)

        @server.config.app.get("/told")
        async def told(request: Request) -> dict[str, str]:
            return dict(request.headers)

        yield Program(home=home, app=server.config.app, port=listening.getsockname()[1])
        server.should_exit = True
        running_here.join(PATIENCE)
    home.close()


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def door(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, certificate: Path, program: Program
) -> Iterator[Door]:
    place, port = tmp_path_factory.mktemp("door"), free_port()
    with running(request.param(place, certificate, program.port, port), place, port):
        trust = ssl.create_default_context(cafile=str(certificate / "chain.pem"))
        yield Door(program=program, port=port, trust=trust)


def beside_one_that_is_away(site: Path, upstream: int) -> None:
    """Write a second upstream into a site, before the one that answers: nobody listens there."""
    text, away = site.read_text(encoding="utf-8"), f"127.0.0.1:{free_port()}"
    if site.name == "Caddyfile":
        text = text.replace(f"{{$FAIRHAND_UPSTREAM:127.0.0.1:{upstream}}}", f"{away} 127.0.0.1:{upstream}")
    else:
        text = text.replace("# server 10.0.0.2:8484;", f"server {away};")
        text = text.replace("# server 10.0.0.2:8484 backup;", f"server {away} backup;")
    assert away in text
    site.write_text(text, encoding="utf-8")


@pytest.mark.promise("One of which a connection")
@pytest.mark.parametrize(("proxy", "site"), [(nginx, "site.conf"), (caddy, "Caddyfile")], ids=["nginx", "caddy"])
def test_of_two_machines_one_that_is_away_costs_nobody_a_request(
    proxy: Callable[[Path, Path, int, int], list[str]],
    site: str,
    tmp_path: Path,
    certificate: Path,
    program: Program,
) -> None:
    port = free_port()
    command = proxy(tmp_path, certificate, program.port, port)
    beside_one_that_is_away(tmp_path / site, program.port)
    with running(command, tmp_path, port):
        trust = ssl.create_default_context(cafile=str(certificate / "chain.pem"))
        client = Door(program=program, port=port, trust=trust).client()
        answers = [client.get("/healthz").status_code for _ in range(12)]
        answers += [client.post("/no-such-page").status_code for _ in range(12)]
        desk = {client.get("/desk").status_code for _ in range(6)}
    assert desk == {303}, "its sign-in"
    assert set(answers[:12]) == {200}
    assert not set(answers[12:]) & {502, 503, 504}


def uploads_of(program: Program) -> list[str]:
    """An address of each route that takes a file."""
    paths = re.compile(upload_paths(program.app.routes))
    found = {each.path or "" for each in iter_route_contexts(program.app.routes) if "POST" in (each.methods or ())}
    made = {re.sub(r"\{scan[^}]*\}", "0" * 64, re.sub(r"\{(form|name)[^}]*\}", "order", path)) for path in found}
    return sorted(each for each in made if paths.fullmatch(each))


def test_the_samples_let_files_through_where_the_program_takes_them_and_nowhere_else(program: Program) -> None:
    """Both files name what `upload_paths` gives, with the sizes that the program has where nobody set others."""
    paths, others = upload_paths(program.app.routes), ReviewOptions().body_bytes
    files = program.home.settings.most_file_bytes
    site = (SAMPLES / "nginx.conf").read_text("utf-8")
    assert re.findall(r"location ~ (\S+) {\n\s*client_max_body_size (\d+)m;", site) == [(paths, str(files // 10**6))]
    assert re.findall(r"client_max_body_size (\d+)k;", site) == [str(others // 1024)]
    site = (SAMPLES / "Caddyfile").read_text("utf-8")
    assert re.findall(r"@files path_regexp (\S+)\n\s*@others not path_regexp (\S+)\n", site) == [(paths, paths)]
    assert re.findall(r"max_size (\w+)", site) == [f"{files // 10**6}MB", f"{others // 1024}KB"]
    assert f"proxy-body-size: {files // 10**6}m" in (SAMPLES / "kubernetes" / "ingress.yaml").read_text("utf-8")


def test_every_form_of_the_desk_with_a_file_in_it_is_sent_where_files_are_taken(program: Program) -> None:
    """Of the templates, of parts too: a form that is multipart; `verb` and `fold` say that they take files."""
    sent = set()
    for each in FLOWS.rglob("templates/**/*.html"):
        text = each.read_text("utf-8")
        sent |= set(re.findall(r'action="([^"]+)" enctype="multipart', text))
        sent |= {f"/desk/scan/x/{deed}" for deed in re.findall(r'verb\("(\w+)"[^%]*files=true', text)}
        sent |= {"{{ at }}" + end for end in re.findall(r'fold\([^%]*at ~ "(/\w+)"[^%]*files=true', text)}
    addresses = {each.replace("{{ at }}", "/desk/draft/order") for each in sent}
    assert len(addresses) >= 5
    assert not [each for each in addresses if not re.fullmatch(upload_paths(program.app.routes), each)]


def test_a_photograph_comes_through_at_every_address_that_takes_one(door: Door, program: Program) -> None:
    client, csrf = door.operator()
    addresses = uploads_of(program)
    assert len(addresses) >= 8
    token = new_token(program.home.store, secrets.token_hex(4), ["scans:write"], now()).secret
    for address in addresses:
        if address.startswith("/api/"):
            bearer = {"authorization": f"Bearer {token}", "content-type": "image/png"}
            answer = door.client(**bearer).post(address, content=PHOTOGRAPH)
            assert answer.status_code == 202, answer.text
            continue
        sent = {"csrf": csrf, "name": "monday", "form": "order", "why": "it was dark"}
        answer = client.post(address, data=sent, files={"files": ("a.png", PHOTOGRAPH, "image/png")})
        assert answer.status_code in (303, 404, 422), (address, answer.status_code, answer.text)
        assert answer.headers["content-security-policy"], "a proxy has answered, not the program"
    batch = client.post(
        "/desk/batches/new", data={"csrf": csrf, "name": "monday", "form": "order"},
        files={"files": (f"{secrets.token_hex(4)}.png", PHOTOGRAPH + secrets.token_bytes(8), "image/png")},
    )  # fmt: skip
    assert (batch.status_code, batch.headers["location"].partition("?")[0]) == (303, "/desk/batch"), batch.text


def test_a_slow_line_sends_a_photograph_in_its_own_time(door: Door, program: Program) -> None:
    """No end of a whole body stands in the samples, but that of a pause in it; here 300 KB take three seconds."""
    assert "read_body" not in (SAMPLES / "Caddyfile").read_text("utf-8")
    token = new_token(program.home.store, secrets.token_hex(4), ["scans:write"], now()).secret

    def slowly() -> Iterator[bytes]:
        for at in range(0, len(PHOTOGRAPH), 100_000):
            time.sleep(0.8)
            yield PHOTOGRAPH[at : at + 100_000]
        yield secrets.token_bytes(8)

    client = door.client(authorization=f"Bearer {token}", **{"content-type": "image/png"})
    assert client.post("/api/v1/forms/order/scans", content=slowly()).status_code == 202


def test_a_program_that_waits_for_news_is_answered_when_its_wait_is_over(door: Door, program: Program) -> None:
    token = new_token(program.home.store, secrets.token_hex(4), ["records:read"], now()).secret
    began = time.monotonic()
    answer = door.client(authorization=f"Bearer {token}").get("/api/v1/records/order", params={"wait": 2})
    assert answer.status_code == 200, answer.text
    assert time.monotonic() - began >= 1.5


def test_whoever_is_not_signed_in_is_sent_to_the_pages_own_name(door: Door) -> None:
    answer = door.client().get("/desk")
    assert (answer.status_code, answer.headers["location"]) == (303, "/in")
    assert answer.headers["strict-transport-security"]
    assert door.client(origin="https://elsewhere.example").post("/in", data={"handle": "x"}).status_code == 403


def test_serve_is_told_the_true_address_and_nothing_that_the_client_claims(door: Door) -> None:
    client, _ = door.operator()
    claims = {"x-forwarded-for": "203.0.113.9", "forwarded": "for=203.0.113.9", "x-forwarded-proto": "http"}
    answer = client.get("/told", headers=claims)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["x-forwarded-for"], told["x-forwarded-proto"], told["host"]) == ("127.0.0.1", "https", NAME)
    assert "203.0.113.9" not in answer.text
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "/" not in answer.headers.get("server", "")


def test_a_body_over_the_limit_is_refused_and_a_page_full_is_not(door: Door) -> None:
    client, csrf = door.operator()
    full, over = (client.post("/desk/people/count", data={"csrf": csrf, "x": "1" * size}) for size in (60_000, 200_000))
    assert full.headers["content-security-policy"], "the program has answered"
    assert over.status_code in (413, 502)


def test_a_head_that_does_not_come_is_given_up_in_the_time_that_the_sample_says(door: Door) -> None:
    began = time.monotonic()
    with (
        socket.create_connection(("127.0.0.1", door.port), timeout=PATIENCE) as plain,
        door.trust.wrap_socket(plain, server_hostname=NAME) as slow,
    ):
        slow.sendall(b"GET / HTTP/1.1\r\nhost: orders.example\r\n")
        while slow.recv(4096):
            pass
    assert time.monotonic() - began < DEFAULT_HEAD_SECONDS / 2
