"""How often sources and decisions were wrong where the truth is known, and how sure that is."""

from __future__ import annotations

from dataclasses import replace

from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.learning.error_rates import Rate, rates
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters, read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both, expert, field, form, ink, reading
from transcribe.i18n.evidence_messages import say
from transcribe.model import Decision, FieldKey, Reading

FORM = form(field("total", "amount"), field("ordered", "date"))
TOTAL, ORDERED = FieldKey("total"), FieldKey("ordered")
PEOPLE = {"ana": "es", "ben": "de", "eve": "de", "new": ""}
LEARNT = read_parameters(shipped_parameters())


def scan(truth: str, *readings: Reading, key: FieldKey = TOTAL, audit: bool = True) -> ScanFacts:
    """One scan of which the truth of one field is known, and decided before its audit where the readings allow it."""
    before = [each for each in readings if each.kind != "expert"]
    answer = decide(FORM.field(key.name), weigh(FORM, before, shipped_parameters(), POLICY)[key], POLICY)
    return ScanFacts(
        form=FORM,
        readings=readings,
        truths={key: truth},
        decisions=(answer,) if isinstance(answer, Decision) else (),
        audited=frozenset({key}) if audit else frozenset(),
    )


def found(*scans: ScanFacts, learnt: LearntParameters = LEARNT) -> dict[tuple[str, str], tuple[int, int]]:
    return {(each.of, each.name): (each.wrong, each.count) for each in rates(scans, PEOPLE, learnt)}


def test_audits_measure_decisions_and_sources() -> None:
    right = scan("15.60", *both("total", "15.60"), expert("total", "15.60"))
    wrong = scan("15.80", *both("total", "15.60"), expert("total", "15.80"))
    measured = found(right, right, wrong)
    assert measured["form", "test"] == (1, 3)
    assert measured["source", "tesseract"] == measured["source", "rapidocr"] == (1, 3)
    assert set(measured) == {("form", "test"), ("source", "tesseract"), ("source", "rapidocr")}


def test_people_are_counted_by_the_tradition_in_which_they_learnt_to_write() -> None:
    one = scan("15.60", reading("total", "ana", "15.60"), reading("total", "ben", "15.80"), audit=False)
    other = scan("15.60", reading("total", "eve", "15.60"), reading("total", "new", "1"), audit=False)
    assert found(one, other) == {("group", "es"): (0, 1), ("group", "de"): (1, 2)}


def test_where_readers_stayed_split_nobody_is_counted() -> None:
    hard = scan("15.60", reading("total", "ana", "15.60"), reading("total", "ben", "15.80"), audit=False)
    assert found(replace(hard, adjudicated=frozenset({TOTAL}))) == {}


def test_who_could_not_read_or_was_shown_a_value_is_not_counted() -> None:
    silent = reading("total", "ana", None, flags=frozenset({"illegible"}))
    shown = reading("total", "ben", "15.80", shown="15.80")
    assert found(scan("15.60", silent, shown, ink("total", "15.60"), audit=False)) == {}


def test_a_blank_where_something_is_written_is_an_error() -> None:
    assert found(scan("15.60", reading("total", "ana", ""), audit=False)) == {("group", "es"): (1, 1)}


def test_a_decision_that_nothing_can_be_read_is_wrong_where_something_is_written() -> None:
    unread = scan("15.60", *both("total", "15.60"))
    decisions = tuple(replace(each, null="illegible", text="") for each in unread.decisions)
    assert found(replace(unread, decisions=decisions))["form", "test"] == (1, 1)


def test_a_habit_is_no_error_and_the_same_by_chance_is_one() -> None:
    american = reading("ordered", "ana", "03/05/2025")
    usual = scan("05/03/2025", american, key=ORDERED, audit=False)
    assert found(usual) == {("group", "es"): (1, 1)}
    habit = LearntParameters.read(
        version=2, content={**shipped_parameters().content, "habits": {"ana": {"swap": [40.0, 44.0]}}}
    )
    assert found(usual, learnt=habit) == {("group", "es"): (0, 1)}


def test_a_field_that_the_form_no_longer_has_is_left_out() -> None:
    gone = replace(scan("15.60", *both("total", "15.60")), truths={FieldKey("colour"): "red"})
    assert found(gone) == {}


def test_a_rate_is_said_with_its_interval() -> None:
    rate = Rate(of="group", name="de", type="amount", wrong=1, count=20)
    assert say(rate.evidence()) == (
        "People who learnt to write in de, on fields of type amount: wrong on 5 % of 20 readings whose truth is known "
        "(between 0.13 % and 24.87 %, 95 %)."
    )
