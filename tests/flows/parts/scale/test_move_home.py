"""Homes moved to another database and archive and back: the same, killed at any moment, and never in two places."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from flows.administration.records import forget_scan
from flows.backup.files import batched_pictures
from flows.home import settings as configuration
from flows.home.home import now, open_home
from flows.home.settings import change_settings
from flows.parts.scale import bucket as bucket_place
from flows.parts.scale.move_home import Moved, give_up_move, move_home
from flows.runtime.file_locks import take_lock
from flows.serving.health import health
from flows.steps.erasures import publish_records, rebuild_records
from tests.attack.test_restore import opened, recorded, records
from tests.bucket import bucket_server
from tests.flows.backup.test_backup_restore import said_of_records
from tests.flows.house import House
from tests.flows.test_old_home import OLD
from tests.postgres import new_database, rows
from tests.worked_home import typed, worked_home
from transcribe.archive import Archive, Folder
from transcribe.errors import FairhandError, SettingsError, StateMoved, StoreError
from transcribe.review.app import create_app
from transcribe.review.options import ReviewOptions
from transcribe.store import copying
from transcribe.store.drivers.sqlite_tables import SqliteTables
from transcribe.store.drivers.table_copy import Rows, TableSum, sums_of

MOVING = sys.modules["flows.parts.scale.move_home"]
ROOT = Path(__file__).parents[3]
STEPS = (
    "copying.copy_to_database",
    "copying.verified_log",
    "copying.bind_to_database",
    "change_settings",
    "copying.set_file_aside",
    "remove_plan",
)
"""What a move to a database calls, in this order; it is ended before each of them and after each."""
STEPS_BACK = ("copying.copy_to_file", "copying.verified_log", "copying.unbind", "change_settings", "remove_plan")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return worked_home(tmp_path / "home")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with bucket_server() as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield f"s3://{server.bucket()}/house"


def move(place: Path, to: str = "", archive: str = "") -> Moved:
    return move_home(configuration.load_settings(place), to, archive)


def state_of(place: Path) -> dict[str, TableSum]:
    settings = configuration.load_settings(place)
    with copying.reading_state(settings.state, settings.state_url) as tables:
        return sums_of(tables)


def told(place: Path) -> tuple[Any, ...]:
    """Ledger, log, epoch and records of a home, and what lies behind each picture."""
    with opened(place) as home:
        names = [name for scan in sorted(records(home)) for name in home.store.kept_names(scan)]
        return (
            home.store.ledger(),
            home.store.audit(),
            home.store.verify_audit(),
            home.store.epoch(),
            said_of_records(place / "records.db"),
            {name: home.archive.get(name) for name in names},
        )


@pytest.mark.promise("Forms, keys and `records.db`")
def test_a_home_that_is_moved_there_and_back_is_what_it_was(place: Path, bucket: str) -> None:
    before, state, url = told(place), state_of(place), new_database()
    assert len(before[0]) == 2
    assert before[2].whole
    assert before[5]
    there = move(place, url, bucket)
    assert (there.tables, there.lost, there.copied) == (len(state), (), len(before[5]))
    assert there.rows == sum(each.rows for each in state.values())
    assert there.audit is not None
    assert (there.audit.head, there.audit.whole) == (before[2].head, True)
    settings = configuration.load_settings(place)
    assert (settings.state_url, settings.archive) == (url, bucket)
    assert not settings.state.exists()
    assert state_of(place) == state
    assert told(place) == before
    with opened(place) as home:
        rebuild_records(home)
    assert said_of_records(place / "records.db") == before[4], "made anew from there it says the same"

    (place / "archive-2").mkdir()
    back = move(place, "file", str(place / "archive-2"))
    assert (back.tables, back.copied) == (there.tables, there.copied)
    settings = configuration.load_settings(place)
    assert (settings.state_url, settings.archive) == ("", str(place / "archive-2"))
    published_there = state.pop("records_copy"), (after := state_of(place)).pop("records_copy")
    assert [each.rows for each in published_there] == [0, 1]
    assert after == state
    assert told(place) == before


@pytest.mark.slow
@pytest.mark.soak
def test_an_old_home_with_a_bit_of_everything_says_the_same_there_and_back(tmp_path: Path, bucket: str) -> None:
    place = tmp_path / "home"
    shutil.copytree(OLD, place)
    with opened(place) as home:
        publish_records(home)
    before, state = everything_told(place), state_of(place)
    assert sum(made.rows > 0 for made in state.values()) > 40, "a bit of everything"
    for to, archive in ((new_database(), bucket), ("file", str(place / "archive"))):
        assert move(place, to, archive).lost == ()
        assert state_of(place) == state
        assert everything_told(place) == before
    assert configuration.load_settings(place).archive == ""


def test_the_work_goes_on_in_each_place(place: Path) -> None:
    url = new_database()
    move(place, url)
    with opened(place) as home:
        first = typed(home)
        assert len(home.store.ledger()) == 4
    move(place, "file")
    with opened(place) as home:
        second = typed(home)
        recorded(home, "LATER LTD")
        assert len(home.store.ledger()) == 6
        assert {first, second} < records(home)
        assert home.store.verify_audit().whole


@pytest.mark.promise("- **Where the state")
def test_where_a_state_was_takes_no_write_any_more(place: Path) -> None:
    url, other = new_database(), new_database()
    move(place, url)
    old = place / "state.db.moved"
    key = (place / "state.key").read_bytes()
    aside = old.rename(place.parent / "state.db")
    with pytest.raises(StoreError, match="moved from here to PostgreSQL"):
        copying_opened(aside, key)
    move(place, other)
    assert rows(url, "SELECT COUNT(*) FROM scan") == [(3,)], "it is as it was"
    change_settings(place / "settings.env", {"FAIRHAND_STATE": url})
    with pytest.raises(StoreError, match="moved from here"), opened(place):
        pytest.fail("it is not here any more")


def everything_told(place: Path) -> Any:
    """All that commands and pages say of a home, asked by a process that is gone afterwards."""
    said = place.with_name("told.json")
    code = (
        "import json, sys; from pathlib import Path; from tests.homes.told import told;"
        "Path(sys.argv[2]).write_text(json.dumps(told(Path(sys.argv[1]))))"
    )
    subprocess.run([sys.executable, "-c", code, str(place), str(said)], check=True, cwd=ROOT, capture_output=True)
    return json.loads(said.read_text())


def copying_opened(path: Path, key: bytes) -> None:
    from transcribe.store.state_store import open_store

    open_store(path, key).close()


def ended(at: str, patched: pytest.MonkeyPatch, *, before: bool) -> None:
    """Have a move ended as one of its steps begins or has ended."""
    whole: Any = MOVING
    *parts, name = at.split(".")
    for part in parts:
        whole = getattr(whole, part)
    real = getattr(whole, name)

    def step(*arguments: Any, **named: Any) -> Any:
        made = None if before else real(*arguments, **named)
        raise KeyboardInterrupt(f"{at} {made}")

    patched.setattr(whole, name, step)


@pytest.mark.promise("The command refuses where", "- **Killed in the")
@pytest.mark.parametrize("before", [True, pytest.param(False, marks=pytest.mark.soak)])
def test_a_move_that_is_ended_at_any_step_goes_on(place: Path, monkeypatch: pytest.MonkeyPatch, before: bool) -> None:
    was, state = told(place), state_of(place)
    url = new_database()
    for steps, to in ((STEPS, url), (STEPS_BACK, "file")):
        for step in steps:
            with monkeypatch.context() as patched:
                ended(step, patched, before=before)
                with pytest.raises(KeyboardInterrupt):
                    move(place, to)
            if step == "remove_plan" and not before:
                continue
            with pytest.raises(SettingsError, match="did not end"), opened(place):
                pytest.fail("it is half moved")
        if not (place / ".moving").exists():
            with pytest.raises(SettingsError, match="nothing to move"):
                move(place, to)
        else:
            move(place, to)
        assert not (place / ".moving").exists()
        assert state_of(place) == state
        assert told(place) == was


def test_a_database_that_goes_away_in_the_middle_leaves_a_move_that_goes_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    was, state, url = told(place), state_of(place), new_database()
    whole = SqliteTables.rows

    def cut(self: SqliteTables, table: str, columns: Sequence[str]) -> Iterator[Rows]:
        if table == "scan":
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            assert rows(url, f"SELECT pg_terminate_backend(pid) {others}")
        return whole(self, table, columns)

    with monkeypatch.context() as patched:
        patched.setattr(SqliteTables, "rows", cut)
        with pytest.raises(StoreError, match="could not be read or written"):
            move(place, url)
    assert rows(url, "SELECT COUNT(*) FROM scan") == [(0,)]
    move(place, url)
    assert state_of(place) == state
    assert told(place) == was


def test_a_bucket_that_goes_away_in_the_middle_leaves_a_move_that_goes_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = told(place)
    monkeypatch.setattr(bucket_place, "PATIENT_SECONDS", 1.0)
    with bucket_server() as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        to = f"s3://{server.bucket()}/house"

        def stopped(*given: Any) -> Iterator[list[bytes]]:
            server.stop()
            return batched_pictures(*given)

        with monkeypatch.context() as patched:
            patched.setattr(MOVING, "batched_pictures", stopped)
            with pytest.raises(FairhandError, match=r"does not answer.* run the same move again: it goes on"):
                move(place, archive=to)
        with pytest.raises(SettingsError, match="did not end"), opened(place):
            pytest.fail("it is half moved")
        server.start()
        assert move(place, archive=to).lost == ()
        assert told(place) == was


@pytest.mark.promise("- **Killed in the")
@pytest.mark.slow
@pytest.mark.parametrize("seconds", [*(pytest.param(each, marks=pytest.mark.soak) for each in (0.4, 1.6)), 0.9])
def test_a_process_that_is_killed_leaves_a_move_that_goes_on(
    house: House, place: Path, tmp_path: Path, seconds: float
) -> None:
    was, state, url = told(place), state_of(place), new_database()
    for to in (url, "file"):
        (pictures := tmp_path / f"to-{to[:4]}").mkdir()
        words = ("--home", place, "move", "--to", to, "--archive", pictures)
        process = house.start(*words, forked=True)
        until = time.monotonic() + 60
        while not (place / ".moving" / "plan.json").exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(seconds - 0.4)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if (place / ".moving" / "plan.json").exists():
            done = house.run(*words)
            assert done.code == 0, done.err
        assert state_of(place) == state
        assert told(place) == was


@pytest.mark.promise("The command refuses where")
def test_nothing_is_moved_while_something_works_on_the_home(place: Path) -> None:
    url = new_database()
    held = take_lock(place / "serve.lock")
    assert held is not None
    with held, pytest.raises(SettingsError, match="fairhand serve runs"):
        move(place, url)
    with opened(place) as home:
        home.store.counts()
        with pytest.raises(StoreError, match="Something works on"):
            move(place, url)
    assert not (place / ".moving").exists()
    move(place, url)
    with opened(place) as home:
        home.store.counts()
        with pytest.raises(StoreError, match="Something works on"):
            move(place, "file")
    move(place, "file")


@pytest.mark.promise("A database that holds")
def test_what_will_not_do_is_refused_in_words_and_nothing_is_changed(place: Path, tmp_path: Path) -> None:
    used = new_database()
    move(worked_home(tmp_path / "other"), used)
    before = told(place)
    for to, archive, said in (
        ("mysql://db/x", "", "is no place for a state"),
        ("", "ftp://db/x", "is no place for pictures"),
        ("file", "", "nothing to move"),
        ("", str(place / "archive"), "nothing to move"),
    ):
        with pytest.raises(SettingsError, match=said):
            move(place, to, archive)
    with pytest.raises(SettingsError, match="no home of fairhand"):
        move(tmp_path / "nowhere", used)
    for to, said in ((used, "holds a state already"), (f"{used}_mistyped", "cannot be reached")):
        with pytest.raises(StoreError, match=said):
            move(place, to)
        assert told(place) == before, "it was refused at the door, and the home is used as before"
    with pytest.raises(SettingsError, match="No move"):
        give_up_move(configuration.load_settings(place))
    move(place, new_database())


@pytest.mark.promise("The folder that `--archive`")
def test_an_archive_that_is_not_there_is_not_made(place: Path, tmp_path: Path) -> None:
    """Its name is mistyped, or its disk is not mounted: pictures would fill another disk."""
    before, mount, file = told(place), tmp_path / "mnt", tmp_path / "file"
    mount.mkdir()
    file.touch()
    for archive, said in (
        (mount / "disk" / "archive", "is not there, and none is made"),
        (mount / "disk", "is not there, and none is made"),
        (file, "is no folder"),
        (Path("/proc"), "Nothing can be written to"),
    ):
        with pytest.raises(SettingsError, match=said) as refused:
            move(place, archive=str(archive))
        assert str(archive) in str(refused.value)
        assert "Nothing was moved" in str(refused.value)
    assert list(mount.iterdir()) == []
    assert not (place / ".moving").exists()
    assert told(place) == before


@pytest.mark.promise("The folder that `--archive`")
def test_pictures_are_not_called_lost_where_the_disk_of_the_old_archive_is_away(place: Path, tmp_path: Path) -> None:
    disk, new = tmp_path / "disk", tmp_path / "new"
    disk.mkdir()
    new.mkdir()
    move(place, archive=str(disk))
    disk.rename(tmp_path / "unmounted")
    for _ in ("gone", "an empty mount point"):
        with pytest.raises(SettingsError, match=f"None of the pictures of this state lies in {disk}"):
            move(place, archive=str(new))
        disk.mkdir(exist_ok=True)
    assert configuration.load_settings(place).archive == str(disk)
    disk.rmdir()
    (tmp_path / "unmounted").rename(disk)
    assert move(place, archive=str(new)).lost == ()


@pytest.mark.promise("The folder that `--archive`")
@pytest.mark.parametrize("away", ["old", "new"])
def test_a_move_that_was_ended_does_not_go_on_while_a_disk_is_away(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    new.mkdir()
    move(place, archive=str(old))
    before = told(place)
    with monkeypatch.context() as patched:
        patched.setattr(MOVING, "_copied", ended_at_once)
        with pytest.raises(KeyboardInterrupt):
            move(place, archive=str(new))
    (tmp_path / away).rename(tmp_path / "unmounted")
    with pytest.raises(SettingsError, match="mounted"):
        move(place, archive=str(new))
    assert not (tmp_path / away).exists()
    (tmp_path / "unmounted").rename(tmp_path / away)
    assert move(place, archive=str(new)).lost == ()
    assert told(place) == before


def ended_at_once(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("words", [["--archive", "/tmp"], ["--give-up"]])
def test_a_move_makes_no_home_on_a_disk_that_is_away(house: House, tmp_path: Path, words: list[str]) -> None:
    done = house.run("--home", tmp_path / "mnt" / "home", "move", *words)
    assert done.code == 2, done.err
    assert done.err.startswith("fairhand: ")
    assert not (tmp_path / "mnt").exists()


@pytest.mark.parametrize("to", ["file", "postgresql://nobody@127.0.0.1:1/none"])
def test_where_there_is_no_home_nothing_is_made(house: House, tmp_path: Path, to: str) -> None:
    wrong = tmp_path / "mistyped"
    wrong.mkdir()
    done = house.run("--home", wrong, "move", "--to", to)
    assert (done.code, list(wrong.iterdir())) == (2, []), done.err
    assert "There is no home" in done.err


def test_a_move_that_did_not_end_is_given_up(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = told(place)
    with monkeypatch.context() as patched:
        ended("copying.copy_to_database", patched, before=True)
        with pytest.raises(KeyboardInterrupt):
            move(place, new_database())
    with pytest.raises(SettingsError, match="Another move"):
        move(place, new_database())
    give_up_move(configuration.load_settings(place))
    assert told(place) == before


def test_a_move_is_not_given_up_once_all_is_in_the_new_place(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = new_database()
    with monkeypatch.context() as patched:
        ended("copying.bind_to_database", patched, before=True)
        with pytest.raises(KeyboardInterrupt):
            move(place, url)
    with pytest.raises(SettingsError, match="in the new place already"):
        give_up_move(configuration.load_settings(place))
    move(place, url)


def test_pictures_are_compared_by_their_content_and_lost_ones_are_said(place: Path, tmp_path: Path) -> None:
    with opened(place) as home:
        names = sorted({name for scan in records(home) for name in home.store.kept_names(scan)})
    first, second = names[:2]
    (place / "archive" / first[:2] / first).write_bytes(b"rotted")
    target = tmp_path / "pictures"
    (target / second[:2]).mkdir(parents=True)
    (target / second[:2] / second).write_bytes(b"half a picture of a killed co")
    moved = move(place, archive=str(target))
    assert (moved.lost, moved.state, moved.tables) == ((first,), "", 0)
    archive = Archive(Folder(target))
    assert [name for name in names if archive.is_whole(name)] == [name for name in names if name != first]
    assert (place / "archive" / second[:2] / second).exists(), "the old ones stay"


def test_what_is_forgotten_after_a_move_is_gone_from_the_old_file_too(place: Path) -> None:
    with opened(place) as home:
        scan = recorded(home, "FORGOTTEN LTD")
    move(place, new_database())
    assert b"FORGOTTEN" in (place / "state.db.moved").read_bytes()
    with opened(place) as home:
        forget_scan(home, scan, 0.0)
    assert not (place / "state.db.moved").exists()


def test_the_command_moves_says_what_it_did_and_what_is_left_to_do(house: House, place: Path, tmp_path: Path) -> None:
    url = new_database()
    (tmp_path / "pictures").mkdir()
    done = house.run("--home", place, "move", "--to", url, "--archive", tmp_path / "pictures")
    assert done.code == 0, done.err
    assert "tables with" in done.out
    assert "Its log holds" in done.out
    assert "state.db.moved is as it was and takes no write any more" in done.out
    assert house.run("--home", place, "log", "verify").code == 0
    assert "in PostgreSQL" in house.run("--home", place, "status").out
    second = tmp_path / "second"
    second.mkdir()
    shutil.copy(place / "state.key", second)
    house.environment["FAIRHAND_STATE"] = url
    house.environment["FAIRHAND_ARCHIVE"] = str(tmp_path / "pictures")
    assert house.run("--home", second, "records", "publish").code == 0
    del house.environment["FAIRHAND_ARCHIVE"]
    back = house.run("--home", place, "move", "--to", "file", "--json")
    assert (back.code, back.json[0]["variables"], back.json[0]["log_holds"]) == (0, ["FAIRHAND_STATE"], True), back.err
    assert "is set in the environment to something else" in back.err
    assert f"{second / 'records.db'} is of another machine, and no erasure reaches it any more" in back.err
    assert house.run("--home", place, "status").code != 0, "the variable names a database that it is not in any more"
    house.environment.clear()
    assert house.run("--home", place, "log", "verify").code == 0
    assert house.run("--home", place, "move").code != 0


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
@pytest.mark.parametrize("to", ["file", pytest.param("another database", marks=pytest.mark.soak)])
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
