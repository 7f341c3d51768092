"""No text of the paper, nothing that people type and no secret reaches a log, or what Prefect keeps.

A photograph, and everything that people type about it, goes through `ingest`, `serve`, the flows of a deployment and
the interface for programs; then every file of the home but the state is searched for what was on the paper or typed.
"""

from __future__ import annotations

import re
import secrets
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from flows.administration.people import invite
from flows.home import PREFECT_KEY_FILE
from flows.home.home import Home
from flows.runtime.prefect_server import free_port, notice
from tests.flows.house import SAMPLES, START, TYPED, House, until
from tests.patience import PATIENCE
from transcribe.model import FieldKey, Task

pytestmark = [pytest.mark.slow, pytest.mark.soak, pytest.mark.timeout(900)]

STATE = ("state.db", "state.key", "records.db", "archive", "forms")
"""Where texts belong; everything else must be free of them."""

FLOWS = "from flows.scheduled import learn, reconcile; reconcile(); learn()"


def printed() -> set[str]:
    """What stands on the paper and can be told from chance: names, numbers, addresses."""
    texts = SAMPLES[TYPED.name].fields.values()
    return {text for text in texts if len(text) >= 6 and text.isascii() and not text.islower() and not text.isalpha()}


def found_in(folder: Path, canaries: set[str]) -> set[tuple[str, str]]:
    """(file, canary) for every file outside the state; Prefect's database, its log of writes and its results too."""
    found = set()
    for file in sorted(folder.rglob("*")):
        inside = file.relative_to(folder)
        if file.is_file() and not inside.parts[0].startswith(STATE):
            content = file.read_bytes()
            found |= {(str(inside), canary) for canary in canaries if canary.encode() in content}
    return found


def typed_and_secret(house: House, rooms: Home, web: str) -> dict[str, str]:
    """A person signs in, sets a password, types, asks and contests; a program reads. What they typed and held."""
    handle = f"mina-{secrets.token_hex(6)}"
    invited = invite(rooms, handle, ["transcriber", "operator"])
    made = house.run("tokens", "add", "till", "--scope", "records:read", "--scope", "explain:read", "--json").json[0]
    said = {
        name: f"{name}-canary-{secrets.token_hex(6)}" for name in ("password", "text", "question", "words", "aside")
    }
    said |= {"handle": handle, "link": invited.link.rpartition("/")[2], "token": made["token"]}
    (scan,) = (state.scan.id for state in rooms.store.scan_states() if state.scan.form)
    tasks = [Task(scan=scan, key=FieldKey(name), kind="read", reason="one engine") for name in ("city", "comment")]
    rooms.store.conclude(scan, 10**9, [], tasks, None, invited.until)
    with httpx.Client(base_url=web, timeout=PATIENCE) as client:
        assert client.post(f"/in/{said['link']}").status_code == 303
        assert client.post("/password", data={**token_of(client), "password": said["password"]}).status_code == 303
        csrf = token_of(client)  # with the password comes a new session
        first, second = client.get("/work/next?count=2").json()["tasks"]
        assert client.post(f"/work/{first['task']}/ask", data={**csrf, "words": said["question"]}).status_code == 303
        sent = {**csrf, "idem": secrets.token_hex(8), "action": "send", "text": said["text"]}
        assert client.post(f"/work/{first['task']}", data=sent).status_code == 303
        assert client.post(f"/work/{second['task']}", data={**sent, "action": said["text"]}).status_code == 422
        contest = {**csrf, "task": first["task"], "minutes": "9", "words": said["words"]}
        assert client.post("/pay/dispute", data=contest).status_code == 303
        assert client.post("/in", data={"handle": said["aside"], "password": said["password"]}).status_code == 401
        bearer = {"authorization": f"Bearer {said['token']}"}
        assert client.get(f"/api/scans/{scan}/explain", headers=bearer).status_code == 200
        assert client.get("/api/records", headers={"authorization": f"Bearer {said['token']}x"}).status_code == 401
    said["csrf"] = csrf["csrf"]
    said["key"] = rooms.settings.state.with_suffix(".key").read_bytes().hex()
    return said


def token_of(client: httpx.Client) -> dict[str, str]:
    return {"csrf": re.findall(r'name="csrf" value="([^"]+)"', client.get("/me").text)[0]}


def test_no_canary_reaches_a_log_or_what_prefect_keeps(
    served_home: Path, house: House, rooms: Home, tmp_path: Path
) -> None:
    named = f"Quandary-{secrets.token_hex(6)}"
    photo, broken = tmp_path / f"{named}-order.png", tmp_path / f"{named}-broken.png"
    shutil.copy(TYPED, photo)
    broken.write_bytes(TYPED.read_bytes()[:5000])
    house.environment = {"FAIRHAND_PREFECT_PORT": str(free_port()), "PREFECT_LOGGING_LEVEL": "DEBUG"}
    serving = house.start("serve", "--port", "0", forked=True)
    try:
        until(lambda: serving.poll() is not None or "prefect" in notice(rooms.settings), START)
        told = notice(rooms.settings)
        house.prefect = told["prefect"]
        house.prefect_secret = (house.home / PREFECT_KEY_FILE).read_text()
        ingested = house.run("ingest", photo, broken, "--form", "bon-de-commande")
        assert ingested.code == 1, "one of the two is set aside"
        said = typed_and_secret(house, rooms, told["web"])
        until(lambda: not rooms.store.counts().waiting_scans)
        environment = {**house.child_environment(), "FAIRHAND_HOME": str(house.home)}
        flows = subprocess.run(
            [sys.executable, "-c", FLOWS], env=environment, capture_output=True, text=True, check=False
        )
        assert flows.returncode == 0, flows.stderr[-2000:]
        sign_in = house.prefect_sign_in
        runs = httpx.post(f"{house.prefect}/flow_runs/filter", json={}, auth=sign_in, timeout=PATIENCE).json()
        assert {run["name"].split()[0] for run in runs} >= {"ingest"}
        assert len(runs) >= 3
    finally:
        serving.send_signal(signal.SIGTERM)
        out, err = serving.communicate(timeout=PATIENCE)

    canaries = {*said.values(), *printed(), named, house.prefect_sign_in[1]}
    read = {reading.text for state in rooms.store.scan_states() for reading in rooms.store.readings(state.scan.id)}
    assert len(printed() & read) > 5, "what is searched for was read from the paper"
    assert said["text"] in read
    assert found_in(house.home, canaries) == {(PREFECT_KEY_FILE, house.prefect_sign_in[1])}
    assert {file.name for file in (house.home / "prefect").iterdir()} >= {"prefect.db", "server.log"}
    logs = "\n".join((out, err, ingested.err, flows.stdout, flows.stderr))
    assert [canary for canary in sorted(canaries) if canary in logs] == []
