"""Backups of a home and homes made from them: the same, nothing forgotten, and nobody is told an old number."""

from __future__ import annotations

import errno
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from flows.administration.people import invite
from flows.administration.records import forget_scan
from flows.backup.files import Backup, BackupDamaged, BackupFolder, kept_as, newest_backup
from flows.backup.make_backup import BackupMade, _copy_pictures, make_backup
from flows.backup.restore_backup import Restored, restore_backup
from flows.exporting.write_export import Wanted, export_records
from flows.home import settings as configuration
from flows.home.home import now, open_home, who_acts
from flows.runtime.file_locks import take_lock
from flows.steps.erasures import publish_records, rebuild_records
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.attack.test_restore import opened, recorded, records, words_in
from tests.flows.house import House
from tests.flows.serving.test_api import app_of, program
from tests.flows.steps.test_reconcile_scans import received
from tests.transcribe.store.world import add_webhook
from transcribe.archive import Archive, Folder
from transcribe.errors import FairhandError, NotFound, SettingsError, StartOver, StoreError
from transcribe.people.tokens import new_token
from transcribe.store.drivers import state_file
from transcribe.store.drivers.state_file import OLDEST_VERSION, StateFile, newest_version
from transcribe.store.facts import SentReading

DAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def back_up(place: Path, to: Path, at: datetime | None = None, keep: int | None = None) -> BackupMade:
    return make_backup(configuration.load_settings(place), to, at or now(), keep)


def restore(place: Path, path: Path, **how: Any) -> Restored:
    done = restore_backup(configuration.load_settings(place), path, now(), **how)
    with opened(place) as home:
        publish_records(home)
    return done


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    return tmp_path / "new"


def rows(path: Path, *without: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of a database, but for the tables named."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        tables = [name for name in names if not name.startswith("sqlite_") and name not in without]
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}  # noqa: S608


def said_of_records(path: Path) -> list[dict[str, Any]]:
    """What records.db says of each order, but for the numbers of its changes."""
    published = [vars_of(each) for form in query.forms(path) for each in query.records(path, form)]
    return sorted(published, key=lambda each: str(each["scan"]))


def vars_of(record: query.PublishedRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__ if name not in ("changed", "document")}


