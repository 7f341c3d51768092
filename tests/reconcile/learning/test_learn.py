"""Learning from past scans: who errs how, what is a habit, what machines may decide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import Learnt, learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import LearntParameters, read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both, field, form, machine, reading
from transcribe.codes import Reason
from transcribe.model import Decision, FieldKey, Parameters, Reading, Task

TOTAL = form(field("total", "amount"))
NAME = form(field("customer", "name"))
DATE = form(field("ordered", "date"))
KEY = FieldKey("total")


def after(learnt: Learnt) -> LearntParameters:
    return read_parameters(Parameters(version=1, content=learnt.content))


def scans(*people: tuple[str, str], count: int = 40) -> list[ScanFacts]:
    """Many scans of which the truth is 15.60, read by both engines and by these people."""
    readings = [*both("total", "15.60"), *(reading("total", who, text) for who, text in people)]
    return [ScanFacts(form=TOTAL, readings=readings) for _ in range(count)]


def test_who_is_outvoted_again_and_again_is_trusted_less() -> None:
    learnt = after(learn(scans(("ana", "15.60"), ("ben", "15.60"), ("eve", "19.60")), shipped_parameters(), POLICY))
    assert learnt.source_model("eve", "person", "amount").error > 0.6
    assert learnt.source_model("ana", "person", "amount").error < 0.04


def test_a_known_truth_is_held_fast_against_everybody() -> None:
    facts = [replace(each, truths={KEY: "19.60"}) for each in scans(("ana", "15.60"), ("eve", "19.60"))]
    learnt = after(learn(facts, shipped_parameters(), POLICY))
    assert learnt.source_model("eve", "person", "amount").error < 0.04
    assert (
        learnt.source_model("ana", "person", "amount").error > 0.15
    )  # less than all: both engines followed the same look


def test_dropped_accents_are_a_habit_and_no_error() -> None:
    readings = [*both("customer", "Hélène"), reading("customer", "ana", "Hélène"), reading("customer", "eve", "Helene")]
    learnt = after(learn([ScanFacts(form=NAME, readings=readings)] * 40, shipped_parameters(), POLICY))
    eve = learnt.source_model("eve", "person", "name")
    assert eve.accents > 0.8
    assert eve.error < 0.1


def test_day_and_month_the_other_way_about_are_a_habit_and_no_error() -> None:
    readings = [
        *both("ordered", "05/03/2025"),
        reading("ordered", "ana", "05/03/2025"),
        reading("ordered", "eve", "03/05/2025"),
    ]
    learnt = after(learn([ScanFacts(form=DATE, readings=readings)] * 40, shipped_parameters(), POLICY))
    eve = learnt.source_model("eve", "person", "date")
    assert eve.swap > 0.8
    assert eve.error < 0.1


def test_who_was_shown_the_value_is_not_judged_by_it() -> None:
    readings = [*both("total", "15.60"), reading("total", "eve", "15.60", shown="15.60")]
    learnt = learn([ScanFacts(form=TOTAL, readings=readings)] * 40, shipped_parameters(), POLICY)
    assert "eve" not in learnt.content["sources"]  # type: ignore[operator]  # content is plain data


def test_what_changed_is_told_with_numbers() -> None:
    changes = learn(scans(("ana", "15.60"), ("eve", "19.60"), ("ben", "15.60")), shipped_parameters(), POLICY).changes
    told = next(each for each in changes if each.numbers.get("source") == "eve")
    assert told.code == "rate"
    assert float(told.numbers["after"]) > float(told.numbers["before"])


def agreed_wrongly(number: int, wrong: bool) -> ScanFacts:
    """An audited field that both engines read alike, and two people read anew."""
    said = "15.80" if wrong else "15.60"
    readings: list[Reading] = [
        *both("total", "15.60"),
        reading("total", "ana", said),
        reading("total", "ben", said),
    ]
    numbered = [replace(each, id=f"{number}/{each.id}") for each in readings]
    return ScanFacts(form=TOTAL, readings=numbered, audited=frozenset({KEY}), truths={KEY: said})


def test_audits_take_the_right_to_decide_alone_away() -> None:
    readings = both("total", "15.60")
    before = decide(TOTAL.field("total"), weigh(TOTAL, readings, shipped_parameters(), POLICY)[KEY], POLICY)
    assert isinstance(before, Decision)
    audited = [agreed_wrongly(number, number % 20 == 0) for number in range(200)]
    learnt = Parameters(version=1, content=learn(audited, shipped_parameters(), POLICY).content)
    assert read_parameters(learnt).machines.earned_share("amount: engines agree") < POLICY.target
    assert not isinstance(decide(TOTAL.field("total"), weigh(TOTAL, readings, learnt, POLICY)[KEY], POLICY), Decision)


def test_audits_without_an_error_leave_the_right() -> None:
    audited = [agreed_wrongly(number, wrong=False) for number in range(200)]
    learnt = after(learn(audited, shipped_parameters(), POLICY))
    assert learnt.machines.earned_share("amount: engines agree") >= POLICY.target


def test_what_is_asked_though_an_engine_is_sure_of_it_says_nothing_of_what_that_engine_decides() -> None:
    """RapidOCR surely reads 59 where a stripe of dirt hides the rest of 10.59: amounts without decimals are asked."""
    readings = [machine("total", "tesseract 5", "iil", 0.63), machine("total", "rapidocr 3", "59", 0.99)]
    people = [reading("total", who, "10.59") for who in ("ana", "ben")]
    found = learn([ScanFacts(form=TOTAL, readings=[*readings, *people])] * 20, shipped_parameters(), POLICY).content
    before: Any = shipped_parameters().content["calibration"]
    now: Any = found["calibration"]
    assert now["one sure engine"] == before["one sure engine"]
    assert now["machines in doubt"] != before["machines in doubt"]


def unproven() -> Parameters:
    """What is known of a store to which nothing that ships applies."""
    return Parameters(version=1, content={**shipped_parameters().content, "shipped": {}})


def test_what_people_read_because_nothing_was_proven_earns_machines_the_right() -> None:
    both_agree = both("total", "15.60")
    task = decide(TOTAL.field("total"), weigh(TOTAL, both_agree, unproven(), POLICY)[KEY], POLICY)
    assert isinstance(task, Task)
    assert task.reason == Reason.NOT_PROVEN
    read = [
        replace(agreed_wrongly(number, wrong=False), audited=frozenset(), truths={}, proving=frozenset({KEY}))
        for number in range(620)
    ]
    few, enough = (
        Parameters(version=2, content=learn(some, unproven(), POLICY).content) for some in (read[:400], read)
    )
    assert read_parameters(few).machines.earned_share("amount: engines agree") < POLICY.target
    answer = decide(TOTAL.field("total"), weigh(TOTAL, both_agree, enough, POLICY)[KEY], POLICY)
    assert isinstance(answer, Decision)
    assert answer.method == "machines"


def test_what_is_proven_for_good_reaches_the_homes_own_target() -> None:
    audits = [agreed_wrongly(number, wrong=False) for number in range(200)]
    strict, loose = replace(POLICY, target=0.999), replace(POLICY, target=0.95)
    proven: list[Any] = [learn(audits, unproven(), each).content["proven"] for each in (loose, strict)]
    assert ["amount: engines agree" in each for each in proven] == [True, False]


def test_what_was_proven_once_stands_until_audits_disprove_it() -> None:
    read = [
        replace(agreed_wrongly(number, wrong=False), audited=frozenset(), truths={}, proving=frozenset({KEY}))
        for number in range(620)
    ]
    proven = Parameters(version=2, content=learn(read, unproven(), POLICY).content)
    later = Parameters(version=3, content=learn(scans(("ana", "15.60")), proven, POLICY).content)
    assert read_parameters(later).machines.earned_share("amount: engines agree") >= POLICY.target
    wrong = [agreed_wrongly(number, number % 20 == 0) for number in range(100)]
    disproven = Parameters(version=4, content=learn(wrong, later, POLICY).content)
    assert read_parameters(disproven).machines.earned_share("amount: engines agree") < POLICY.target


def test_what_was_read_for_another_reason_proves_nothing() -> None:
    read = [replace(agreed_wrongly(number, wrong=False), audited=frozenset(), truths={}) for number in range(620)]
    learnt = read_parameters(Parameters(version=2, content=learn(read, unproven(), POLICY).content))
    assert learnt.machines.earned_share("amount: engines agree") == 0.0


@pytest.mark.parametrize(
    ("wrong", "count", "kept"),
    [(0, 0, True), (1, 12, True), (1, 8, False), (2, 75, True), (2, 60, False), (3, 250, True), (10, 200, False)],
)
def test_the_shipped_right_stands_until_audits_disprove_it(wrong: int, count: int, kept: bool) -> None:
    audited = {"amount: engines agree": [float(wrong), float(count)]}
    learnt = LearntParameters.read(version=2, content={**shipped_parameters().content, "audited": audited})
    assert (learnt.machines.earned_share("amount: engines agree") >= POLICY.target) is kept


def test_after_enough_audits_only_they_count() -> None:
    for wrong, kept in ((8, True), (12, False)):
        audited = {"amount: engines agree": [float(wrong), 3000.0]}
        learnt = LearntParameters.read(version=2, content={**shipped_parameters().content, "audited": audited})
        assert learnt.machines.tally("amount: engines agree") == (wrong, 3000.0)
        assert (learnt.machines.earned_share("amount: engines agree") >= POLICY.target) is kept


def test_an_engine_that_is_unsure_when_wrong_is_believed_by_its_confidence() -> None:
    right = [*both("total", "15.60"), reading("total", "ana", "15.60"), reading("total", "ben", "15.60")]
    wrong = [
        machine("total", "tesseract 5.5.0 eng", "15.80", 0.55),
        machine("total", "rapidocr 3.10.0", "15.60", 0.99),
        reading("total", "ana", "15.60"),
        reading("total", "ben", "15.60"),
    ]
    facts = [ScanFacts(form=TOTAL, readings=right)] * 30 + [ScanFacts(form=TOTAL, readings=wrong)] * 10
    tesseract = after(learn(facts, shipped_parameters(), POLICY)).source_model("tesseract", "machine", "amount")
    assert tesseract.ratio(0.55, "12.40") > 2.5 > 1.0 > tesseract.ratio(0.96, "12.40")


def test_only_words_of_several_scans_are_kept() -> None:
    common = [*both("customer", "Dupont"), reading("customer", "ana", "Dupont")]
    rare = [*both("customer", "Quenot"), reading("customer", "ana", "Quenot")]
    facts = [ScanFacts(form=NAME, readings=common)] * 5 + [ScanFacts(form=NAME, readings=rare)]
    words = learn(facts, shipped_parameters(), POLICY).content["words"]["customer"]  # type: ignore[index]  # content is plain data
    assert "dupont" in words
    assert "quenot" not in words


def test_a_home_of_an_earlier_version_learns_of_situations_that_came_since() -> None:
    shipped: dict[str, Any] = dict(shipped_parameters().content)
    older = {name: tally for name, tally in shipped["shipped"].items() if "one sure engine" not in name}
    learnt = read_parameters(
        Parameters(
            version=2, content=learn([], Parameters(version=1, content={**shipped, "shipped": older}), POLICY).content
        )
    )
    assert learnt.machines.tally("amount: one sure engine") == tuple(shipped["shipped"]["amount: one sure engine"])
