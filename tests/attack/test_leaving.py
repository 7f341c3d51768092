"""Who leaves is forgotten whole: name, time zone and what they wrote are in no file, and their pay is what it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, sent
from transcribe.model import FieldKey
from transcribe.store.facts import Floor, Rate

NAME = "leaver7Q4Z"
"""What everything is called that must be gone."""

ZONE = "Pacific/Chatham"
"""A time zone in which it is tomorrow already at noon."""

NUMBER, TOTAL = FieldKey("number"), FieldKey("total")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    """A home where ann, called otherwise here, read two fields and asked, disputed and contested."""
    made = World(tmp_path / "state.db")
    store = made.store
    store.put_rate(Rate(form="", micro=5, currency="EUR", since=NOON), NOON)
    who = store.transcriber("ann").id
    store.set_time_zone(who, ZONE, NOON)
    scan = made.scan("a")
    made.ask(scan, "number", "total")
    first, second = store.lease("ann", 2, NOON)
    store.put_question(first.id, "ann", f"{NAME} asks", 3.0, after(3))
    reading = store.submit(first.id, "ann", sent("A1", "one"), after(9)).reading
    store.submit(second.id, "ann", sent("2", "two"), after(20))
    store.put_floor(Floor(micro=12_000_000, currency="EUR", source="by law", since=NOON), NOON)
    dispute = store.dispute_time(second.id, "ann", 60.0, f"{NAME} waited", after(21))
    store.answer_dispute(dispute.id, 5.0, after(22), reason=f"{NAME} is told")
    made.decide(scan, decision("number", "B2"), record=True)
    store.open_appeal(reading, "ann", f"{NAME} contests", after(86_400), after(23))
    yield made
    made.store.close()


def found(here: World) -> dict[str, list[str]]:
    """The files of the state in which each word stands."""
    files = sorted(here.store.db.path.parent.glob("state.db*"))
    words = (f"{NAME} asks", f"{NAME} waited", f"{NAME} is told", f"{NAME} contests", ZONE)
    return {word: [each.name for each in files if word.encode() in each.read_bytes()] for word in words}


def test_no_word_of_who_left_is_in_a_file(here: World) -> None:
    assert all(found(here).values()), "they are there before"
    here.store.leave("ann", after(30))
    assert not here.store.log_has_words()
    assert not any(found(here).values())
    assert [each.words for each in here.store.questions()] == [""]
    assert [each.words for each in here.store.appeals()] == [""]
    assert [(each.words, each.reason) for each in here.store.disputes()] == [("", "")]
    log = here.store.verify_audit()
    assert (log.broken_at, list(log.forgeries)) == (None, [])


def test_a_reader_delays_the_end_of_the_words_and_does_not_prevent_it(here: World) -> None:
    with closing(sqlite3.connect(here.store.db.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT COUNT(*) FROM transcriber").fetchone()
        here.store.leave("ann", after(30))
        assert here.store.log_has_words()
        assert any(found(here).values())
        reader.execute("COMMIT")
    assert here.store.empty_log()
    assert not here.store.log_has_words()
    assert not any(found(here).values())


def test_top_ups_are_written_by_the_days_of_the_zone_and_never_twice(here: World) -> None:
    who = here.store.transcriber("ann").id
    here.store.leave("ann", after(30))
    before = [line for line in here.store.ledger(who) if line.kind == "top-up"]
    assert {line.reference for line in before} == {"2026-11-25"}, "it was the 25th on Chatham"
    here.store.close_period(after(90_000), "all", after(90_000))
    here.store.close_period(after(190_000), "again", after(190_000))
    assert [line for line in here.store.ledger(who) if line.kind == "top-up"] == before
    assert sum(line.micro for line in here.store.ledger(who)) == 0, "a part of a cent is rounded up"


def test_who_leaves_by_the_pages_is_forgotten_with_the_next_publishing(here: World) -> None:
    """There several deeds are one transaction, in which the log cannot be emptied."""
    with here.store.db.write():
        here.store.leave("ann", after(30))
    assert here.store.log_has_words()
    assert here.store.empty_log()
    assert not here.store.log_has_words()
    assert not any(found(here).values())
