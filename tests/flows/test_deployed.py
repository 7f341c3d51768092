"""What `fairhand serve` registers with its Prefect: runs from its pages and by the clock, and what was missed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.backup import BackupFolder
from flows.deployed import deployments_of, is_away
from flows.home import now
from flows.home import settings as configuration
from flows.home.home import Home, open_home
from flows.runtime.prefect_server import free_port, notice
from flows.steps.read_scans import TakenScan, take_in
from tests.flows import house as running
from tests.flows.conftest import served_home_in
from tests.flows.house import CASES, START, TYPED, House
from tests.patience import PATIENCE
from transcribe.model import Scan, ScanPage, SourceFile

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

RECEIPT = Path(__file__).parents[2] / "transcribe" / "forms" / "shipped" / "receipt.toml"
LOOK_SECONDS = 0.5
"""How often Prefect's server is asked: each answer takes it 50 ms that it would need for what is waited for."""
NAMES = {"ingest", "shift", "reconcile", "learn", "retention", "appeals", "alerts", "backup"}
PAUSED = {"alerts", "reconcile"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, new_prefect_database: Path) -> House:
    made = house_in(tmp_path_factory.mktemp("deployed"), new_prefect_database)
    made.environment["PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS"] = "5"
    made.environment["PREFECT_RUNNER_POLL_FREQUENCY"] = "1"
    return made


def house_in(place: Path, new_prefect_database: Path) -> House:
    made = House(home=served_home_in(place, new_prefect_database))
    made.environment = {"FAIRHAND_PREFECT_PORT": str(free_port()), "FAIRHAND_RECONCILE_SECONDS": "600"}
    (place / "backups").mkdir()
    made.environment["FAIRHAND_BACKUPS"] = str(place / "backups")
    return made


@pytest.fixture(scope="module")
def rooms(house: House) -> Iterator[Home]:
    with rooms_of(house) as opened:
        yield opened


@contextmanager
def rooms_of(house: House) -> Iterator[Home]:
    opened = open_home(configuration.load_settings(house.home))
    yield opened
    opened.close()


@contextmanager
def serving(house: House, rooms: Home) -> Iterator[subprocess.Popen[str]]:
    """A `serve` whose Prefect has our deployments; what is left of it is killed."""
    house.prefect = None  # that of the `serve` before
    process = house.start("serve", "--port", "0", forked=True)
    try:
        until(lambda: process.poll() is not None or "prefect" in told_by(process, rooms), START)
        assert process.poll() is None, process.communicate()[1]
        told = notice(rooms.settings)
        house.prefect = told["prefect"]
        house.prefect_secret = (house.home / "prefect.key").read_text()
        until(lambda: set(deployed(house)) == NAMES, START)
        yield process
    finally:
        process.kill()
        process.communicate()


def told_by(process: subprocess.Popen[str], rooms: Home) -> dict[str, str]:
    """The notice of this `serve`, not what a killed one left."""
    told = notice(rooms.settings)
    return told if told.get("pid") == str(process.pid) else {}


def until(true: Callable[[], object], seconds: float = running.PATIENCE) -> None:
    """Wait until something is true of Prefect's server."""
    running.until(true, seconds, LOOK_SECONDS)


def ask(house: House, method: str, path: str, **more: object) -> Any:
    """What Prefect's server answers; while its database is busy it says 503, and its own clients try again too."""
    end = time.monotonic() + PATIENCE
    sign_in = house.prefect_sign_in
    with httpx.Client(base_url=str(house.prefect), auth=sign_in, timeout=PATIENCE, verify=False) as server:  # noqa: S501 - without TLS
        while True:
            answer = server.post(path, json=more) if method == "POST" else server.get(path)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or time.monotonic() > end:
                return answer.raise_for_status().json()
            time.sleep(0.5)


def deployed(house: House) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in ask(house, "POST", "/deployments/filter")}


def runs(house: House, name: str) -> list[dict[str, Any]]:
    """The runs of a deployment that have begun."""
    found = ask(house, "POST", "/flow_runs/filter", deployments={"name": {"any_": [name]}})
    return [each for each in found if each["state"] and each["state"]["type"] != "SCHEDULED"]


def started_from_its_page(house: House, name: str, **parameters: str) -> str:
    where = f"/deployments/{deployed(house)[name]['id']}/create_flow_run"
    return str(ask(house, "POST", where, parameters=parameters)["id"])


def state_of(house: House, run: str) -> tuple[str, str, str]:
    state = ask(house, "GET", f"/flow_runs/{run}")["state"]
    return state["type"], state["name"], state["message"] or ""


def has_ended(house: House, run: str) -> bool:
    return state_of(house, run)[0] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def kept_too_long(rooms: Home) -> Scan:
    """A scan of a form that promises to forget after 30 days, which came in 40 days ago."""
    text = RECEIPT.read_text("utf-8").replace('name = "receipt"\n', 'name = "brief"\nretention_days = 30\n', 1)
    (rooms.settings.forms / "brief.toml").write_text(text, encoding="utf-8")
    form = rooms.use_form("brief")
    (name,) = rooms.archive.put_all([TYPED.read_bytes() + b"old"])  # not the very file that is taken in meanwhile
    scan = Scan(id="a" * 64, pages=(ScanPage(file=name, page=1),), form="brief", form_version=form.version)
    file = SourceFile(sha256=name, name="old.png", size=1, media_type="image/png")
    rooms.store.put_scan(scan, [file], now() - timedelta(days=40))
    return scan


