"""A scan that people say is not its form: asked once more, then set aside or gone on with."""

from __future__ import annotations

import secrets

import pytest

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.steps.erasures import rebuild_records
from flows.steps.identify_tasks import FormDoubt, form_doubt
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import RECEIPT, answer, received
from transcribe.codes import RecordRule
from transcribe.errors import LeaseLost
from transcribe.forms import load
from transcribe.model import FieldKey, ReadResult, Scan
from transcribe.ocr.engine import reading
from transcribe.review.views.offers import last_answer
from transcribe.store.facts import SentReading

DOUBTFUL = {"total": ("12.50", "12.60"), "date": ("12/03/2025", "13/03/2025")}


def says_not(rooms: Home, who: str, word: str = "") -> str:
    """The person takes the next task and says that its scan is not its form."""
    (task,) = rooms.store.lease(who, 1, now())
    sent = SentReading(text=None, idem=secrets.token_hex(8), flags=frozenset({"not this form"}), legible=word)
    rooms.store.say_not_this_form(task.id, who, sent, now())
    reconcile_home(rooms)
    return task.id


def people(rooms: Home, *names: str) -> list[str]:
    return [invite(rooms, name).person.id for name in names]


def test_two_who_agree_set_the_scan_aside_with_the_reason(rooms: Home) -> None:
    mina, omar = people(rooms, "mina", "omar")
    scan = received(rooms, texts=DOUBTFUL)
    reconcile_home(rooms)
    says_not(rooms, mina, "a cat")
    assert rooms.store.lease(mina, 9, now()) == []
    assert answer(rooms, omar, None).kind == "identify"
    reconcile_home(rooms)
    assert rooms.store.is_put_aside(scan.id)
    (act,) = rooms.store.acts(scan.id)
    assert (act.verb, act.by) == ("scan set aside", "people")
    said = "People say that this is not the form receipt (2 of 2 who were asked). Said to be: a cat."
    assert act.reason.startswith(said)
    assert rooms.store.counts().open_tasks == {}
    assert list(query.records(rooms.settings.records, "receipt")) == []
    assert rooms.store.verify_audit().forgeries == ()


@pytest.mark.promise("You may decide at")
def test_an_operator_brings_it_back_and_it_goes_on_as_its_form(rooms: Home) -> None:
    mina, omar = people(rooms, "mina", "omar")
    scan = received(rooms, texts=DOUBTFUL)
    reconcile_home(rooms)
    says_not(rooms, mina)
    answer(rooms, omar, None)
    reconcile_home(rooms)
    rooms.store.bring_scan_back(scan.id, "olga", "it is one", now())
    reconcile_home(rooms)
    assert {rooms.store.lease(who, 1, now())[0].kind for who in people(rooms, "nour")} == {"read"}
    assert not rooms.store.is_put_aside(scan.id)


def test_one_who_says_otherwise_has_the_fields_asked_again(rooms: Home) -> None:
    mina, omar, nour = people(rooms, "mina", "omar", "nour")
    received(rooms, texts=DOUBTFUL)
    reconcile_home(rooms)
    says_not(rooms, mina)
    answer(rooms, omar, "receipt/1 0")
    reconcile_home(rooms)
    for who in (omar, nour, mina):
        for task in rooms.store.lease(who, 9, now()):
            sent = SentReading(text=RECEIPT[task.key.name], idem=secrets.token_hex(8))
            rooms.store.submit(task.id, who, sent, now())
        reconcile_home(rooms)
    (record,) = query.records(rooms.settings.records, "receipt")
    assert record.values["total"] == "12.50"


def test_nothing_is_published_while_somebody_is_still_to_be_asked(rooms: Home) -> None:
    mina, omar = people(rooms, "mina", "omar")
    scan = received(rooms, texts=DOUBTFUL)
    reconcile_home(rooms)
    (task,) = rooms.store.lease(omar, 1, now())
    says_not(rooms, mina)
    rooms.store.submit(task.id, omar, SentReading(text="12.50", idem=secrets.token_hex(8)), now())
    reconcile_home(rooms)
    assert list(query.records(rooms.settings.records, "receipt")) == []
    assert [each.kind for each in rooms.store.lease(omar, 9, now())] == ["identify"]
    assert not rooms.store.is_put_aside(scan.id)


