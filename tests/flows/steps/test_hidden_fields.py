"""Payment data: nobody is asked about them, no command and no program can put them in, and it is said why."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.house import House
from tests.flows.serving.test_records_api import app_of_records, program
from transcribe.codes import Flag, Reason
from transcribe.geometry import Box
from transcribe.model import INK, FieldKey, Place, ReadResult, Scan, Task
from transcribe.ocr.engine import reading
from transcribe.review.views.offers import allowed_pictures
from transcribe.store.facts import Offer, SentReading

CARD = FieldKey("card_number")
MARKS = ("checkbox", "signature")
NUMBER = "4929 1375 0246 8813"
"""A number that passes its check, and is nobody's."""


def order(rooms: Home, *, filled: bool = True, sure: float = 0.9991) -> Scan:
    """An order whose fields all are blank but that of the card number, as reading them leaves them."""
    form = rooms.use_form("order-form")
    scan = Scan(id=secrets.token_hex(32), pages=(), form=form.name, form_version=form.version)
    rooms.store.put_scan(scan, [], now())
    said = [
        reading(
            scan=scan.id,
            key=key,
            source=INK,
            text=None if key == CARD and filled else "false" if form.field(key.name).type in MARKS else "",
            at=now(),
            confidence=sure if key == CARD else 0.9999,
            conditions={"fit": 0.99, "quality": 0.9, "place": 1.0},
            flags=(Flag.MASKED,) if key == CARD and filled else (),
        )
        for key in [*form.keys()]
    ]
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=tuple(said), fit=0.99, quality={}), now())
    return scan


def recorded(rooms: Home) -> Scan:
    """An order with a record: of its total the ink test alone is not sure enough, and an expert reads it."""
    scan = order(rooms)
    reconcile_home(rooms)
    expert = invite(rooms, "ida", ["expert"]).person
    held = rooms.store.lease(expert.id, 500, now(), 600.0, Offer(pools=("expert", "read")))
    (asked,) = [each for each in held if each.key == FieldKey("total")]
    rooms.store.submit(asked.id, expert.id, SentReading(text="", idem=asked.id), now())
    reconcile_home(rooms)
    return scan


@pytest.mark.promise("%(field)s looks like payment", "The field %(key)s holds")
@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("sure", [0.6, 0.9991])
def test_payment_data_are_asked_of_nobody_though_everything_is_audited(rooms: Home, filled: bool, sure: float) -> None:
    audited = replace(rooms, settings=rooms.settings.model_copy(update={"audit_share": 1.0}))
    scans = [order(rooms, filled=filled, sure=sure) for _ in range(3)]
    reconcile_home(audited)
    expert = invite(rooms, "eve", ["expert"]).person
    offered = rooms.store.lease(expert.id, 500, now(), 600.0, Offer(pools=("expert", "read")))
    assert "audit" in {each.kind for each in offered}, "other fields are audited"
    assert CARD not in {each.key for each in offered}
    for scan in scans:
        (decided,) = [each for each in rooms.store.decisions(scan.id) if each.key == CARD]
        assert decided.null == ("illegible" if filled or sure < 0.9 else "blank")


def test_a_hidden_number_is_said_to_be_one_and_as_sure_as_that_something_is_written(house: House, rooms: Home) -> None:
    scan = recorded(rooms)
    (decided,) = [each for each in rooms.store.decisions(scan.id) if each.key == CARD]
    assert decided.probability == 0.9991
    told = house.run("scan", "explain", scan.id, "card_number").out
    assert "Payment data: painted over before anybody could read them, on purpose." in told
    assert "all readings are wrong" not in told
    with closing(sqlite3.connect(rooms.settings.records)) as records:
        assert records.execute("select least_probability > 0.99 from records").fetchall() == [(1,)]


@pytest.mark.promise("The field %(key)s holds")
@pytest.mark.parametrize(
    "words",
    [
        ["value", "ask", "{scan}", "card_number", "--why", "it is wrong"],
        ["value", "correct", "{scan}", "card_number", NUMBER, "--why", "the customer rang"],
        ["value", "correct", "{scan}", "card_number", NUMBER, "--why", "the customer rang", "--anyway"],
        ["gold", "add", "{scan}", "card_number", NUMBER, "--why", "it is known"],
    ],
)
def test_no_command_asks_for_payment_data_or_takes_them(house: House, rooms: Home, words: list[str]) -> None:
    scan = order(rooms)
    reconcile_home(rooms)
    done = house.run(*(each.format(scan=scan.id) for each in words))
    assert done.code == 2
    assert "The field card_number holds payment data, which are painted over and kept nowhere" in done.err
    history = rooms.store.field_history(scan.id, CARD)
    assert (len(history.readings), history.tasks, history.truth) == (1, (), None)
    for file in rooms.settings.home.rglob("*"):
        assert not file.is_file() or NUMBER.encode() not in file.read_bytes(), file


@pytest.mark.promise("The field %(key)s holds")
def test_no_program_asks_for_payment_data_or_sends_them(rooms: Home) -> None:
    scan = recorded(rooms)
    till = program(app_of_records(rooms), rooms)
    page = f"/api/v1/records/order-form/{scan.id}"
    for address, sent in {
        "corrections": {"key": "card_number", "text": NUMBER, "reason": "the till says so"},
        "receipts": {"status": "rejected", "key": "card_number", "reason": "it is missing", "record_version": 1},
    }.items():
        answer = till.post(f"{page}/{address}", json=sent)
        assert answer.status_code == 422
        assert "holds payment data" in answer.json()["detail"]
    assert len(rooms.store.field_history(scan.id, CARD).readings) == 1
    reconcile_home(rooms)
    assert rooms.store.field_history(scan.id, CARD).tasks == ()


def test_what_was_asked_again_before_is_asked_of_nobody(rooms: Home) -> None:
    scan = order(rooms)
    rooms.store.ask_value(scan.id, CARD, "op", "an earlier version took it", now())
    reconcile_home(rooms)
    assert rooms.store.field_history(scan.id, CARD).tasks == ()


def test_a_task_that_was_opened_before_shows_no_picture(rooms: Home) -> None:
    scan = order(rooms)
    form = rooms.forms("order-form", scan.form_version)
    task = Task(scan=scan.id, key=CARD, kind="audit", reason=Reason.AUDIT, slot=1)
    place = Place(scan=scan.id, key=CARD, page=1, box=Box(0, 0, 9, 9), confidence=1.0)
    assert allowed_pictures(form, task, place) == ()
    assert allowed_pictures(form, replace(task, key=FieldKey("total")), place) == ("page",)