def test_a_restored_home_is_what_the_home_was(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        scans = {recorded(home, f"FIRM {number}") for number in range(3)}
        (place / "settings.env").write_text("FAIRHAND_TARGET=0.97\n")
    made = back_up(place, target)
    before = said_of_records(place / "records.db")
    assert made.backup.manifest.numbers["scans"] == 3
    assert made.new_files == made.backup.manifest.archive_files == 3
    done = restore(new, target)
    assert (done.forgotten, done.lost, done.log_holds, done.settings_error) == (0, (), True, "")
    changed = "audit", "event", "lineage", "outbox", "seal", "session", "sign_in_link"
    assert rows(new / "state.db", *changed) == rows(place / "state.db", *changed)
    assert said_of_records(new / "records.db") == before
    assert not (new / ".restoring").exists()
    assert configuration.load_settings(new).target == 0.97
    for name in ("state.key", "settings.env", *(f"forms/{each}" for each in ("receipt/1/receipt.toml",))):
        assert (new / name).read_bytes() == (place / name).read_bytes(), name
    with opened(new) as home:
        assert records(home) == scans
        assert all(home.archive.is_whole(name) for scan in scans for name in home.store.kept_names(scan))
        audit = home.store.verify_audit(made.backup.manifest.log_head)
        assert (audit.broken_at, audit.forgeries) == (None, ())
        latest = home.store.audit()[-1]
        assert (latest.action, latest.actor) == ("home restored", who_acts())
        last = said_of_records(new / "records.db")
        rebuild_records(home)
        assert said_of_records(new / "records.db") == last, "made anew it says the same"
        given = query.position(new / "records.db")
        recorded(home, "SECOND LTD")
        assert len(records(home)) == len(scans) + 1, "the work goes on"
    assert restore(new.with_name("another"), target).epoch > given, "each restore counts above the one before"
    assert all(not file.stat().st_mode & 0o077 for file in (*new.rglob("*"), *target.rglob("*")) if file.is_file())


def test_a_second_backup_copies_only_what_is_new(place: Path, target: Path) -> None:
    with opened(place) as home:
        recorded(home, "FIRST LTD")
        first = back_up(place, target)
        recorded(home, "SECOND LTD")
    second = back_up(place, target)
    assert (first.new_files, second.new_files, second.backup.manifest.archive_files) == (1, 1, 2)
    assert back_up(place, target).new_files == 0
    backups, wrong = BackupFolder(target).backups()
    assert (len(backups), wrong) == (3, [])
    assert [fault for each in backups for fault in BackupFolder(target).faults(each)] == []
    assert newest_backup(str(target)) == backups[-1].manifest.made_at
    assert newest_backup("") is None
    assert newest_backup(str(target / "nowhere")) is None


@pytest.mark.promise("backs the home up", "Old backups still hold", "**What is forgotten stays")
def test_old_backups_go_with_the_pictures_that_no_other_needs(place: Path, target: Path, new: Path) -> None:
    (target / "my own").mkdir(parents=True)
    with opened(place) as home:
        scans = [recorded(home, f"FIRM {number}") for number in range(2)]
        back_up(place, target, DAY)
        pictures = home.store.kept_names(scans[0])
        forget_scan(home, scans[0], 0.0)
        recorded(home, "LAST LTD")
    back_up(place, target, DAY + timedelta(days=1))
    assert all((target / "archive" / name[:2] / name).exists() for name in pictures)
    made = back_up(place, target, DAY + timedelta(days=2), keep=1)
    assert made.removed == 2
    assert [each.name for each in target.iterdir() if each.name.startswith("2026")] == ["2026-11-22T12-00-00Z"]
    assert not any((target / "archive" / name[:2] / name).exists() for name in pictures)
    assert (target / "my own").exists()
    assert words_in(target, "FIRM 0") == []
    assert restore(new, target).backup.manifest.made_at == DAY + timedelta(days=2)


@pytest.mark.promise("Old backups still hold")
@pytest.mark.parametrize("at_hand", ["a later backup", "the list"])
def test_what_was_forgotten_since_stays_forgotten(place: Path, target: Path, new: Path, at_hand: str) -> None:
    with opened(place) as home:
        old, kept = recorded(home, "OLDFIRM LTD"), recorded(home, "KEPT LTD")
        pictures = home.store.kept_names(old)
        first = back_up(place, target, DAY)
        forget_scan(home, old, 0.0)
        if at_hand == "a later backup":
            back_up(place, target, DAY + timedelta(days=1))
    how = {"erasures": place / "state.erased"} if at_hand == "the list" else {}
    done = restore(new, target, until=first.backup.folder.name, **how)
    assert done.forgotten == 1
    assert words_in(new, "OLDFIRM") == []
    with opened(new) as home:
        assert records(home) == {kept}
        assert home.store.forgotten(old)
        assert not any(map(home.archive.has, pictures))
        assert {scan for scan, _ in query.erased(home.settings.records)} == {old}


@pytest.mark.parametrize("at_hand", ["a later backup", "the list"])
def test_who_left_since_has_left_in_a_home_made_from_an_older_backup(
    place: Path, target: Path, new: Path, at_hand: str
) -> None:
    with opened(place) as home:
        recorded(home, "FIRM LTD")
        zed, ada = (invite(home, name).person.id for name in ("Zed Quillfeather", "Ada"))
        first = back_up(place, target, DAY)
        home.store.leave(zed, now(), "olga", "asked for it")
        if at_hand == "a later backup":
            back_up(place, target, DAY + timedelta(days=1))
    how = {"erasures": place / "state.erased"} if at_hand == "the list" else {}
    restore(new, target, until=first.backup.folder.name, **how)
    assert words_in(new, "Quillfeather") == []
    with opened(new) as home:
        assert home.store.transcriber(zed).handle.startswith("left-")
        assert home.store.transcriber(ada).handle == "Ada"
        (line,) = [each for each in home.store.audit() if each.action == "person left"]
        assert (line.subject, line.detail) == (zed, {"again": True})
        assert home.store.verify_audit().whole


@pytest.mark.promise("It takes the newest")
def test_a_backup_is_chosen_by_day_by_time_or_by_name(place: Path, target: Path, tmp_path: Path) -> None:
    with opened(place):
        pass
    made = [back_up(place, target, DAY + timedelta(days=days)).backup for days in (0, 1, 2)]
    wanted = {
        "2026-11-20": 0,
        "2026-11-21": 1,
        "2026-11-21T11:59": 0,
        "2026-11-21T13:00+01:00": 1,
        made[0].folder.name: 0,
    }
    for number, (until, expected) in enumerate(wanted.items()):
        done = restore(tmp_path / str(number), target, until=until)
        assert done.backup.folder == made[expected].folder, until
    assert restore(tmp_path / "last", target).backup.folder == made[2].folder
    for until, error in (("2026-11-19", NotFound), ("yesterday", SettingsError)):
        with pytest.raises(error, match=r"no such backup|no date"):
            restore(tmp_path / "none", target, until=until)
    assert not (tmp_path / "none").exists()


@pytest.mark.promise("what you have seen", "- Programs that follow")
def test_whoever_follows_the_changes_begins_anew(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        known = recorded(home, "FIRST LTD")
        back_up(place, target)
        recorded(home, "LATER LTD")  # followers have it, the backup has not
        before = program(app_of(home), home, "records:read").get("/api/records/receipt").json()
    done = restore(new, target)
    with opened(new) as home:
        client = program(app_of(home), home, "records:read")
        answer = client.get("/api/records/receipt", params={"after": before["position"]})
        assert answer.status_code == 410
        assert "Start over" in answer.json()["error"]
        anew = client.get("/api/records/receipt").json()
        assert [each["scan"] for each in anew["records"]] == [known]
        assert anew["position"] > anew["epoch"] == done.epoch > before["position"] == 2
        assert all(each["changed"] > done.epoch for each in anew["records"])
        later = recorded(home, "NEW LTD")
        (fresh,) = client.get("/api/records/receipt", params={"after": anew["position"]}).json()["records"]
        assert fresh["scan"] == later
        beyond = client.get("/api/records/receipt", params={"after": fresh["changed"] + 1})
        assert beyond.status_code == 410, "a number that was never given"
        with pytest.raises(StartOver):
            export_records(home.settings.records, lambda: home, Wanted(format="jsonl", after=1), None)
        (epoch,) = rows(home.settings.records)["outbox_epoch"]
        assert epoch == (1, done.epoch)
        rebuild_records(home)
        assert client.get("/api/records/receipt").json()["epoch"] == done.epoch


@pytest.mark.promise("A reading that somebody", "- Webhooks are switched")
def test_sessions_and_links_end_and_a_lease_is_kept(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        invited = invite(home, "mina")
        browser = TestClient(app_of(home), follow_redirects=False)
        assert browser.post(invited.link.partition("8484")[2]).status_code == 303
        session = browser.cookies
        unused = invite(home, "ben").link.partition("8484")[2]
        token = new_token(home.store, "till", ["records:read"], now()).token
        form = home.use_form("receipt")
        assert form.version == 1
        add_webhook(home.store, "erp", now())
        recorded(home, "FIRST LTD")
    back_up(place, target)
    done = restore(new, target)
    assert (done.tokens, done.webhooks) == (1, 1)
    with opened(new) as home:
        app = app_of(home)
        assert TestClient(app, cookies=session, follow_redirects=False).get("/work").status_code == 303
        assert TestClient(app, follow_redirects=False).post(unused).status_code == 410
        assert [each.prefix for each in home.store.tokens()] == [token.prefix]
        assert [each.off_because for each in home.store.webhooks()] == ["restored"]


@pytest.mark.promise("A reading that somebody")
def test_a_reading_typed_under_a_lease_of_before_is_kept(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        received(home, texts={"company": ("ACME LTD", "AGNE LID")})
        reconcile_home(home)
        who = invite(home, "mina").person.id
        task = home.store.lease(who, 1, now())[0]
    back_up(place, target)
    restore(new, target)
    with opened(new) as home:
        home.store.submit(task.id, who, SentReading(text="12.50", idem=secrets.token_hex(8)), now())
        assert "12.50" in [each.text for each in home.store.readings(task.scan) if each.kind == "person"]


def test_pictures_that_the_home_has_lost_are_said_and_the_rest_is_kept(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        lost, kept = (home.store.kept_names(recorded(home, f"FIRM {number}"))[0] for number in range(2))
        (place / "archive" / lost[:2] / lost).write_bytes(b"damaged")
    made = back_up(place, target)
    assert made.backup.manifest.lost == (lost,)
    assert BackupFolder(target).faults(made.backup) == []
    done = restore(new, target)
    assert done.lost == (lost,)
    with opened(new) as home:
        assert (home.archive.has(lost), home.archive.is_whole(kept)) == (False, True)


def test_what_is_forgotten_while_it_is_backed_up_is_not_lost(place: Path, target: Path) -> None:
    with opened(place) as home:
        scan = recorded(home, "FIRM")
        names = home.store.kept_names(scan)
        forget_scan(home, scan, 0.0)
        there, new, lost = _copy_pictures(home.settings, BackupFolder(target), names)
        assert (there, new, lost) == ({}, {}, [])


def test_settings_that_do_not_hold_any_more_are_kept_beside(place: Path, target: Path, new: Path) -> None:
    with opened(place):
        pass
    (place / "settings.env").write_text("FAIRHAND_TARGET=0.97\n")
    back_up(place, target)
    backup = BackupFolder(target).backups()[0][0]
    rewrite(backup, "settings.env", b"FAIRHAND_NOSUCH=1\n")
    assert "NOSUCH" in restore(new, target).settings_error
    assert not (new / "settings.env").exists()
    assert (new / "settings.env.of-backup").read_bytes() == b"FAIRHAND_NOSUCH=1\n"


def rewrite(backup: Backup, name: str, content: bytes) -> None:
    """Change a file of a backup, and its manifest with it."""
    file = backup.folder / name
    file.write_bytes(content)
    manifest = json.loads((backup.folder / "manifest.json").read_text())
    manifest["files"][name] = kept_as(file).model_dump()
    (backup.folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_killed_backup_is_none_and_the_next_one_goes_on(place: Path, target: Path) -> None:
    with opened(place) as home:
        recorded(home, "FIRST LTD")
    half = target / "2026-11-20T12-00-00Z.unfinished"
    (half / "forms").mkdir(parents=True)
    (half / "state.db").write_bytes(b"half")
    part = target / "archive" / "ab" / ".abc.1.x.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    assert BackupFolder(target).names() == []
    back_up(place, target, DAY)
    assert not half.exists()
    assert not part.exists()
    assert BackupFolder(target).names() == ["2026-11-20T12-00-00Z"]


def test_a_home_that_a_killed_restore_left_is_opened_by_nobody(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        scan = recorded(home, "FIRST LTD")
    back_up(place, target)
    for left in (
        (".restoring/.lock", ".restoring/state.db", "forms/x.toml"),
        (".restoring/.lock", "state.db", "state.key"),
    ):
        shutil.rmtree(new, ignore_errors=True)
        for name in left:
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_bytes(b"half")
        with pytest.raises(SettingsError, match="did not end"):
            open_home(configuration.load_settings(new))
        restore(new, target)
        with opened(new) as home:
            assert records(home) == {scan}
        assert not (new / "forms" / "x.toml").exists()


def test_one_backup_and_one_restore_at_a_time(place: Path, target: Path, new: Path) -> None:
    with opened(place):
        pass
    back_up(place, target)
    for lock, act in (
        (target / ".lock", lambda: back_up(place, target)),
        (new / ".restoring" / ".lock", lambda: restore(new, target)),
    ):
        held = take_lock(lock)
        assert held is not None
        with held, pytest.raises(SettingsError, match="Another"):
            act()
    assert len(BackupFolder(target).names()) == 1


def test_a_picture_that_was_cut_or_removed_in_the_folder_is_copied_anew(place: Path, target: Path) -> None:
    with opened(place) as home:
        cut, removed = (home.store.kept_names(recorded(home, f"FIRM {number}"))[0] for number in range(2))
    first = back_up(place, target).backup
    os.truncate(target / "archive" / cut[:2] / cut, 3)
    (target / "archive" / removed[:2] / removed).unlink()
    assert len(BackupFolder(target).faults(first)) == 2
    assert back_up(place, target).new_files == 2
    assert BackupFolder(target).faults(first) == []


def test_odd_names_beside_forms_leave_a_backup_that_can_be_restored(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        home.use_form("receipt")
    forms = place / "forms"
    for name in (b"\xff.csv", b"two\nlines.csv", "é.csv".encode()):
        (forms / os.fsdecode(name)).write_text("x")
    os.mkfifo(forms / "pipe")
    (forms / "dangling").symlink_to("/nowhere")
    (forms / "link.csv").symlink_to(forms / "é.csv")
    made = back_up(place, target)
    assert made.passed_over == 1
    restore(new, target)
    assert {each.name for each in (new / "forms").iterdir()} == {"receipt", "two\nlines.csv", "é.csv", "link.csv"}
    assert not (new / "forms" / "link.csv").is_symlink()


class BrokenSector(Archive):
    """An archive on a disk that cannot read one file any more."""

    broken = ""

    def get(self, name: str) -> bytes:
        if name == self.broken:
            raise OSError(errno.EIO, "Input/output error")
        return super().get(name)


def test_a_picture_that_the_disk_cannot_read_stops_no_backup(
    place: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(place) as home:
        broken, kept = (home.store.kept_names(recorded(home, f"FIRM {number}"))[0] for number in range(2))
    monkeypatch.setattr(BrokenSector, "broken", broken)
    failing = BrokenSector(Folder(place / "archive"))
    monkeypatch.setattr(sys.modules[make_backup.__module__], "archive_of", lambda settings: failing)
    made = back_up(place, target)
    assert made.backup.manifest.lost == (broken,)
    assert list(made.backup.archive_sizes()) == [kept]


@pytest.mark.parametrize("name", ["archive.list", "state.key", "state.db"])
def test_a_damaged_backup_stops_no_new_one(place: Path, target: Path, new: Path, name: str) -> None:
    with opened(place) as home:
        recorded(home, "FIRM")
    first = back_up(place, target, DAY).backup
    (first.folder / name).write_bytes(b"damaged")
    assert BackupFolder(target).faults(first) == [f"{first.folder / name} is not as it was written"]
    second = back_up(place, target, DAY + timedelta(days=1)).backup
    assert BackupFolder(target).faults(second) == []
    assert restore(new, target).backup.folder == second.folder


def test_what_cannot_be_read_is_said_by_the_check(place: Path, target: Path) -> None:
    with opened(place):
        pass
    made = back_up(place, target).backup
    (made.folder / "state.key").unlink()
    (made.folder / "state.key").symlink_to("/proc/self/mem")
    house = House(home=place)
    done = house.run("backup", target, "--check")
    assert (done.code, "Traceback" in done.err) == (1, False)
    assert "is a link" in done.out
    (made.folder / "state.key").unlink()
    told = house.run("backup", target, "--check")
    assert "is missing" in told.out
    assert f"{made.folder} cannot be restored. Remove that folder, and make another backup:" in told.err


def test_the_check_ends_with_0_or_1_and_each_finding_says_what_to_do(place: Path, target: Path) -> None:
    with opened(place) as home:
        scan = recorded(home, "KEPT LTD")
        names = home.store.kept_names(scan)
    house = House(home=place)
    none = house.run("backup", target, "--check")
    assert (none.code, f"Make one: fairhand backup {target}" in none.err) == (1, True)
    back_up(place, target)
    assert (house.run("backup", target, "--check").code, house.run("backup", target, "--check").err) == (0, "")
    picture = target / "archive" / names[0][:2] / names[0]
    picture.unlink()
    gone = house.run("backup", target, "--check")
    assert (gone.code, f"is copied anew, where the home has it: fairhand backup {target}" in gone.err) == (1, True)
    assert "Remove" not in gone.err
    assert house.run("backup", target).code == 0
    assert house.run("backup", target, "--check").code == 0
    picture.write_bytes(b"rotten")
    rotten = house.run("backup", target, "--check")
    assert (rotten.code, "Remove a picture that is not as it was written" in rotten.err) == (1, True)


def test_a_home_that_never_forgot_anything_is_restored_with_its_missing_list(
    place: Path, target: Path, new: Path
) -> None:
    with opened(place) as home:
        recorded(home, "KEPT LTD")
    back_up(place, target)
    assert not (place / "state.erased").exists()
    house = House(home=new)
    mistyped = house.run("restore", target, "--forgotten", place.parent / "state.erased")
    assert (mistyped.code, "there is none: leave --forgotten out" in mistyped.err, new.exists()) == (2, True, False)
    done = house.run("restore", target, "--forgotten", place / "state.erased")
    assert done.code == 0, done.err


def test_a_restored_home_says_what_it_has_in_common_with_the_first(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        recorded(home, "KEPT LTD")
    settings = place / "settings.env"
    settings.write_text(f"FAIRHAND_BACKUPS={target}\nFAIRHAND_WATCH={place}\n", encoding="utf-8")
    back_up(place, target)
    done = House(home=new).run("restore", target)
    said = " ".join(done.err.split())
    assert f"this home backs up to {target} (FAIRHAND_BACKUPS) and watches {place} (FAIRHAND_WATCH)" in said
    assert "one folder is for one home" in said


def test_a_damaged_backup_stops_the_removal_of_old_ones_and_no_new_one(place: Path, target: Path) -> None:
    with opened(place):
        pass
    first = back_up(place, target, DAY).backup
    (first.folder / "manifest.json").write_text("{")
    with pytest.raises(BackupDamaged, match=r"is made and whole, but .* Nothing was removed"):
        back_up(place, target, DAY + timedelta(days=1), keep=1)
    assert len(BackupFolder(target).names()) == 2


def test_a_broken_state_is_not_backed_up(place: Path, target: Path) -> None:
    with opened(place) as home:
        for number in range(3):
            recorded(home, f"FIRM {number}")
    content = (place / "state.db").read_bytes()
    (place / "state.db").write_bytes(content[:8192] + b"\xff" * 40_000 + content[48_192:])
    with pytest.raises(FairhandError, match=r"broken|could not be copied|cannot be read"):
        back_up(place, target)
    assert list(target.glob("2026*")) == []


def test_a_backup_of_an_older_version_is_brought_up_to_date(
    place: Path, target: Path, new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(place) as home:
        recorded(home, "FIRM 1")
    before = (place / "state.db").read_bytes()
    made = back_up(place, target)
    assert (place / "state.db").read_bytes() == before, "the home itself is not touched"
    (tmp_path / f"{newest_version() + 1:04d}_next.sql").write_text("ALTER TABLE scan ADD COLUMN shelf INTEGER;")
    monkeypatch.setattr(state_file, "MIGRATIONS_FOLDER", tmp_path)
    assert made.backup.manifest.state_version < StateFile.newest_version()
    restore(new, target)
    assert sorted(each.name for each in new.iterdir() if each.name.startswith("state.db")) == ["state.db"]
    assert StateFile(new / "state.db").version() == StateFile.newest_version()


def test_a_backup_that_is_too_old_is_refused_before_anything_is_written(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        recorded(home, "FIRM 1")
    with closing(sqlite3.connect(place / "state.db", isolation_level=None)) as state:
        state.execute(f"PRAGMA user_version = {OLDEST_VERSION - 1}")
    back_up(place, target)
    with pytest.raises(StoreError, match="`fairhand status` once with the fairhand of commit"):
        restore(new, target)
    assert not new.exists() or not list(new.iterdir())


def turned_over(content: bytes) -> bytes:
    """Bytes of which the last is another, whatever it was."""
    return content[:-1] + bytes([content[-1] ^ 1])


def damaged(backup: Backup, target: Path) -> dict[str, Callable[[], object]]:
    """Ways in which a backup may be not as it was written."""
    picture = next(iter(backup.archive_sizes()))
    shared = target / "archive" / picture[:2] / picture
    state = backup.folder / "state.db"
    manifest = backup.folder / "manifest.json"

    def changed(**values: Any) -> Callable[[], object]:
        return lambda: manifest.write_text(json.dumps({**json.loads(manifest.read_text()), **values}))

    def linked(file: Path) -> Callable[[], object]:
        def link() -> None:
            file.rename(file.with_name("elsewhere"))
            file.symlink_to(file.with_name("elsewhere"))

        return link

    kept = json.loads(manifest.read_text())["files"]
    return {
        "a picture is missing": shared.unlink,
        "a picture was changed": lambda: shared.write_bytes(b"x" * shared.stat().st_size),
        "a picture is a link": linked(shared),
        "the state was changed": lambda: state.write_bytes(turned_over(state.read_bytes())),
        "the state was cut": lambda: os.truncate(state, 4096),
        "the state is a link": linked(state),
        "the key is missing": (backup.folder / "state.key").unlink,
        "the list of pictures was cut": lambda: os.truncate(backup.folder / "archive.list", 40),
        "the manifest is no JSON": lambda: manifest.write_bytes(b"{"),
        "the manifest is a list": lambda: manifest.write_bytes(b"[]"),
        "the manifest names a path": changed(files={**kept, "../../evil": kept["state.key"]}),
        "the manifest names a form elsewhere": changed(files={**kept, "forms/../../evil": kept["state.key"]}),
        "the manifest names no state": changed(files={"state.key": kept["state.key"]}),
        "the manifest has another count": changed(archive_files=7),
        "a forms folder is a link": linked(backup.folder / "forms"),
    }


def test_a_damaged_backup_is_refused_and_nothing_is_written(place: Path, target: Path, tmp_path: Path) -> None:
    with opened(place) as home:
        recorded(home, "FIRST LTD")
    names = list(damaged(back_up(place, target).backup, target))
    assert len(names) == 15
    for number, damage in enumerate(names):
        copy, new = tmp_path / f"copy {number}", tmp_path / f"new {number}"
        shutil.copytree(target, copy)
        damaged(BackupFolder(copy).backups()[0][0], copy)[damage]()
        with pytest.raises((BackupDamaged, NotFound), match=str(copy)):
            pytest.fail(f"{damage}: {restore(new, copy)}")
        assert not new.exists(), damage
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.promise("- `--with-broken-log` restores a")
def test_a_state_that_was_changed_with_its_manifest_is_found_by_its_log(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        recorded(home, "FIRST LTD")
    made = back_up(place, target)
    changed = target.parent / "changed.db"
    shutil.copyfile(made.backup.folder / "state.db", changed)
    with closing(sqlite3.connect(changed)) as connection:
        (trigger,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'audit_stays'").fetchone()
        connection.execute("DROP TRIGGER audit_stays")
        connection.execute("UPDATE audit SET actor = 'nobody' WHERE number = 1")
        connection.execute(trigger)
        connection.commit()
    rewrite(made.backup, "state.db", changed.read_bytes())
    with pytest.raises(BackupDamaged, match="from line 1 on"):
        restore(new, target)
    done = restore(new, target, with_broken_log=True)
    assert not done.log_holds


def test_a_backup_of_a_newer_program_is_refused_with_what_to_do(place: Path, target: Path, new: Path) -> None:
    with opened(place):
        pass
    made = back_up(place, target)
    manifest = made.backup.folder / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "state_version": 9999}))
    with pytest.raises(SettingsError, match="Install a newer"):
        restore(new, target)
    assert not new.exists()


def test_a_home_with_anything_in_it_is_never_overwritten(place: Path, target: Path, tmp_path: Path) -> None:
    with opened(place) as home:
        recorded(home, "FIRST LTD")
    back_up(place, target)
    before = rows(place / "state.db")
    mine, file, disk = tmp_path / "mine", tmp_path / "file", tmp_path / "disk"
    mine.mkdir()
    (mine / "a.txt").write_text("mine")
    file.write_text("mine")
    (disk / "lost+found").mkdir(parents=True)
    for home_folder in (place, mine, file):
        with pytest.raises(SettingsError, match=r"is not empty|is a file"):
            restore(home_folder, target)
    assert rows(place / "state.db") == before
    assert [each.name for each in mine.iterdir()] == ["a.txt"]
    restore(disk, target)


def test_a_folder_that_will_not_do_is_refused_in_words(place: Path, target: Path, tmp_path: Path) -> None:
    with opened(place):
        pass
    (tmp_path / "link").symlink_to(place)
    (tmp_path / "file").write_text("mine")
    for path in (place, place / "backups", tmp_path / "link" / "backups", place / "archive", tmp_path / "file"):
        with pytest.raises(SettingsError, match=r"is backed up|is a file"):
            back_up(place, path)
    assert not (place / "backups").exists()
    with pytest.raises(SettingsError, match="no home"):
        back_up(tmp_path / "nowhere", target)
    assert list(target.iterdir()) == []
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(SettingsError, match="no folder"):
        restore(tmp_path / "new", tmp_path / "nowhere")
    with opened(tmp_path / "other"):
        pass
    back_up(tmp_path / "other", target)
    with pytest.raises(SettingsError, match="another home"):
        back_up(place, target)
    (place / "state.key").unlink()
    with pytest.raises(SettingsError, match=r"state\.key is missing"):
        back_up(place, tmp_path / "third")


def test_a_key_that_is_not_that_of_the_state_is_found(place: Path, target: Path, new: Path) -> None:
    with opened(place):
        pass
    made = back_up(place, target)
    rewrite(made.backup, "state.key", bytes(32))
    with pytest.raises(StoreError, match=r"state\.key"):
        restore(new, target)
    assert not (new / "state.db").exists()


SMALL_DISK = """
import resource, sys
from flows.cli.app import run
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
run()
"""
"""The command line where no file has more than 100 kB: as on a full disk, writing fails in the middle of a file."""


@pytest.mark.promise("That folder is never")
def test_no_folder_is_made_for_backups_as_its_disk_may_not_be_mounted(place: Path, tmp_path: Path) -> None:
    with opened(place) as home:
        recorded(home, "FIRST LTD")
    house, mistyped = House(home=place), tmp_path / "mnt" / "bakcups"
    refused = house.run("backup", mistyped)
    assert (refused.code, refused.out) == (2, "")
    assert f"There is no folder {mistyped}, and none is made" in refused.err
    assert f"mkdir -p {mistyped}" in refused.err
    assert not mistyped.parent.exists()
    mistyped.mkdir(parents=True)
    first, second = house.run("backup", mistyped), house.run("backup", mistyped)
    assert (first.code, second.code) == (0, 0)
    for each in (first, second):
        assert (
            "lies on the disk of the home: what takes the disk takes both. Is the disk for backups mounted?" in each.err
        )
    examined = replace(house, environment={"FAIRHAND_BACKUPS": str(mistyped)}).run("doctor")
    assert f"The backups in {mistyped} lie on the disk of the home: what takes the disk takes both." in examined.out
    assert "mount a disk for backups there, or set FAIRHAND_BACKUPS to a folder on another disk" in examined.out


def test_each_backup_has_its_line_in_the_log(place: Path, target: Path) -> None:
    with opened(place) as home:
        recorded(home, "FIRST LTD")
    target.mkdir(exist_ok=True)
    house = House(home=place)
    house.run("backup", target), house.run("backup", target)
    with opened(place) as home:
        lines = [line for line in home.store.audit() if line.action == "backup made"]
        assert home.store.verify_audit().whole
    assert [line.subject for line in lines] == sorted(each.name for each in target.glob("20*"))
    assert {line.detail["folder"] for line in lines} == {str(target)}
    assert all(line.actor.startswith("command line") for line in lines)


def test_a_full_disk_is_said_and_earlier_backups_are_as_they_were(place: Path, target: Path) -> None:
    with opened(place) as home:
        recorded(home, "FIRST LTD")
        first = back_up(place, target, DAY)
        home.archive.put(os.urandom(200_000))
    command = [sys.executable, "-c", SMALL_DISK, "--home", str(place), "backup", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert "Earlier backups are as they were" in done.stderr
    assert BackupFolder(target).faults(first.backup) == []
    assert BackupFolder(target).names() == [first.backup.folder.name]
    back_up(place, target, DAY + timedelta(days=1))
    assert len(list(target.glob("2026*"))) == 2


@pytest.mark.parametrize("lies_there", [(".restoring",), (".restoring", "settings.env")])
def test_a_restore_begins_anew_that_was_killed_as_it_made_its_lock_or_took_it_away(
    place: Path, target: Path, new: Path, lies_there: tuple[str, ...]
) -> None:
    with opened(place) as home:
        scan = recorded(home, "FIRM")
    back_up(place, target)
    folder, *files = lies_there
    (new / folder).mkdir(parents=True)
    for name in files:
        (new / name).write_text("", encoding="utf-8")
    done = House(home=new).run("restore", target)
    assert done.code == 0, done.err
    with opened(new) as home:
        assert records(home) == {scan}


@pytest.mark.slow
def test_a_restore_that_is_killed_begins_anew(place: Path, target: Path, new: Path) -> None:
    with opened(place) as home:
        scans = {recorded(home, f"FIRM {number}") for number in range(5)}
    back_up(place, target)
    house = House(home=new)
    killed = 0
    for number in range(6):
        process = house.start("restore", target, forked=True)
        while process.poll() is None and not (new / ".restoring").exists():
            time.sleep(0.001)
        time.sleep(0.02 * number)
        process.kill()
        process.communicate()
        killed += process.returncode < 0
        if (new / "state.db").exists() and not (new / ".restoring").exists():
            with opened(new) as home:
                assert home.store.epoch(), "whole once nothing says that it is not"
            shutil.rmtree(new)
    assert killed
    done = house.run("restore", target)
    assert done.code == 0, done.err
    with opened(new) as home:
        assert records(home) == scans
        audit = home.store.verify_audit()
        assert (audit.broken_at, audit.forgeries) == (None, ())
    assert not (new / ".restoring").exists()
