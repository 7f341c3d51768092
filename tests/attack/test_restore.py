"""Backups put back, keys lost, files broken, readers in the way: nothing forgotten comes back, and nobody is misled."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from flows.administration.doctor import examine_deeply
from flows.administration.people import invite
from flows.administration.records import forget_scan
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.steps.erasures import ErasureUnfinished, publish_records, rebuild_records
from flows.steps.read_scans import TakenScan, is_known, take_in
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.house import CASES, TYPED
from tests.flows.steps.test_reconcile_scans import RECEIPT, reads_of
from transcribe.errors import StoreError
from transcribe.model import PagePicture, ReadResult, Scan, ScanPage, SourceFile
from transcribe.store.facts import SentReading
from transcribe.store.state_store import open_store


@contextmanager
def opened(place: Path) -> Iterator[Home]:
    """A home in this folder."""
    home = open_home(configuration.load_settings(place).model_copy(update={"audit_share": 0.0}))
    try:
        yield home
    finally:
        home.close()


def recorded(home: Home, company: str) -> str:
    """A receipt of a company with a picture in the archive, read alike by two engines, decided and published."""
    form = home.use_form("receipt")
    content = f"the picture of {company} {secrets.token_hex(8)}".encode()
    name = home.archive.put(content)
    scan = Scan(
        id=secrets.token_hex(32), pages=(ScanPage(file=name, page=1),), form="receipt", form_version=form.version
    )
    home.store.put_scan(scan, [SourceFile(sha256=name, name=f"{company}.jpg", size=1, media_type="image/jpeg")], now())
    texts = reads_of(scan, {"company": (company, company), "date": ("12/03/2025", "12/03/2025")})
    read = ReadResult(
        places=(),
        readings=texts.readings,
        fit=None,
        quality={},
        pictures=(PagePicture(number=1, sha256=name, size=(10, 10)),),
    )
    home.store.put_reads(scan.id, read, now())
    reconcile_home(home)
    for who in ("ann", "ben"):
        _typed(home, who, {**RECEIPT, "company": company})
    return scan.id


def _typed(home: Home, who: str, says: dict[str, str]) -> None:
    person = invite(home, f"{who}-{secrets.token_hex(4)}").person.id
    for task in home.store.lease(person, 20, now()):
        home.store.submit(task.id, person, SentReading(text=says[task.key.name], idem=secrets.token_hex(8)), now())
    reconcile_home(home)


def records(home: Home) -> set[str]:
    """The scans with a published record."""
    return {each.scan for each in query.records(home.settings.records, "receipt")}


def words_in(place: Path, word: str) -> list[str]:
    """The files of a home that hold a word."""
    return sorted(file.name for file in place.rglob("*") if file.is_file() and word.encode() in file.read_bytes())


def backup(place: Path, to: Path) -> None:
    """What the documentation says to do: the state by SQLite's own backup, and its key."""
    to.mkdir()
    with closing(sqlite3.connect(place / "state.db")) as source, closing(sqlite3.connect(to / "state.db")) as copy:
        source.backup(copy)
    shutil.copy(place / "state.key", to)


def put_back(kept: Path, place: Path) -> None:
    """The backup in place of the state of a home; what is beside it stays."""
    for suffix in ("-wal", "-shm"):
        (place / f"state.db{suffix}").unlink(missing_ok=True)
    shutil.copy(kept / "state.db", place)
    shutil.copy(kept / "state.key", place)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.mark.promise("a keyed hash of")
def test_an_older_state_put_back_republishes_nothing_that_was_forgotten(place: Path, tmp_path: Path) -> None:
    with opened(place) as home:
        old, third = recorded(home, "OLDFIRM LTD"), recorded(home, "THIRD LTD")
        backup(place, tmp_path / "backup")
        new = recorded(home, "NEWFIRM LTD")
        for scan in (old, new):
            forget_scan(home, scan, 0.0)
        pictures = home.store.erased_names(old)
    put_back(tmp_path / "backup", place)
    with opened(place) as home:
        assert home.store.forgotten(old)
        assert home.store.forgotten(new)
        publish_records(home)
        assert records(home) == {third}
        assert not any(map(home.archive.has, pictures))
        assert not home.store.unfinished_erasures()
        again = Scan(id=new, pages=(), form="receipt", form_version=1)
        assert not home.store.put_scan(again, [], now()), "what this state never had is refused all the same"
        rebuild_records(home)
        assert records(home) == {third}
        assert {scan for scan, _ in query.erased(home.settings.records)} == {old, new}
    assert not words_in(place, "OLDFIRM")
    assert not words_in(place, "NEWFIRM")