def test_a_record_that_was_published_says_so_until_it_is_settled(rooms: Home) -> None:
    """It stayed as it was, and whoever had fetched it never heard of the doubt."""
    mina, omar, nour, eve = people(rooms, "mina", "omar", "nour", "zoe")
    received(rooms, texts=DOUBTFUL)
    reconcile_home(rooms)
    for who in (omar, nour):
        for task in rooms.store.lease(who, 9, now()):
            rooms.store.submit(task.id, who, SentReading(text=RECEIPT[task.key.name], idem=secrets.token_hex(8)), now())
        reconcile_home(rooms)
    (first,) = query.records(rooms.settings.records, "receipt")
    assert (first.record_version, first.exceptions) == (1, ())
    rooms.store.ask_value(first.scan, FieldKey("total"), "olga", "is it?", now())
    reconcile_home(rooms)
    says_not(rooms, mina, "a cat")

    def told() -> tuple[int, list[tuple[str, str, str]]]:
        (record,) = query.records(rooms.settings.records, "receipt")
        assert record.values == first.values
        doubts = [each for each in record.exceptions if each.rule != RecordRule.READ_AGAIN]
        return record.record_version, [(each.rule, each.expected, each.found) for each in doubts]

    assert told() == (3, [("the right form", "receipt", "may be another paper")])
    answer(rooms, eve, None)
    reconcile_home(rooms)
    assert told() == (4, [("the right form", "receipt", "another paper")])
    before = told()
    rebuild_records(rooms)
    assert told() == before
    rooms.store.bring_scan_back(first.scan, "olga", "it is one", now())
    reconcile_home(rooms)
    assert told()[1] == []


@pytest.mark.promise("Until it is set")
def test_who_said_it_may_take_it_back_until_the_scan_is_set_aside(rooms: Home) -> None:
    mina, omar = people(rooms, "mina", "omar")
    scan = received(rooms, texts=DOUBTFUL)
    reconcile_home(rooms)
    task = says_not(rooms, mina)
    assert last_answer(rooms.store, mina) == task
    assert rooms.store.undo(task, mina, now()).id == task
    reconcile_home(rooms)
    assert [each.id for each in rooms.store.held(mina, now())] == [task]
    assert {each.kind for each in rooms.store.lease(omar, 9, now())} == {"read"}, "nobody is asked which form it is"
    assert rooms.store.verify_audit().forgeries == ()
    rooms.store.give_back(omar, now())

    again = SentReading(text=None, idem=secrets.token_hex(8), flags=frozenset({"not this form"}))
    assert rooms.store.say_not_this_form(task, mina, again, now()).reading, "it can be said anew"
    reconcile_home(rooms)
    answer(rooms, omar, None)
    reconcile_home(rooms)
    assert rooms.store.is_put_aside(scan.id)
    with pytest.raises(LeaseLost, match="no longer be taken back"):
        rooms.store.undo(task, mina, now())


def test_what_is_taken_back_and_typed_instead_counts_as_any_reading(rooms: Home) -> None:
    (mina,) = people(rooms, "mina")
    scan = received(rooms, texts=DOUBTFUL)
    reconcile_home(rooms)
    task = says_not(rooms, mina)
    key = rooms.store.undo(task, mina, now()).key
    rooms.store.submit(task, mina, SentReading(text=RECEIPT[key.name], idem=secrets.token_hex(8)), now())
    assert [each.key for each in rooms.store.readings(scan.id) if each.kind == "person"] == [key]
    assert last_answer(rooms.store, mina) == task
    assert rooms.store.undo(task, mina, now()).id == task, "the reading is taken back as any other"