def let_days_pass(house: House, days: int) -> None:
    """Shift what Prefect has scheduled, as if `serve` had been down so long."""
    with closing(sqlite3.connect(house.home / "prefect" / "prefect.db")) as database:
        database.execute(
            "UPDATE flow_run SET"
            " next_scheduled_start_time = strftime('%Y-%m-%d %H:%M:%f000', next_scheduled_start_time, ?1),"
            " expected_start_time = strftime('%Y-%m-%d %H:%M:%f000', expected_start_time, ?1)"
            " WHERE state_type = 'SCHEDULED'",
            (f"-{days} days",),
        )
        database.execute(
            "UPDATE flow_run_state SET state_details = json_set(state_details, '$.scheduled_time',"
            " strftime('%Y-%m-%dT%H:%M:%fZ', json_extract(state_details, '$.scheduled_time'), ?))"
            " WHERE type = 'SCHEDULED' AND json_extract(state_details, '$.scheduled_time') IS NOT NULL",
            (f"-{days} days",),
        )
        database.commit()


@dataclass(frozen=True, kw_only=True)
class Story:
    """A `serve` that was killed in the middle of a run, and the next one, which runs four days later.

    Only the settings of the second one say that scans which wait are read by the clock; one of both waits.
    """

    old: Scan
    before: dict[str, dict[str, Any]]
    wrong: tuple[str, str, str]
    run: str
    second: subprocess.Popen[str]


@pytest.fixture(scope="module")
def story(house: House, rooms: Home) -> Iterator[Story]:
    old = kept_too_long(rooms)
    inbox = inbox_of(house)
    inbox.mkdir()
    (inbox / "order.png").write_bytes(TYPED.read_bytes())
    (inbox / "letter.png").write_text("no picture")
    (waits,) = take_in(rooms, [CASES / "receipt-217.jpg"], "receipt", "monday")
    assert isinstance(waits, TakenScan)
    rooms.store.put_to_read(waits.scan.id, "monday", now())
    with serving(house, rooms) as first:
        before = deployed(house)
        until(lambda: len(ask(house, "POST", "/flow_runs/filter", deployments={"name": {"any_": ["retention"]}})) >= 3)
        assert runs(house, "retention") == []
        wrong = started_from_its_page(house, "ingest", folder=str(inbox / "nowhere"))
        until(lambda: has_ended(house, wrong))
        ended = state_of(house, wrong)
        run = started_from_its_page(house, "ingest", folder=str(inbox), form="bon-de-commande", batch="from a page")
        until(lambda: state_of(house, run)[0] == "RUNNING" or has_ended(house, run))
        assert not has_ended(house, run), state_of(house, run)
        for name in PAUSED:
            ask(house, "POST", f"/deployments/{before[name]['id']}/pause_deployment")
        first.kill()
    assert not rooms.store.forgotten(old.id)
    assert rooms.store.count_to_read(now())[0] >= 1, "the clock has nobody read what waits"
    let_days_pass(house, 4)
    house.environment["FAIRHAND_SHIFT_MINUTES"] = "1"
    with serving(house, rooms) as second:
        yield Story(old=old, before=before, wrong=ended, run=run, second=second)


def inbox_of(house: House) -> Path:
    return house.home.parent / "in"