def test_without_the_list_what_records_db_lists_as_erased_is_erased_again(place: Path, tmp_path: Path) -> None:
    """As in a home of an earlier version, or where the list was not kept."""
    with opened(place) as home:
        old = recorded(home, "OLDFIRM LTD")
        backup(place, tmp_path / "backup")
        kept = recorded(home, "KEPT LTD")
        forget_scan(home, old, 0.0)
    put_back(tmp_path / "backup", place)
    (place / "state.erased").unlink()
    with opened(place) as home:
        publish_records(home)
        assert home.store.forgotten(old)
        assert records(home) == set()
        assert kept not in {state.scan.id for state in home.store.scan_states()}
    assert (place / "state.erased").stat().st_size


def test_what_changes_after_an_older_state_was_put_back_is_published(place: Path, tmp_path: Path) -> None:
    with opened(place) as home:
        first = recorded(home, "FIRST LTD")
        backup(place, tmp_path / "backup")
        for number in range(3):
            forget_scan(home, recorded(home, f"LATER {number} LTD"), 0.0)
        followed = max(each.changed for each in query.records(home.settings.records, "receipt")) + 6
    put_back(tmp_path / "backup", place)
    with opened(place) as home:
        forget_scan(home, first, 0.0)
        assert records(home) == set(), "the positions of two states are never mixed up"
        fresh = recorded(home, "FRESH LTD")
        (published,) = query.records(home.settings.records, "receipt")
        assert published.scan == fresh
        assert published.changed > followed, "who follows the changes misses none"


@pytest.mark.promise("a keyed hash of")
def test_an_erasure_that_was_listed_and_did_not_come_to_an_end_is_made_good(place: Path) -> None:
    """The power fails between the list and the transaction."""
    with opened(place) as home:
        scan = recorded(home, "OLDFIRM LTD")
        home.store.erasures.add({home.store._keyed(scan): 1})
    with opened(place) as home:
        assert home.store.forgotten(scan)


def test_a_line_that_was_cut_short_harms_no_other(place: Path) -> None:
    with opened(place) as home:
        scans = [recorded(home, f"FIRM {number}") for number in range(2)]
        forget_scan(home, scans[0], 0.0)
    with (place / "state.erased").open("ab") as file:
        file.write(b"0123abc")
    with opened(place) as home:
        forget_scan(home, scans[1], 0.0)
    assert len((place / "state.erased").read_bytes().splitlines()) == 3
    with opened(place) as home:
        assert len(home.store.erasures.read()) == 2


