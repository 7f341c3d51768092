"""A scan that people say is not its form: asked once more, then set aside or gone on with."""

from __future__ import annotations

import secrets
import sqlite3
import tomllib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.steps.close_appeals import ClosedAppeals, close_appeals
from flows.steps.erasures import rebuild_records
from flows.steps.identify_tasks import FormDoubt, form_doubt
from flows.steps.layout_tasks import distinct_tasks
from flows.steps.reconcile_scans import reconcile_home, reconcile_waiting
from reconcile.decision import answers
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY, Policy
from reconcile.records import query
from tests.flows.house import House
from tests.flows.serving.test_records_api import app_of_records, program
from tests.flows.steps.test_reconcile_scans import RECEIPT, answer, received
from tests.transcribe.extraction.printed import INVOICE, printed
from tests.transcribe.extraction.test_locate import NOW, ODD_LINE, PAGE
from tests.transcribe.store.world import NOON, World, after, field, form, person, sent, world
from transcribe.codes import Flag, Reason, RecordRule
from transcribe.errors import LeaseLost
from transcribe.extraction.locate import locate
from transcribe.forms import definition, load
from transcribe.geometry import Box
from transcribe.model import INK, FieldKey, Form, Place, ReadResult, Scan, Task
from transcribe.ocr.engine import reading
from transcribe.review.views.offers import allowed_pictures, last_answer
from transcribe.store.facts import Offer, SentReading

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


@pytest.mark.promise("You may decide at", "**See why a file")
def test_two_who_agree_set_the_scan_aside_with_the_reason_and_an_operator_brings_it_back(
    house: House, rooms: Home
) -> None:
    mina, omar, nour = people(rooms, "mina", "omar", "nour")
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
    shown = house.run("status").out
    assert "1 scan set aside, about which nobody is asked:" in shown
    assert "Said to be: a cat." in shown
    rooms.store.bring_scan_back(scan.id, "olga", "it is one", now())
    reconcile_home(rooms)
    assert rooms.store.lease(nour, 1, now())[0].kind == "read"
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
    part = unlike(rooms, 0.2)
    reconcile_home(rooms)
    assert rooms.store.open_tasks(Offer(scan=part.id, kinds=("read",)), now()) > 0, "asked field by field"
    assert answer(rooms, mina, None, scan=scan.id).kind == "identify"
    reconcile_home(rooms)
    assert not rooms.store.is_put_aside(scan.id), "nobody decides it alone"
    assert answer(rooms, omar, None, scan=scan.id).kind == "identify"
    reconcile_home(rooms)
    assert rooms.store.is_put_aside(scan.id)


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
    assert form_doubt(load("receipt"), []) == FormDoubt()


@pytest.mark.promise("Each comes with what", "Nothing is changed by")
def test_a_list_of_known_values_is_told_with_counts_and_what_to_write(house: House, rooms: Home) -> None:
    assert house.run("forms", "suggest", "nosuch").code != 0
    few = house.run("forms", "suggest", "receipt")
    assert few.code == 0
    assert "0 scans with decided fields" in few.out
    assert "20 are needed" in few.out
    for number in range(20):
        total, day = f"{12 + number}.50", f"{number + 1:02}/03/2018"
        shop = ("ACME LTD", "Mill & Sons")[number % 2]
        received(rooms, texts={"total": (total, total), "date": (day, day), "company": (shop, shop)})
    reconcile_home(rooms)
    before = house.run("forms", "list", "--json").out
    told = house.run("forms", "suggest", "receipt", "--json")
    assert told.code == 0
    (whole,) = told.json
    assert (whole["form"], whole["records"]) == ("receipt", 20)
    found = {(each["kind"], each["field"]): each for each in whole["suggestions"]}
    shops = found["master", "company"]
    assert (shops["seen"], shops["of"], shops["values"]) == (20, 20, ["ACME LTD", "Mill & Sons"])
    assert tomllib.loads(shops["toml"])["master"][0]["field"] == "company"
    words = house.run("forms", "suggest", "receipt").out
    assert (
        "A list of known values, seen in 20 of 20 records.\nIt rests on 20 values, which engines alone read:" in words
    )
    assert shops["rests_on"] == {"values": 20, "people": 0, "read_by_people": 0}
    assert "value\nACME LTD\nMill & Sons\n" in words
    assert "Nothing was changed." in words
    assert house.run("forms", "list", "--json").out == before


FACTURE = definition.load("facture")


def asked(*rows: str) -> list[Task]:
    words = printed(*rows)
    read = locate("scan", [PAGE], {"tesseract 5 fra": {1: words}, "rapidocr 1": {1: words}}, FACTURE, NOW)
    posteriors = weigh(FACTURE, read.readings, shipped_parameters(), POLICY)
    return list(distinct_tasks(answers(FACTURE, posteriors, POLICY)))