def test_where_prefect_is_away_what_runs_its_deployments_ends_with_a_sentence(tmp_path: Path) -> None:
    settings = configuration.load_settings(tmp_path)
    nobody = {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api", "PREFECT_CLIENT_MAX_RETRIES": "0"}
    environment = configuration.child_environment(settings, **nobody)
    command = [sys.executable, "-m", "flows.deployed"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ran.returncode == 4
    assert ran.stderr == "fairhand: Prefect's server does not answer (ConnectError).\n"


@pytest.mark.promise(
    "In the night after",
    "It serves the review",
    "`fairhand backup`, every night",
    "forgets what was kept",
    "backs the home up",
)
@pytest.mark.soak
def test_what_was_missed_is_run_once_and_retention_keeps_its_promise(house: House, rooms: Home, story: Story) -> None:
    until(lambda: any(each["state"]["type"] == "COMPLETED" for each in runs(house, "retention")))
    (run,) = runs(house, "retention")
    assert (run["state"]["name"], run["auto_scheduled"]) == ("1 forgotten", True)
    after = deployed(house)
    assert {name: each["id"] for name, each in after.items()} == {
        name: each["id"] for name, each in story.before.items()
    }
    assert {name: len(each["schedules"]) for name, each in after.items()} == {
        name: int(name != "ingest") for name in NAMES
    }
    assert {name for name, each in story.before.items() if not each["schedules"]} == {"ingest", "shift"}
    until(lambda: len(runs(house, "learn")) == len(runs(house, "appeals")) == 1)
    until(lambda: BackupFolder(house.home.parent / "backups").newest())
    assert rooms.store.forgotten(story.old.id)
    assert not rooms.archive.is_whole(story.old.pages[0].file)
    assert story.old.id not in rooms.store.past_retention(now())


@pytest.mark.promise("What must run more")
@pytest.mark.soak
def test_scans_that_wait_are_read_by_the_clock_where_the_settings_say_so(
    house: House, rooms: Home, story: Story
) -> None:
    until(lambda: deployed(house)["shift"]["parameters"] == {"minutes": 1.0})  # the one before had none
    until(lambda: rooms.store.count_to_read(now())[0] == 0)
    assert runs(house, "shift")
    assert "minutes" not in story.before["shift"]["parameters"]
    assert deployments_of(rooms.settings)[1].cron == ""


@pytest.mark.promise("how long serve's Prefect")
@pytest.mark.soak
def test_prefect_forgets_runs_that_ended_long_ago(house: House, story: Story) -> None:
    until(
        lambda: (
            len(runs(house, "appeals")) == 1 and all(has_ended(house, each["id"]) for each in runs(house, "appeals"))
        )
    )
    (missed,) = runs(house, "appeals")
    old = started_from_its_page(house, "appeals")
    until(lambda: has_ended(house, old))
    with closing(sqlite3.connect(house.home / "prefect" / "prefect.db", timeout=PATIENCE)) as database:
        database.execute(
            "UPDATE flow_run SET end_time = strftime('%Y-%m-%d %H:%M:%f000', end_time, '-31 days') WHERE id = ?",
            (old,),
        )
        database.commit()
    until(lambda: {each["id"] for each in runs(house, "appeals")} == {missed["id"]})


@pytest.mark.soak
def test_a_batch_of_the_command_is_a_run_of_the_deployment_and_goes_on_from_its_page(
    house: House, rooms: Home, story: Story
) -> None:
    (house.home / "forms" / "new.toml").write_text(
        RECEIPT.read_text("utf-8").replace('name = "receipt"\n', 'name = "new"\n', 1), encoding="utf-8"
    )
    until(lambda: "new" in deployed(house)["ingest"]["parameter_openapi_schema"]["properties"]["form"].get("enum", ()))
    with pytest.raises(httpx.HTTPStatusError, match="409"):
        started_from_its_page(house, "ingest", folder=str(inbox_of(house)), form="no-such-form")
    process = house.start("ingest", CASES / "receipt-007.jpg", "--form", "receipt", "--batch", "killed", forked=True)
    until(lambda: process.poll() is not None or rooms.store.scan_states("killed"))
    process.kill()
    process.communicate()
    (run,) = [each for each in runs(house, "ingest") if each["name"] == "ingest killed"]
    assert set(run["tags"]) == {"fairhand", "command"}
    retried = {"type": "SCHEDULED", "name": "AwaitingRetry"}
    ask(house, "POST", f"/flow_runs/{run['id']}/set_state", state=retried, force=True)
    until(lambda: has_ended(house, run["id"]))
    assert state_of(house, run["id"])[0] == "COMPLETED"
    assert rooms.store.counts("killed").unread_scans == 0


@pytest.mark.promise("On Prefect's pages each")
@pytest.mark.soak
def test_a_folder_is_ingested_from_prefects_pages_and_a_killed_run_is_begun_again(
    house: House, rooms: Home, story: Story
) -> None:
    described = story.before["ingest"]["parameter_openapi_schema"]["properties"]
    assert set(described) == {"folder", "form", "batch", "home", "read"}
    assert all(each["description"] for each in described.values())
    assert story.wrong[0] == "FAILED"
    assert "There is no such folder on the machine that runs fairhand" in story.wrong[2]
    until(lambda: has_ended(house, story.run))
    assert state_of(house, story.run)[:2] == ("COMPLETED", "1 set aside")
    assert {name for name, each in deployed(house).items() if each["paused"]} == PAUSED
    scans = [state.scan for state in rooms.store.scan_states() if state.scan.id != story.old.id]
    assert [each.batch for each in scans if each.form != "receipt"] == ["from a page"]
    again = started_from_its_page(house, "ingest", folder=str(inbox_of(house)), form="bon-de-commande")
    until(lambda: state_of(house, again)[0] == "RUNNING" or has_ended(house, again))
    story.second.send_signal(signal.SIGTERM)
    story.second.communicate(timeout=PATIENCE)
    assert story.second.returncode == 0


def test_a_server_that_is_away_is_told_from_a_fault_of_ours_also_in_a_group() -> None:
    away, ours = httpx.ConnectError("refused"), KeyError("scan")
    assert is_away(away)
    assert is_away(ExceptionGroup("three polls", [away, RuntimeError("no server"), ExceptionGroup("again", [away])]))
    assert not is_away(ours)
    assert not is_away(ExceptionGroup("a poll", [away, ours]))
