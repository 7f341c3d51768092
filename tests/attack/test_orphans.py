"""Files that no scan names are found and removed, and never one that a scan names; a lost key has a way forward."""

from __future__ import annotations

import os
import re
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.administration import examine_deeply, orphaned_files, remove_orphans
from flows.administration.records import forget_scan
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from tests.flows.conftest import house, rooms
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import reads_of
from transcribe.errors import StoreError
from transcribe.geometry import Box
from transcribe.model import FieldKey, PagePicture, Place, ReadResult, Scan, ScanPage, SourceFile
from transcribe.store import renew_key

__all__ = ["house", "rooms"]
DAY_BEFORE_YESTERDAY = timedelta(days=2).total_seconds()


def kept_scan(home: Home) -> Scan:
    """A scan whose page, hOCR file, picture and field's picture are in the archive."""
    form = home.use_form("receipt")
    page, hocr, shown, cut = home.archive.put_all([b"page", b"hocr", b"shown", b"cut"])
    scan = Scan(id="5" * 64, pages=(ScanPage(file=page, page=1, hocr=hocr),), form=form.name, form_version=form.version)
    home.store.put_scan(scan, [SourceFile(sha256=page, name="a.jpg", size=4, media_type="image/jpeg")], now())
    place = Place(scan=scan.id, key=FieldKey("total"), page=1, box=Box(0, 0, 5, 5), snippet=f"{cut}.0.3")
    pictures = (PagePicture(number=1, sha256=shown, size=(10, 10)),)
    readings = reads_of(scan, {}).readings
    read = ReadResult(places=(place,), readings=readings, fit=None, quality={}, pictures=pictures)
    home.store.put_reads(scan.id, read, now())
    return scan


def aged(home: Home) -> None:
    """All files of the archive as if they had been written two days ago."""
    then = time.time() - DAY_BEFORE_YESTERDAY
    for file in Path(home.settings.home, "archive").rglob("*"):
        os.utime(file, (then, then))


def test_only_what_no_scan_names_is_removed(rooms: Home) -> None:
    scan = kept_scan(rooms)
    orphans = sorted(rooms.archive.put_all([b"one that nobody names", b"another"]))
    assert list(orphaned_files(rooms, now())) == [], "what is young may be about to be named"
    aged(rooms)
    assert sorted(orphaned_files(rooms, now())) == orphans
    (finding,) = [each for each in examine_deeply(rooms.settings) if "of no scan" in each.message]
    assert (finding.mend, finding.warning) == ("fairhand prune", True)
    assert orphans[0] in finding.message
    assert sorted(remove_orphans(rooms, now())) == orphans
    assert not any(map(rooms.archive.has, orphans))
    names = rooms.store.kept_names(scan.id)
    assert len(names) == 4
    assert all(map(rooms.archive.is_whole, names))


def test_what_is_kept_again_before_it_is_named_is_young_again(rooms: Home) -> None:
    name = rooms.archive.put(b"left behind by a killed ingest")
    aged(rooms)
    rooms.archive.put(b"left behind by a killed ingest")
    assert remove_orphans(rooms, now()) == []
    assert rooms.archive.is_whole(name)


def test_a_file_that_is_kept_again_while_others_are_removed_stays(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    name = rooms.archive.put(b"page")
    aged(rooms)
    is_settled = rooms.archive.is_settled

    def kept_meanwhile(name: str, before: datetime) -> bool:
        rooms.archive.put(b"page")
        return is_settled(name, before)

    monkeypatch.setattr(rooms.archive, "is_settled", kept_meanwhile)
    assert remove_orphans(rooms, now()) == []
    assert rooms.archive.is_whole(name)


def test_the_pictures_of_a_forgotten_scan_that_stayed_are_found(rooms: Home) -> None:
    scan = kept_scan(rooms)
    forget_scan(rooms, scan.id)
    left = rooms.archive.put(b"page")
    aged(rooms)
    assert remove_orphans(rooms, now()) == [left]


def test_prune_lists_and_removes_only_when_told(house: House, rooms: Home) -> None:
    kept_scan(rooms)
    orphan = rooms.archive.put(b"nobody's")
    aged(rooms)
    assert house.run("prune").out.splitlines()[0] == orphan
    assert house.run("prune", "--json").json == [{"orphans": [orphan]}]
    assert house.run("prune", "--yes").out.splitlines() == [orphan, "1 files removed."]
    assert "is of a scan" in house.run("prune").out


# --- the key ---------------------------------------------------------------------------------------------------------


@pytest.mark.promise("- `--with-broken-log` restores a")
@pytest.mark.parametrize("damage", ["missing", "short", "another"])
def test_a_state_whose_key_is_lost_goes_on_with_a_new_one(house: House, rooms: Home, damage: str) -> None:
    scan, forgotten = kept_scan(rooms), Scan(id="6" * 64, pages=(), form="", form_version=0)
    rooms.store.put_scan(forgotten, [], now())
    forget_scan(rooms, forgotten.id)
    readings = len(rooms.store.readings(scan.id))
    rooms.close()
    key = house.home / "state.key"
    old = key.read_bytes()
    key.unlink() if damage == "missing" else key.write_bytes(old[:5] if damage == "short" else bytes(32))
    refused = house.run("status")
    assert refused.code != 0
    assert "state.key" in refused.err
    done = house.run("init", "--new-key")
    assert done.code == 0, done.err
    assert "Lost with the old key is:" in done.out
    assert re.search(r"log verify finds the log and every seal broken", done.out)
    home = open_home(configuration.load_settings(house.home))
    assert len(home.store.readings(scan.id)) == readings
    assert home.store.forgotten(forgotten.id)
    assert home.store.verify_audit().broken_at == 1
    assert key.read_bytes() != old
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(list(house.home.glob("state.key.*.set-aside"))) == (damage != "missing")
    home.close()


def test_a_key_that_holds_is_not_replaced(rooms: Home) -> None:
    with pytest.raises(StoreError, match=r"state\.key is there and is that of state\.db"):
        renew_key(rooms.settings.state, now())


def test_where_there_is_no_state_no_key_is_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"There is no state\.db here"):
        renew_key(tmp_path / "state.db", now())
    assert not list(tmp_path.iterdir())