def test_where_rows_of_a_table_may_be_missing_its_rows_are_asked_once_and_none_of_its_cells() -> None:
    short = [ODD_LINE if row == "couleur noire" else row.replace("2 070,00", "2 060,00") for row in INVOICE]
    of_table = [task for task in asked(*short) if task.key.name.startswith("lines")]
    assert [(task.key, task.kind, task.reason) for task in of_table] == [(FieldKey("lines"), "rows", "rows missing")]
    assert not [task for task in asked(*INVOICE) if task.kind == "rows"]


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
    for address, asked in {
        "corrections": {"key": "card_number", "text": NUMBER, "reason": "the till says so"},
        "receipts": {"status": "rejected", "key": "card_number", "reason": "it is missing", "record_version": 1},
    }.items():
        answer = till.post(f"{page}/{address}", json=asked)
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


SMALL = form(field("number", "code"), name="small")
DEADLINE = after(86_400)


def forms(name: str, version: int) -> Form:
    assert (name, version) == ("small", 1)
    return SMALL


@pytest.fixture
def here(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        made.store.put_form(SMALL, "", NOON)
        made.store.put_transcriber(person("fay", "expert"), NOON)
        yield made


def reconcile(here: World, seconds: float) -> None:
    done = reconcile_waiting(here.store, forms, Policy(), lambda: after(seconds), lambda scan, shown: None)
    assert done.failed == ()


def decided(here: World, scan: str) -> list[str]:
    return [each.text for each in here.store.decisions(scan)]


def read_until_decided(here: World, texts: dict[str, str]) -> str:
    """People read one scan one after the other, the loop between them; the id of ann's reading."""
    scan = here.scan("a", form=SMALL)
    reading = ""
    reconcile(here, 0)
    for place, (who, text) in enumerate(texts.items(), start=1):
        kinds = Offer(pools=("expert", "read"), scan=scan.id)
        for task in here.store.lease(who, 1, after(place * 10), offer=kinds):
            kept = here.store.submit(task.id, who, sent(text, "i"), after(place * 10 + 5))
            reading = kept.reading if who == "ann" else reading
        reconcile(here, place * 10 + 6)
    return reading


def hear(here: World, text: str) -> None:
    (task,) = here.store.lease("fay", 1, after(500), offer=Offer(pools=("expert",)))
    here.store.submit(task.id, "fay", sent(text, "heard"), after(510))


def test_one_who_was_right_against_two_is_upheld_and_the_decision_changes(here: World) -> None:
    reading = read_until_decided(here, {"ann": "B7", "ben": "B1", "cat": "B1", "eve": "B1"})
    (scan,) = [each.scan.id for each in here.store.scan_states()]
    assert decided(here, scan) == ["B1"]
    appeal = here.store.open_appeal(reading, "ann", "that is a seven", DEADLINE, after(400))
    assert close_appeals(here.store, forms, after(450)) == ClosedAppeals()
    hear(here, "b7")
    assert close_appeals(here.store, forms, after(520)) == ClosedAppeals(upheld=1)
    (done,) = here.store.appeals()
    assert (done.id, done.outcome, done.minority) == (appeal.id, "upheld", True)
    reconcile(here, 530)
    assert decided(here, scan) == ["b7"]
    records = [entry.record for entry in here.store.outbox(0)]
    assert [[each.text for each in record.decisions] for record in records if record] == [["B1"], ["b7"]]


@pytest.mark.promise("such a check is", "An appeal that no", "the person is told once.")
def test_an_appeal_that_nobody_heard_is_late_and_stays_open_until_somebody_hears_it(here: World) -> None:
    reading = read_until_decided(here, {"ann": "B7", "ben": "B1", "cat": "B1", "eve": "B1"})
    here.store.open_appeal(reading, "ann", "", DEADLINE, after(400))
    assert close_appeals(here.store, forms, DEADLINE) == ClosedAppeals()
    after_it = DEADLINE + timedelta(seconds=1)
    assert close_appeals(here.store, forms, after_it) == ClosedAppeals(late=1)
    assert close_appeals(here.store, forms, after_it) == ClosedAppeals()
    assert here.store.appeals()[0].outcome is None
    (task,) = here.store.lease("fay", 1, after_it, offer=Offer(pools=("expert",)))
    here.store.submit(task.id, "fay", sent("B7", "heard"), after_it)
    assert close_appeals(here.store, forms, after_it) == ClosedAppeals(upheld=1)
    assert here.store.truths() == [], "what was heard late is no truth"


@pytest.mark.promise(
    "No expert could hear your appeal: the scan was erased before. Your",
    "No expert could hear your appeal: the scan was erased before.",
    "not heard: the scan",
)
@pytest.mark.parametrize("is_heard", [True, False])
def test_an_appeal_whose_words_were_forgotten_ends_without_a_judgement(here: World, is_heard: bool) -> None:
    reading = read_until_decided(here, {"ann": "B7", "ben": "B1", "cat": "B1", "eve": "B1"})
    (scan,) = [each.scan.id for each in here.store.scan_states()]
    here.store.open_appeal(reading, "ann", "", DEADLINE, after(400))
    if is_heard:
        hear(here, "B1")
    here.store.forget(scan, after(515))
    assert close_appeals(here.store, forms, after(520)) == ClosedAppeals(no_expert=1)
    assert here.store.truths() == []
    assert here.store.appeals(open_only=True) == []
    assert close_appeals(here.store, forms, DEADLINE + timedelta(days=30)) == ClosedAppeals()
    assert "appeal late" not in {each.kind for each in here.store.notices("ann")}