@pytest.mark.promise("where a program that")
@pytest.mark.parametrize("name", ["state.db", "records.db"])
def test_forgetting_says_so_while_a_reader_keeps_words_in_the_files(place: Path, name: str) -> None:
    with opened(place) as home:
        scan = recorded(home, "OLDFIRM LTD")
        with closing(sqlite3.connect(place / name, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM sqlite_master").fetchall()
            with pytest.raises(ErasureUnfinished, match=rf"{name} \(read by .+\).*finishes it"):
                forget_scan(home, scan, 0.1)
            assert home.store.unfinished_erasures() == [scan]
        reconcile_home(home)
        assert not home.store.unfinished_erasures()
        assert not words_in(place, "OLDFIRM"), "it was finished by itself"


@pytest.mark.promise("where a program that")
def test_forgetting_waits_for_a_reader_that_ends(place: Path) -> None:
    with opened(place) as home:
        scan = recorded(home, "OLDFIRM LTD")
        reader = sqlite3.connect(place / "state.db", isolation_level=None, check_same_thread=False)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM scan").fetchall()
        ends = threading.Timer(0.5, lambda: reader.execute("COMMIT"))
        ends.start()
        begun = time.monotonic()
        forget_scan(home, scan, 20.0)
        ends.join()
        reader.close()
        assert time.monotonic() - begun > 0.3
        assert not words_in(place, "OLDFIRM")


@pytest.mark.parametrize("damage", ["missing", "short", "another"])
def test_a_state_without_its_key_stops_and_says_what_brings_it_back(place: Path, damage: str) -> None:
    with opened(place):
        pass
    key = place / "state.key"
    kept = key.read_bytes()
    key.unlink()
    if damage != "missing":
        key.write_bytes(kept[:7] if damage == "short" else bytes(32))
    before = (place / "state.db").read_bytes()
    with pytest.raises(StoreError, match=r"state\.key .*[Pp]ut .*back"):
        open_store(place / "state.db")
    assert (place / "state.db").read_bytes() == before
    assert key.exists() == (damage != "missing"), "no new key is made"
    key.write_bytes(kept)
    open_store(place / "state.db").close()


@pytest.mark.parametrize("damage", ["no database", "middle", "empty"])
def test_records_are_made_anew_whatever_is_left_of_them(place: Path, damage: str) -> None:
    with opened(place) as home:
        scans = {recorded(home, f"FIRM {number}") for number in range(3)}
        file = home.settings.records
        content = file.read_bytes()
        broken = {
            "no database": b"garbage" * 999,
            "middle": content[:4096] + b"\xff" * (len(content) - 4096),
            "empty": b"",
        }
        file.write_bytes(broken[damage])
        if damage == "no database":
            with pytest.raises(StoreError, match="records rebuild"):
                publish_records(home)
        rebuild_records(home)
        assert records(home) == scans
        assert {each.name for each in place.glob("records*")} <= {"records.db", "records.db-wal", "records.db-shm"}


def test_a_state_that_is_newer_than_the_records_goes_on(place: Path) -> None:
    with opened(place) as home:
        first = recorded(home, "FIRST LTD")
        old = home.settings.records.read_bytes()
        second = recorded(home, "SECOND LTD")
        home.settings.records.write_bytes(old)
        publish_records(home)
        assert records(home) == {first, second}
        assert home.store.past_retention(now() + timedelta(days=1)) == []


@pytest.mark.promise("those that are known")
def test_what_is_known_already_is_looked_at_and_put_right(place: Path) -> None:
    """Of files, and of the masked copies of a form with payment data."""
    with opened(place) as home:
        for form, photograph in (("receipt", CASES / "receipt-007.jpg"), ("bon-de-commande", TYPED)):
            (first,) = take_in(home, [photograph], form, "first")
            (again,) = take_in(home, [photograph], form, "again")
            assert isinstance(first, TakenScan)
            assert isinstance(again, TakenScan)
            assert (first.new, again.new, again.lost) == (True, False, False)
            name = first.scan.pages[0].file
            file = next(file for file in (place / "archive").rglob(name))
            for left in (None, b"", file.read_bytes()[:-1]):
                file.unlink() if left is None else file.write_bytes(left)
                assert not is_known(home, first.scan.id, home.forms.find(form))
                (healed,) = take_in(home, [photograph], form, "healed")
                assert isinstance(healed, TakenScan)
                assert (healed.new, healed.lost) == (False, False)
                assert all(home.archive.is_whole(page.file) for page in home.store.scan(first.scan.id).pages)


def test_lost_pictures_of_what_was_read_are_made_again(place: Path) -> None:
    with opened(place) as home:
        (first,) = take_in(home, [CASES / "receipt-007.jpg"], "receipt", "first")
        assert isinstance(first, TakenScan)
        picture = home.archive.put(b"a picture of a page")
        page = PagePicture(number=1, sha256=picture, size=(10, 10))
        home.store.put_reads(
            first.scan.id, ReadResult(readings=(), places=(), fit=None, quality={}, pictures=(page,)), now()
        )
        home.archive.erase(picture)
        (again,) = take_in(home, [CASES / "receipt-007.jpg"], "receipt", "again")
        assert isinstance(again, TakenScan)
        assert again.lost, "ingest reads it again"


def test_a_masked_copy_is_never_healed_by_the_file_in_clear(place: Path) -> None:
    """Under another form nobody knows where to mask: better lost than a card number in the archive."""
    with opened(place) as home:
        (first,) = take_in(home, [TYPED], "bon-de-commande", "first")
        assert isinstance(first, TakenScan)
        home.archive.erase(first.scan.pages[0].file)
        (again,) = take_in(home, [TYPED], "receipt", "again")
        assert isinstance(again, TakenScan)
        assert again.lost
        assert not home.archive.has(hashlib.sha256(TYPED.read_bytes()).hexdigest())


def test_the_doctor_looks_deep_and_says_what_to_do(place: Path) -> None:
    settings = configuration.load_settings(place)
    with opened(place) as home:
        scans = [recorded(home, f"FIRM {number}") for number in range(2)]
        kept = home.store.kept_names(scans[0])[0]
    assert [each for each in examine_deeply(settings) if not each.warning] == []
    (place / "archive" / kept[:2] / kept).write_bytes(b"")
    with closing(sqlite3.connect(place / "state.db")) as connection:
        connection.execute("DROP TRIGGER ledger_kept")
    (found,) = examine_deeply(settings)
    assert (found.check, "ledger_kept is missing" in found.message) == ("state", True)
    with closing(sqlite3.connect(place / "state.db")) as connection:
        connection.execute(
            "CREATE TRIGGER ledger_kept BEFORE DELETE ON ledger "
            "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        )
    (place / "records.db").write_bytes(b"garbage" * 999)
    found_later = {each.check: each for each in examine_deeply(settings) if not each.warning}
    assert found_later.keys() == {"archive", "records"}
    assert found_later["records"].mend == "fairhand records rebuild"
    content = bytearray((place / "state.db").read_bytes())
    content[20_000:36_000] = bytes(16_000)
    (place / "state.db").write_bytes(content)
    assert {each.check for each in examine_deeply(settings)} == {"state"}
