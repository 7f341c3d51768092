"""Attacks on what stands around the pages: the home's files, Prefect's interface, two programs where one belongs."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from flows.administration.doctor import examine
from flows.home import PREFECT_KEY_FILE
from flows.home import settings as configuration
from flows.runtime.file_locks import is_locked, take_lock
from flows.runtime.prefect_server import free_port, lock_file, notice, notice_file, serving_address
from flows.terminal.printing import OBEYED_PATTERN
from tests.flows.house import CASES, START, TYPED, House, until
from tests.patience import PATIENCE
from transcribe.intake import gather, unreached

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CANARY = "quandary7Q4Z"
"""What the names of files hold, and nothing else here does."""

ELSEWHERE = "https://evil.example"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A home that `fairhand serve` serves."""

    house: House
    process: subprocess.Popen[str]
    web: str


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    house = House(home=tmp_path_factory.mktemp("around") / "home")
    house.environment = {"FAIRHAND_PREFECT_PORT": str(free_port())}
    settings = configuration.load_settings(house.home)
    process = house.start("serve", "--port", "0", forked=True)
    try:
        until(lambda: process.poll() is not None or "prefect" in notice(settings), START)
        assert process.poll() is None, process.communicate()[1]
        told = notice(settings)
        house.prefect = told["prefect"]
        house.prefect_secret = (house.home / PREFECT_KEY_FILE).read_text()
        yield Served(house=house, process=process, web=told["web"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def open_to_others(home: Path) -> list[Path]:
    """What in a home, and the home itself, somebody but the owner may read."""
    return [each for each in (home, *home.rglob("*")) if stat.S_IMODE(each.lstat().st_mode) & 0o077]


def test_what_is_made_in_a_home_is_for_its_owner_only(served: Served) -> None:
    done = served.house.run("ingest", TYPED, "--form", "bon-de-commande")
    assert done.code == 0, done.err
    made = {each.name for each in served.house.home.iterdir()}
    assert made >= {"state.db", "state.key", "records.db", "archive", "prefect", "serve.json", PREFECT_KEY_FILE}
    assert open_to_others(served.house.home) == []


def test_settings_and_exports_are_for_their_owner_only(tmp_path: Path) -> None:
    house = House(home=tmp_path / "home")
    assert house.run("init").code == 0
    assert house.run("records", "export", "--form", "receipt", "--out", tmp_path / "out.jsonl").code in (0, 1, 2)
    assert open_to_others(house.home) == []
    assert not (tmp_path / "out.jsonl").exists() or open_to_others(tmp_path / "out.jsonl") == []


def test_the_doctor_names_a_home_that_others_may_read(tmp_path: Path) -> None:
    home = tmp_path / "my home"
    House(home=home).run("init")
    settings = configuration.load_settings(home)
    assert [each for each in examine(settings) if each.check == "private"] == []
    (home / "state.db").chmod(0o644)
    home.chmod(0o755)
    (found,) = (each for each in examine(settings) if each.check == "private")
    assert str(home / "state.db") in found.message
    subprocess.run(found.mend, shell=True, check=True)  # noqa: S602 - what it says is what an operator types
    assert [each for each in examine(settings) if each.check == "private"] == []


def test_prefect_obeys_nobody_without_the_key_and_no_page_from_elsewhere(served: Served) -> None:
    """A page that a browser on this machine shows made a deployment with a step that runs a shell."""
    where = served.house.prefect
    deployment = {"name": "d", "pull_steps": [{"prefect.deployments.steps.run_shell_script": {"script": "id"}}]}
    with httpx.Client(base_url=str(where), timeout=PATIENCE, headers={"origin": ELSEWHERE}) as page:
        asks = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
        asked = page.options("/deployments/", headers=asks)
        assert "access-control-allow-origin" not in asked.headers
        for content_type in ("application/json", "text/plain"):
            made = page.post("/flows/", json={"name": "f"}, headers={"content-type": content_type})
            assert made.status_code == 401
            made = page.post("/deployments/", json=deployment, headers={"content-type": content_type})
            assert made.status_code == 401
        for path in ("/admin/settings", "/deployments/count", "/flow_runs/filter"):
            assert page.request("POST" if "filter" in path else "GET", path).status_code == 401
        assert page.get("/admin/version", auth=("fairhand", "guessed")).status_code == 401
    with httpx.Client(base_url=str(where), timeout=PATIENCE, auth=served.house.prefect_sign_in) as operator:
        said = operator.get("/admin/version", headers={"origin": ELSEWHERE})
        assert said.status_code == 200
        assert "access-control-allow-origin" not in said.headers
        own = operator.get("/admin/version", headers={"origin": str(where).removesuffix("/api")})
        assert own.headers["access-control-allow-origin"] == str(where).removesuffix("/api")


def test_who_names_a_prefect_without_its_key_is_told_what_to_set(served: Served, tmp_path: Path) -> None:
    house = House(home=tmp_path / "home", prefect=served.house.prefect)
    done = house.run("ingest", TYPED, "--form", "bon-de-commande")
    assert (done.code, "Traceback" in done.err) == (2, False)
    assert "Set PREFECT_API_AUTH_STRING" in done.err


def test_the_key_stands_in_no_command_line(served: Served) -> None:
    secret = served.house.prefect_sign_in[1]
    commands = [each.info["cmdline"] or [] for each in psutil.process_iter(["cmdline"])]
    assert any("prefect" in word for words in commands for word in words), "the server's own is among them"
    assert [words for words in commands if any(secret in word for word in words)] == []


def test_another_prefect_is_not_told_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = configuration.load_settings(tmp_path)
    monkeypatch.setattr("os.environ", {})
    configuration.use_prefect(settings, "https://prefect.example/api", own=False)
    assert "PREFECT_API_AUTH_STRING" not in os.environ
    assert not (tmp_path / PREFECT_KEY_FILE).exists()


def test_what_a_killed_serve_left_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = configuration.load_settings(tmp_path)
    monkeypatch.setattr("flows.runtime.prefect_server.is_answering", lambda _: True)
    notice_file(settings).write_text('{"prefect": "http://127.0.0.1:1/api"}')
    assert serving_address(settings) is None
    held = take_lock(lock_file(settings))
    assert held is not None
    with held:
        assert serving_address(settings) == "http://127.0.0.1:1/api"


def test_a_second_serve_of_a_home_says_so_and_ends(served: Served) -> None:
    home, before = served.house.home, (served.house.home / "serve.json").read_text()
    second = served.house.run("serve", "--port", "0")
    assert second.code == 2
    assert f"fairhand serve runs on {home} already (process {served.process.pid}, {served.web})" in second.err
    assert "Traceback" not in second.err
    assert (home / "serve.json").read_text() == before
    assert httpx.get(f"{served.web}/alive", timeout=PATIENCE).status_code == 200


def test_a_lock_ends_with_its_holder(tmp_path: Path) -> None:
    held = take_lock(tmp_path / "lock")
    assert held is not None
    assert take_lock(tmp_path / "lock", 0.2) is None
    assert is_locked(tmp_path / "lock")
    held.close()
    assert not is_locked(tmp_path / "lock")
    again = take_lock(tmp_path / "lock")
    assert again is not None
    again.close()


@pytest.mark.soak
def test_two_ingests_at_once_on_a_fresh_home_both_end_well(tmp_path: Path) -> None:
    house = House(home=tmp_path / "home")
    folder = tmp_path / "inbox"
    folder.mkdir()
    shutil.copy(TYPED, folder / "order.png")
    runs = [house.start("ingest", folder, "--form", "bon-de-commande", forked=True) for _ in range(2)]
    ended = [(*run.communicate(timeout=4 * PATIENCE), run.returncode) for run in runs]
    assert [code for _, _, code in ended] == [0, 0], [err[-500:] for _, err, _ in ended]


def odd_batch(folder: Path) -> None:
    """An order among names and links that each ended a batch, or were passed over without a word."""
    folder.mkdir(parents=True)
    shutil.copy(TYPED, folder / f"{CANARY}-order.png")
    (folder / os.fsdecode(f"{CANARY}-caf".encode() + b"\xe9.png")).write_bytes(TYPED.read_bytes())
    (folder / f"{CANARY}-loop.jpg").symlink_to(f"{CANARY}-loop.jpg")
    (folder / f"{CANARY}-gone.jpg").symlink_to("nowhere.jpg")
    (folder / f"{CANARY}-zero.jpg").symlink_to("/dev/zero")
    os.mkfifo(folder / f"{CANARY}-pipe.jpg")
    elsewhere = folder.parent / f"{CANARY}-elsewhere"
    elsewhere.mkdir()
    shutil.copy(TYPED, elsewhere / "more.png")
    (folder / f"{CANARY}-linked").symlink_to(elsewhere)
    (folder / f"{CANARY}-\x1b]0;owned\x07\x9b31m\u202egpj.jpg").write_bytes(b"no picture")


SAID = {
    "order.png": "",
    "caf\\xe9.png": "its name is no UTF-8",
    "loop.jpg": "it is a link that leads to itself",
    "gone.jpg": "it is a link to what is not there",
    "zero.jpg": "it is a device, and no file",
    "pipe.jpg": "it is a named pipe, and no file",
    "linked": "it is a link to a folder elsewhere, which is not followed",
    "\\x1b]0;owned\\x07\\x9b31m\\u202egpj.jpg": "",
}
"""What becomes of each, as the terminal shows its name."""


def test_odd_names_and_links_are_named_and_told_to_no_prefect_and_the_batch_goes_on(
    served: Served, tmp_path: Path
) -> None:
    odd_batch(tmp_path / "inbox")
    done = served.house.run("ingest", tmp_path / "inbox", "--form", "bon-de-commande", "--batch", "odd")
    assert done.code == 1
    assert "Traceback" not in done.out + done.err
    assert "1 scan in 7 files" in done.out or "are known already" in done.out
    for name, reason in SAID.items():
        lines = [line for line in done.out.splitlines() if f"{CANARY}-{name}" in line]
        assert name == "order.png" or reason in lines[0], (name, done.out)
    assert not OBEYED_PATTERN.search(done.out + done.err)
    again = served.house.run("ingest", tmp_path / "inbox", "--form", "bon-de-commande")
    assert (again.code, "1 known" in again.out) == (1, True)
    for words in (("status",), ("status", "--json"), ("ingest", tmp_path / "inbox", "--form", "receipt", "--json")):
        shown = served.house.run(*words)
        assert not OBEYED_PATTERN.search(shown.out + shown.err), words
        assert all(shown.json) if "--json" in words else CANARY in shown.out
    with httpx.Client(base_url=str(served.house.prefect), auth=served.house.prefect_sign_in) as operator:
        assert operator.post("/flow_runs/filter", json={}, timeout=PATIENCE).json()
    kept = [each for each in (served.house.home / "prefect").rglob("*") if each.is_file()]
    assert {each.name for each in kept} >= {"prefect.db", "server.log"}
    assert [each for each in kept if CANARY.encode() in each.read_bytes()] == [], "no name of these files reaches it"


BREAKS = f"""
import flows.ingest
def breaks(*_, **__):
    raise RuntimeError("Symlink loop from '/inbox/{CANARY}.jpg'")
flows.ingest._ingested = breaks
flows.ingest.ingest_batch("/nowhere", [], "receipt", "ends", 1, lambda *_: None)
"""


def test_an_unforeseen_end_of_a_batch_tells_prefect_no_name(served: Served) -> None:
    environment = {**served.house.child_environment(), "PREFECT_HOME": str(served.house.home / "prefect")}
    done = subprocess.run([sys.executable, "-c", BREAKS], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Symlink loop from '/inbox/{CANARY}.jpg'" in done.stderr, "the operator is told"
    with httpx.Client(base_url=str(served.house.prefect), auth=served.house.prefect_sign_in) as operator:
        runs = operator.post("/flow_runs/filter", json={}, timeout=PATIENCE).json()
    (ended,) = (run["state"]["message"] for run in runs if run["name"] == "ingest ends")
    assert "The batch ended unexpectedly (RuntimeError)" in ended
    assert CANARY not in ended


MISREADS = f"""
import sys
from pathlib import Path
import flows.ingest
import flows.shifts.shift
def breaks(*_, **__):
    raise ValueError("no date: {CANARY}")
flows.shifts.shift.read_scan = breaks
home, file = map(Path, sys.argv[1:])
done = flows.ingest.ingest_batch(home, [file], "bon-de-commande", "misread", 1, lambda *_: None)
print(done.failed)
"""


def test_an_unforeseen_error_of_reading_tells_prefect_no_text(served: Served) -> None:
    environment = {**served.house.child_environment(), "PREFECT_HOME": str(served.house.home / "prefect")}
    words = (sys.executable, "-c", MISREADS, str(served.house.home), str(CASES / "bon-de-commande-flat-typed-0008.png"))
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"reading it failed unexpectedly (ValueError: no date: {CANARY})" in done.stdout, "the operator is told"
    with httpx.Client(base_url=str(served.house.prefect), auth=served.house.prefect_sign_in) as operator:
        kept = [operator.post(f"/{each}/filter", json={}, timeout=PATIENCE).json() for each in KEPT_BY_PREFECT]
    (ended,) = (run["state"] for run in kept[0] if run["name"] == "ingest misread")
    assert (ended["name"], "1 failed" in ended["message"]) == ("1 failed", True), "it is counted"
    assert CANARY not in str(kept)


KEPT_BY_PREFECT = ("flow_runs", "task_runs", "logs", "artifacts")


def test_read_names_them_too(tmp_path: Path) -> None:
    odd_batch(tmp_path / "inbox")
    done = House(home=tmp_path / "home").run("read", tmp_path / "inbox", "--form", "bon-de-commande")
    assert (done.code, "Traceback" in done.err) == (1, False)
    for name, reason in SAID.items():
        assert reason in done.err, name
    assert not OBEYED_PATTERN.search(done.out + done.err)


def test_a_folder_that_may_not_be_looked_into_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shut").mkdir()
    (tmp_path / "order.png").write_bytes(b"")
    look = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return look(path)

    monkeypatch.setattr("os.scandir", refused)
    assert gather([tmp_path]) == [tmp_path / "order.png"]
    (found,) = unreached([tmp_path])
    assert (found.path, found.reason) == (tmp_path / "shut", "it cannot be looked into (Permission denied)")


def test_a_link_into_the_folder_itself_is_no_news(tmp_path: Path) -> None:
    (tmp_path / "2025-11").mkdir()
    (tmp_path / "2025-11" / "order.png").write_bytes(b"")
    (tmp_path / "latest").symlink_to("2025-11")
    assert gather([tmp_path]) == [tmp_path / "2025-11" / "order.png"]
    assert unreached([tmp_path]) == []


def test_eleven_hundred_idle_sockets_leave_the_pages_to_others(served: Served) -> None:
    address = httpx.URL(served.web)
    with ExitStack() as stack:
        for number in range(1_100):
            idle = stack.enter_context(socket.create_connection((address.host, address.port or 0), timeout=PATIENCE))
            if number % 2:
                idle.sendall(b"GET /in HTTP/1.1\r\nhost: x\r\n")
        began = time.monotonic()
        assert [httpx.get(f"{served.web}/alive", timeout=PATIENCE).status_code for _ in range(10)] == [200] * 10
        assert time.monotonic() - began < PATIENCE / 4
