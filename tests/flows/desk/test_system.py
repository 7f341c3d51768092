"""The section System: what runs here, what is wrong, and the log verified."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from flows.administration import EngineState, Finding, free_bytes
from flows.backup import make_backup
from flows.desk.pages import system_page
from flows.home import Settings
from tests.flows.desk.desk_site import DeskSite, post
from tests.flows.house import until


@pytest.fixture(autouse=True)
def no_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engines of this machine are tested elsewhere; loading them takes seconds."""
    found = EngineState(engine="tesseract", sources=("tesseract 5.3",), languages=("eng",), used=True)
    monkeypatch.setattr(
        system_page, "engines", lambda settings: iter([found, replace(found, engine="other", used=False)])
    )


def test_the_page_shows_what_the_doctor_finds(busy: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def examine(settings: Settings) -> list[Finding]:
        return [Finding(check="disk", message="Only 3 MB are free.", mend="make room", machine=True)]

    monkeypatch.setattr(system_page, "examine", examine)
    client = busy.client(busy.person("op", "operator"))
    (row,) = client.get("/desk/system/findings.json").json()["findings"]
    assert row == {"check": "disk", "kind": "error", "message": "Only 3 MB are free.", "mend": "make room"}
    assert "Only 3 MB are free." in client.get("/desk/system").text


def test_the_queue_counts_questions_and_leases(busy: DeskSite) -> None:
    ann = busy.person("ann", "transcriber")
    busy.home.store.lease(ann.id, 2, busy.now())
    client = busy.client(busy.person("op", "operator"))
    rows = {row["what"]: row["count"] for row in client.get("/desk/system/queue.json").json()["queue"]}
    assert (rows["people"], rows["held"], rows["holders"], rows["quarantined"]) == (6, 2, 1, 0)


def test_backups_and_databases_are_listed_with_their_sizes(busy: DeskSite, tmp_path: Path) -> None:
    settings = busy.home.settings.model_copy(update={"backups": str(tmp_path / "backups")})
    client = busy.client(busy.person("op", "operator"))
    assert "No folder of backups is named" in client.get("/desk/system").text
    busy.app.state.desk = replace(busy.app.state.desk, home=replace(busy.home, settings=settings))
    Path(settings.backups).mkdir()
    made = make_backup(settings, Path(settings.backups), busy.now())
    (backup,) = client.get("/desk/system/backups.json").json()["backups"]
    assert (backup["backup"], backup["problem"]) == (made.backup.folder.name, "")
    files = {row["what"]: row for row in client.get("/desk/system/files.json").json()["files"]}
    assert files["state"]["bytes"] == settings.state.stat().st_size
    assert files["disk of backups"]["free_bytes"] > 0


def test_a_row_that_was_changed_is_shown_with_what_to_do(busy: DeskSite) -> None:
    with sqlite3.connect(busy.home.settings.state) as direct:
        direct.execute("DROP TRIGGER audit_stays")
        direct.execute("UPDATE audit SET action = 'nothing' WHERE number = 1")
    assert "The log does not hold from line 1 on" in verified(busy)


def verified(busy: DeskSite) -> str:
    client = busy.client(busy.person("op", "operator"))
    assert "It was not looked at since the program started." in client.get("/desk/system").text
    assert post(client, "/desk/system/verify").headers["location"] == "/desk/system?done=count"
    until(lambda: "As of" in client.get("/desk/system").text.partition('id="part-log"')[2].partition("</section>")[0])
    return str(client.get("/desk/system").text)


def test_the_log_is_verified_on_demand_and_that_is_logged(busy: DeskSite) -> None:
    head = busy.home.store.verify_audit().head
    assert "is whole. Its head is" in verified(busy)
    lines = busy.home.store.audit()
    assert [line.action for line in lines].count("log verification begun") == 1
    assert head  # what was written since has another one


def test_what_is_large_is_said_in_large_units(busy: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """The free space of a disk stood there as 77,543.3 MB, in French too."""
    monkeypatch.setattr(system_page, "free_bytes", lambda settings: dict.fromkeys(free_bytes(settings), 77_543_300_000))
    for language, said in (("en", "77.5 GB"), ("fr", "77,5 Go")):
        client = busy.client(busy.person(f"op {language}", "operator", language=language))
        assert said in client.get("/desk/system").text
