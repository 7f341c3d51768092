"""Another machine whose settings name the database that a state was moved from: it is refused, and told where to."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from flows.backup.move_home import move_home
from flows.home import settings as configuration
from flows.home.home import now, open_home
from flows.home.settings_text import change_settings
from flows.serving.health import health
from tests.flows.house import House
from tests.postgres import new_database, rows
from tests.worked_home import worked_home
from transcribe.errors import StateMoved
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions


@pytest.fixture
def first(tmp_path: Path) -> Path:
    """A home on PostgreSQL, with its pictures in a folder that other machines reach."""
    place = worked_home(tmp_path / "first")
    (tmp_path / "pictures").mkdir()
    move_home(configuration.load_settings(place), new_database(), str(tmp_path / "pictures"))
    return place


@pytest.fixture
def second(first: Path, tmp_path: Path) -> House:
    """The home of another machine on the same database."""
    house = House(home=tmp_path / "second")
    house.home.mkdir()
    for each in ("state.key", "settings.env"):
        shutil.copy(first / each, house.home)
    assert house.run("records", "publish").code == 0
    return house


COMMANDS = ("shift", "people add mina", "backup BACKUPS")


@pytest.mark.promise("Whatever still names the")
@pytest.mark.parametrize("to", ["file", "another database"])
def test_another_machine_that_names_the_old_database_is_refused_and_writes_nothing(
    first: Path, second: House, tmp_path: Path, to: str
) -> None:
    url = configuration.load_settings(first).state_url
    move_home(configuration.load_settings(first), "file" if to == "file" else new_database())
    backups = tmp_path / "backups"
    backups.mkdir()
    before = rows(url, "SELECT COUNT(*) FROM audit")
    for command in COMMANDS:
        done = second.run(*command.replace("BACKUPS", str(backups)).split())
        assert done.code == 4, (command, done.err)
        assert "The state was moved from here to" in done.err, command
        assert "Traceback" not in done.err
    assert rows(url, "SELECT COUNT(*) FROM audit") == before
    assert list(backups.glob("20*")) == [], "a backup of it would look as if it were the newest"


@pytest.mark.promise("Whatever still names the")
def test_a_process_that_could_not_be_seen_during_the_move_says_so(first: Path, second: House) -> None:
    """Its machine was cut off: its connections were lost, and it gets new ones after the move."""
    with closing(open_home(configuration.load_settings(second.home))) as home:
        home.store.close()
        move_home(configuration.load_settings(first), "file")
        with pytest.raises(StateMoved, match="only its machine works on it"):
            home.store.check_writable()
        routers = [health(home, lambda: True)]
        app = create_app(home.store, home.archive, home.forms, ReviewOptions(), now, lambda _: None, routers=routers)
        told = TestClient(app).get("/readyz")
        assert (told.status_code, told.text) == (503, "the state was moved to another place\n")


def test_the_settings_of_the_second_home_may_name_the_new_database(first: Path, second: House) -> None:
    new = new_database()
    move_home(configuration.load_settings(first), new)
    change_settings(second.home / "settings.env", {"FAIRHAND_STATE": new})
    assert second.run("records", "publish").code == 0