def unlike(rooms: Home, fit: float) -> Scan:
    """A scan taken in as an order form, whose page lies on it that well, without a word read."""
    form = rooms.use_form("order-form")
    scan = Scan(id=secrets.token_hex(32), pages=(), form=form.name, form_version=form.version)
    rooms.store.put_scan(scan, [], now())
    found = tuple(
        reading(
            scan=scan.id,
            key=FieldKey(field.name),
            source="ink",
            text=None,
            at=now(),
            confidence=None,
            conditions={"fit": fit, "place": 0.0},
            flags=("not fitting",),
        )
        for field in form.fields
    )
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=found, fit=fit, quality={}), now())
    return scan


def test_where_nothing_of_the_form_was_found_that_one_question_comes_first(rooms: Home) -> None:
    mina, omar = people(rooms, "mina", "omar")
    scan = unlike(rooms, 0.0)
    reconcile_home(rooms)
    assert answer(rooms, mina, None).kind == "identify"
    reconcile_home(rooms)
    assert not rooms.store.is_put_aside(scan.id), "nobody decides it alone"
    assert answer(rooms, omar, None).kind == "identify"
    reconcile_home(rooms)
    assert rooms.store.is_put_aside(scan.id)


def test_a_form_that_machines_did_not_recognise_is_read_by_people_after_one_says_so(rooms: Home) -> None:
    mina, omar = people(rooms, "mina", "omar")
    scan = unlike(rooms, 0.0)
    reconcile_home(rooms)
    answer(rooms, mina, f"order-form/{scan.form_version} 0")
    reconcile_home(rooms)
    assert rooms.store.lease(omar, 1, now())[0].kind == "read"


def test_a_page_on_which_something_of_the_form_was_found_is_asked_field_by_field(rooms: Home) -> None:
    (mina,) = people(rooms, "mina")
    unlike(rooms, 0.2)
    reconcile_home(rooms)
    assert rooms.store.lease(mina, 1, now())[0].kind == "read"


@pytest.mark.parametrize(
    ("against", "by", "found", "is_open", "is_agreed"),
    [
        (1, 0, False, True, False),
        (2, 0, False, False, True),
        (1, 1, False, False, False),
        (2, 1, False, True, False),
        (3, 1, False, False, True),
        (0, 0, True, True, False),
        (0, 1, True, False, False),
        (2, 0, True, False, True),
    ],
)
def test_so_many_say_so(against: int, by: int, found: bool, is_open: bool, is_agreed: bool) -> None:
    names = [f"a{number}" for number in range(against)], [f"b{number}" for number in range(by)]
    doubt = FormDoubt(against=frozenset(names[0]), by=frozenset(names[1]), is_doubted=against > 0, nothing_found=found)
    assert (doubt.is_open, doubt.is_agreed) == (is_open, is_agreed)


def test_nothing_is_doubted_where_nobody_has_said_so() -> None:
    assert form_doubt(load("receipt"), []) == FormDoubt()


@pytest.mark.promise("**See why a file")
def test_the_status_says_what_people_set_aside_and_why(house: House, rooms: Home) -> None:
    mina, omar = people(rooms, "mina", "omar")
    received(rooms, texts=DOUBTFUL)
    reconcile_home(rooms)
    says_not(rooms, mina, "a cat")
    answer(rooms, omar, None)
    reconcile_home(rooms)
    shown = house.run("status").out
    assert "1 scan set aside, about which nobody is asked:" in shown
    assert "Said to be: a cat." in shown
    (as_json,) = house.run("status", "--json").json
    assert as_json["scan_states"][0]["aside_because"].startswith("People say")


@pytest.mark.parametrize(
    ("texts", "flags", "is_asked"),
    [((None, None), (), False), (("A", None), ("another document",), True), (("A", None), (), False)],
)
def test_of_a_form_without_a_blank_it_is_that_the_amount_is_nowhere(
    texts: tuple[str | None, ...], flags: tuple[str, ...], is_asked: bool
) -> None:
    found = [
        reading(
            scan="s",
            key=FieldKey(name),
            source="tesseract",
            text=text,
            at=now(),
            confidence=0.5,
            conditions={},
            flags=flags,
        )
        for name, text in zip(("company", "date"), texts, strict=True)
    ]
    assert form_doubt(load("receipt"), found).is_open == is_asked
