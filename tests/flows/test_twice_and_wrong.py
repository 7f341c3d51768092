"""What commands say that were given twice, of what is gone, or with a value that cannot be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.home.home import Home, now
from flows.steps.provisional_records import keep_provisional
from flows.terminal.printing import one_line
from tests.flows.house import House
from tests.flows.steps.test_provisional_records import stranded
from tests.flows.steps.test_reconcile_scans import received
from transcribe.model import Scan
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


def test_a_due_date_that_is_past_is_called_that(house: House, scan: Scan) -> None:
    told = house.run("batch", "due", scan.batch, "2020-01-01", "--why", "promised")
    assert (told.code, "is past" in told.err) == (0, True)
    later = f"{now() + timedelta(days=2):%Y-%m-%d}"
    assert house.run("batch", "due", scan.batch, later, "--why", "promised").err == ""


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
    with rooms.store.db.write():  # type: ignore[attr-defined]  # a name as a folder may hold it
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
