"""What commands say that were given twice, of what is gone, or with a value that cannot be."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from flows.home.home import Home, now
from flows.steps.provisional_records import keep_provisional
from flows.steps.reconcile_scans import reconcile_home
from flows.terminal.printing import one_line
from tests.flows.house import PATIENCE, House
from tests.flows.steps.test_provisional_records import stranded
from tests.flows.steps.test_reconcile_scans import RECEIPT, received
from transcribe.errors import DiskFull
from transcribe.model import PageFingerprint, Scan
from transcribe.store.drivers import sqlite
from transcribe.store.facts import ScanSearch


@pytest.fixture
def scan(rooms: Home) -> Scan:
    """An order that machines have read, in a batch."""
    return received(rooms, texts={"total": ("12.50", "12.50")}, batch="monday")


def test_who_resumes_a_batch_that_goes_on_is_told_that_nothing_has_changed(house: House, scan: Scan) -> None:
    told = house.run("batch", "resume", scan.batch, "--why", "to be sure")
    assert (told.code, "not cancelled" in told.err) == (0, True)
    house.run("batch", "cancel", scan.batch, "--why", "no more")
    assert "not cancelled" not in house.run("batch", "resume", scan.batch, "--why", "it is wanted").err


def test_who_cancels_a_batch_twice_is_told_that_nothing_has_changed(house: House, rooms: Home, scan: Scan) -> None:
    words = ("batch", "cancel", scan.batch, "--why", "no more")
    assert house.run(*words).err == ""
    before = len(rooms.store.audit())
    told = house.run(*words)
    assert (told.code, told.err) == (0, "It was cancelled so already: nothing has changed.\n")
    assert len(rooms.store.audit()) == before
    assert house.run(*words, "--withdraw").err == "", "that is more"


def test_a_pair_is_settled_once_and_open_only_where_there_is_one(house: House, rooms: Home, scan: Scan) -> None:
    other = received(rooms, texts={"total": ("13.50", "13.50")})
    words = ("scan", "settle", scan.id, other.id, "--why", "w", "--as")
    told = house.run(*words, "open")
    assert (told.code, "The two are no pair" in told.err, rooms.store.duplicates()) == (2, True, [])
    assert house.run(*words, "different").err == ""
    before = len(rooms.store.audit()), len(rooms.store.outbox(0))
    again = house.run(*words, "different")
    assert (again.code, again.err) == (0, "It was settled so already: nothing has changed.\n")
    assert (len(rooms.store.audit()), len(rooms.store.outbox(0))) == before
    assert "are no pair any more" in house.run(*words, "open").out, "nobody had found one"
    rooms.store.put_fingerprints(scan.id, [PageFingerprint(number=1, bits=bytes(256))], 0.24, "flag", now())
    rooms.store.put_fingerprints(other.id, [PageFingerprint(number=1, bits=bytes(256))], 0.24, "flag", now())
    assert "nothing has changed" in house.run(*words, "open").err


def test_a_value_is_corrected_and_asked_once(house: House, rooms: Home, scan: Scan) -> None:
    reconcile_home(rooms)
    for verb, already in (("correct", "corrected so"), ("ask", "asked again")):
        words = ("value", verb, scan.id[:12], "total", *(("12.60",) if verb == "correct" else ()), "--why", "w")
        assert house.run(*words).err == ""
        before = len(rooms.store.audit()), len(rooms.store.acts()), len(rooms.store.readings(scan.id))
        told = house.run(*words)
        assert (told.code, told.err) == (0, f"It is {already} already: nothing has changed.\n".replace("is c", "was c"))
        assert (len(rooms.store.audit()), len(rooms.store.acts()), len(rooms.store.readings(scan.id))) == before
    words = ("value", "correct", scan.id[:12], "total", "12.60", "--why", "w")
    assert house.run(*words).err == "", "it answers the question that was asked since"


def test_a_due_date_that_is_past_is_called_that(house: House, scan: Scan) -> None:
    earlier = f"{now() - timedelta(days=2):%Y-%m-%d}"
    told = house.run("batch", "due", scan.batch, earlier, "--why", "promised")
    assert (told.code, "is past" in told.err) == (0, True)
    later = f"{now() + timedelta(days=2):%Y-%m-%d}"
    assert house.run("batch", "due", scan.batch, later, "--why", "promised").err == ""
    for nonsense in ("1900-01-01", "9999-12-31"):
        told = house.run("batch", "due", scan.batch, nonsense, "--why", "promised")
        assert (told.code, "at most one year past" in told.err) == (2, True)


def test_a_note_of_several_lines_is_one_line_of_what_was_done(house: House, scan: Scan) -> None:
    house.run("batch", "note", scan.batch, "first\nsecond line")
    shown = house.run("batch", "show", scan.batch).out
    assert one_line("first\nsecond line") in shown
    assert not any(line.startswith("second") for line in shown.splitlines())


def test_a_scan_aside_or_back_already_is_said_to_be(house: House, scan: Scan) -> None:
    name = scan.id[:12]
    assert "not set aside; nothing has changed" in house.run("scan", "bring-back", name, "--why", "w").out
    assert "nothing has changed" not in house.run("scan", "set-aside", name, "--why", "w").out
    assert "set aside already; nothing has changed" in house.run("scan", "set-aside", name, "--why", "w").out
    assert "is asked about again" in house.run("scan", "bring-back", name, "--why", "w").out


def test_a_scan_is_forgotten_once_and_then_said_to_be_gone(house: House, scan: Scan) -> None:
    name = scan.id[:12]
    assert "pictures are erased" in house.run("scan", "forget", name, "--why", "asked", "--yes").out
    again = house.run("scan", "forget", name, "--why", "asked", "--yes")
    assert (again.code, "was forgotten before" in again.out) == (0, True)
    explained = house.run("scan", "explain", name, "total")
    assert explained.out.startswith(f"{name} total"), "its name is gone"
    assert f"The scan was forgotten on {now():%Y-%m-%d}" in explained.out
    wrong = (
        ("scan", "turn", name, "90"),
        ("scan", "retake", name, __file__),
        ("scan", "split", name, "--at", "2"),
        ("scan", "read-again", name),
    )
    for words in wrong:
        told = house.run(*words, "--why", "w")
        assert (told.code, f"{name} is forgotten" in told.err) == (2, True), words
    assert "has lost its name" in house.run("scan", "explain", "order-7.jpg", "total").err
    assert house.run("log", "verify").code == 0


def test_pages_are_not_read_again_to_be_turned_by_nothing(house: House, scan: Scan) -> None:
    told = house.run("scan", "turn", scan.id[:12], "0", "--why", "w")
    assert (told.code, "90, 180 or 270" in told.err) == (2, True)


def test_the_explanation_of_a_scan_begins_with_one_line(house: House, rooms: Home) -> None:
    scan = received(rooms, texts={"total": ("12.50", "12.50")})
    with rooms.store.db.write():
        rooms.store.db.connection.execute("UPDATE scan SET name = 'two\nlines.jpg'")  # type: ignore[attr-defined]
    assert house.run("scan", "explain", scan.id[:12], "total").out.startswith("two lines.jpg total (form receipt")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("batch", "priority", "monday", "urgent", "--why", "w"), "'urgent' is no whole number"),
        (("people", "check", "--last", "0"), "0 is too small. It is 1 at least."),
        (("simulate", "--target", "2"), "2 is too large. It is 0.99999 at most."),
        (("simulate", "--target", "good"), "'good' is no number"),
        (("announce", "work", "2026-13-01", "--hours", "3"), "'2026-13-01' is no day and no time"),
        (("scan", "settle", "a", "b", "--as", "same", "--why", "w"), "'--as': 'same' is not one of"),
    ],
)
def test_a_value_that_cannot_be_is_said_in_words_for_people(
    house: House, rooms: Home, words: tuple[str, ...], said: str
) -> None:
    told = house.run(*words)
    assert (told.code, said in told.err) == (2, True), told.err


@pytest.mark.parametrize("name", ["", " Mina", "Mi\nna", "x" * 101])
def test_nobody_is_added_under_a_name_that_nobody_can_be_called_by(house: House, rooms: Home, name: str) -> None:
    told = house.run("people", "add", name)
    assert (told.code, "Nobody can be called" in told.err) == (2, True)
    assert not rooms.store.transcribers()


def test_a_name_that_turns_the_direction_of_writing_is_refused(house: House, rooms: Home) -> None:
    told = house.run("people", "add", "Mi\u202ena")
    assert (told.code, "turns the direction of writing" in told.err) == (2, True)
    assert not rooms.store.transcribers()


def test_a_language_that_there_is_not_is_refused(house: House, rooms: Home) -> None:
    told = house.run("people", "add", "Mina", "--language", "german")
    assert (told.code, "'german'" in told.err) == (2, True)
    assert house.run("people", "add", "Mina", "--language", "de", "--language", "pt_BR").code == 0


def test_an_order_with_a_provisional_record_alone_waits_for_people(rooms: Home) -> None:
    stranded(rooms)
    keep_provisional(rooms)
    assert [each.word for each in rooms.store.scan_states()] == ["waits for people"]
    while rooms.store.sum_up(now()):
        pass
    assert [each.state for each in rooms.store.find_scans(ScanSearch(), 9)] == ["waits for people"]
    assert rooms.store.gauges(now()).scans == {("waits for people",): 1}


def test_a_known_value_is_added_and_withdrawn_once(house: House, scan: Scan) -> None:
    name = scan.id[:12]
    assert "is known: '12.50'." in house.run("gold", "add", name, "total", "12.50", "--why", "w").out
    assert "is known already" in house.run("gold", "add", name, "total", "12.50", "--why", "w").out
    assert "'12.60', and no longer '12.50'" in house.run("gold", "add", name, "total", "12.60", "--why", "w").out
    assert f"\n{name}  " in house.run("gold", "list").out
    assert "no longer held to be known" in house.run("gold", "withdraw", name, "total", "--why", "w").out
    assert "nothing has changed" in house.run("gold", "withdraw", name, "total", "--why", "w").out
    assert house.run("gold", "list").out == "No value is held to be known.\n"


def test_a_value_is_locked_and_unlocked_once(house: House, rooms: Home, scan: Scan) -> None:
    reconcile_home(rooms)
    house.run("value", "correct", scan.id[:12], "total", "12.50", "--why", "w")
    words = ("value", "lock", scan.id[:12], "total", "--why", "w")
    assert [house.run(*words).err, house.run(*words).err] == ["", "It was locked already: nothing has changed.\n"]
    words = ("value", "unlock", *words[2:])
    assert [house.run(*words).err, house.run(*words).err] == ["", "It was not locked: nothing has changed.\n"]


def test_a_record_that_is_found_says_that_it_is_provisional(house: House, rooms: Home) -> None:
    stranded(rooms)
    house.run("records", "publish", "--provisional")
    assert house.run("records", "query", "receipt").out.splitlines()[1].split()[1] == "provisional"
    (scan,) = (each.scan for each in rooms.store.scan_states())
    for field in ("company", "date", "total"):
        house.run("value", "correct", scan.id[:12], field, {"total": "12.50"}.get(field, RECEIPT[field]), "--why", "w")
    assert "state" not in house.run("records", "query", "receipt").out.splitlines()[0].split()


def test_a_home_on_a_full_disk_says_that_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite.connect

    def small(path: Path) -> sqlite3.Connection:
        connection = real(path)
        connection.execute("PRAGMA max_page_count = 40")
        return connection

    monkeypatch.setattr(sqlite, "connect", small)
    with pytest.raises(DiskFull, match=r"The disk of state\.db is full"):
        sqlite.open_sqlite(tmp_path / "state.db")
    monkeypatch.undo()
    sqlite.open_sqlite(tmp_path / "state.db").close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pay", "rate", "0.05", "--form", "reciept"), "There is no form 'reciept'. Use one of"),
        (("pay", "floor", "0", "--source", "nowhere"), "A floor is more than 0"),
        (
            ("pay", "rate", "0.05", "--currency", "XXX"),
            "Nobody can be paid in XXX: no country has it as its money now.",
        ),
        (("pay", "rate", "0.05", "--currency", "XTS"), "Nobody can be paid in XTS"),
        (("pay", "rate", "0.05", "--currency", "DEM"), "Nobody can be paid in DEM"),
        (("pay", "floor", "12", "--currency", "XAU", "--source", "nowhere"), "Nobody can be paid in XAU"),
        (("pay", "rate", "0.05", "--currency", "EURO"), "'EURO' is no currency. Write its ISO 4217 code"),
        (("log", "verify", "--head", "abc"), "'abc' is no head of a log"),
        (("serve", "--port", "99999"), "99999 is too large. It is 65535 at most."),
        (("serve", "--public-url", "orders.example"), "'orders.example' is no address: write an address that begins"),
        (("simulate", "--form", "receipt"), "Give --form and --truth"),
        (("simulate", "--form", "receipt", "--truth", __file__), "line 1: no file, form and fields"),
    ],
)
def test_what_was_mistyped_is_refused_and_nothing_is_kept(
    house: House, rooms: Home, words: tuple[str, ...], said: str
) -> None:
    told = house.run(*words)
    assert (told.code, said in told.err) == (2, True), told.err
    assert not rooms.store.audit()


def test_only_who_sees_the_desk_is_limited_there(house: House, rooms: Home) -> None:
    house.run("people", "add", "Mina")
    told = house.run("people", "limit", "Mina", "receipt")
    assert (told.code, "Mina is no operator and no auditor" in told.err) == (2, True)
    assert house.run("people", "limit", "Mina").out == "Mina sees all forms.\n"
    house.run("people", "add", "Mina", "--role", "auditor")
    assert house.run("people", "limit", "Mina", "receipt").out == "Mina sees receipt.\n"


def test_a_folder_that_holds_another_home_or_a_backup_is_not_watched(house: House, rooms: Home, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "backups").mkdir(parents=True)
    assert house.run("backup", inbox / "backups").code == 0
    before = sorted(inbox.rglob("*"))
    process = house.start("watch", inbox, "--form", "receipt", forked=True)
    try:
        _, err = process.communicate(timeout=PATIENCE)  # one that watches it goes on for ever
    finally:
        process.kill()
    assert (process.returncode, "holds a home or a backup" in err) == (2, True), err
    assert sorted(inbox.rglob("*")) == before


def test_an_address_that_no_browser_opens_is_no_setting(house: House, rooms: Home) -> None:
    told = House(home=house.home, environment={"FAIRHAND_PUBLIC_URL": "orders.example"}).run("people", "add", "Mina")
    assert (told.code, "FAIRHAND_PUBLIC_URL" in told.err, "https://" in told.err) == (2, True, True)
    known = House(home=house.home, environment={"FAIRHAND_PUBLIC_URL": "https://orders.example"})
    assert "https://orders.example/in/" in known.run("people", "add", "Mina").out


def test_work_is_announced_once(house: House, rooms: Home) -> None:
    words = ("announce", "work", f"{now() + timedelta(days=1):%Y-%m-%d}", "--hours", "3")
    assert house.run(*words).err == ""
    before = len(rooms.store.audit())
    told = house.run(*words)
    assert (told.code, "It was announced already: nothing has changed." in told.err) == (0, True)
    assert (len(rooms.store.audit()), len(rooms.store.expected_work(now()))) == (before, 1)
    assert house.run(*words[:-1], "4").err == "", "other hours are other work"


def test_a_period_that_is_to_come_or_ends_before_it_begins_is_said_to_be_so(house: House, rooms: Home) -> None:
    house.run("people", "add", "Mina")
    later = f"{now() + timedelta(days=2):%Y-%m-%d}"
    for verb in ("set-aside", "take-back"):
        told = house.run("people", verb, "Mina", "--from", later, "--why", "w")
        assert (told.code, f"--from {later} lies in the future" in told.err) == (2, True)
    turned = house.run("people", "set-aside", "Mina", "--from", "2026-01-02", "--to", "2026-01-01", "--why", "w")
    assert (turned.code, "lies before --from" in turned.err) == (2, True)


def test_the_regions_of_people_are_listed(house: House, rooms: Home) -> None:
    house.run("people", "add", "Mina", "--region", "eu", "--region", "ma")
    assert "eu, ma" in house.run("people", "list").out


def test_a_file_that_cannot_be_read_as_a_retake_is_not_to_be_ingested(house: House, scan: Scan, tmp_path: Path) -> None:
    (tmp_path / "new.png").write_bytes(b"no picture at all")
    told = house.run("scan", "retake", scan.id[:12], tmp_path / "new.png", "--why", "w")
    assert (told.code, "ingest" in told.err, "retake the scan with it" in told.err) == (2, False, True), told.err
