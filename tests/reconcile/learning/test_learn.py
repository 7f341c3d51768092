"""Learning from past scans: who errs how, what is a habit, what machines may decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.algorithms.paired import sign_probability
from reconcile.decision import Known, answers
from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh
from reconcile.learning.counts import learn_shapes
from reconcile.learning.learn import Learnt, learn
from reconcile.learning.proposal import Comparison, Judge, Opinion, compared, propose
from reconcile.learning.training_facts import Rate, ScanFacts, adds, rates
from reconcile.parameters.parameters import LearntParameters, read_parameters, without_shapes
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.reconciling.evidence import AUDITS_ALONE, CHANCE, GOLD_ALONE, NO_TRUTH, POISONED, Tried, tried
from tests.examples import examples
from tests.reconcile.made import both, expert, field, form, ink, machine, reading
from transcribe.codes import EvidenceCode, Method, Reason
from transcribe.i18n.evidence_messages import say
from transcribe.model import Decision, FieldKey, Form, Master, Parameters, Reading, Task

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


TWICE = [machine("total", "tesseract 5.5.0 eng", "15.60", 0.96), machine("total", "tess-copy 1.0", "15.60", 0.96)]
"""What Tesseract reads, and a copy of it under another name."""


def answer_of(readings: list[Reading], parameters: Parameters) -> Decision | Task:
    """What machines alone come to on the total."""
    return decide(TOTAL.field("total"), weigh(TOTAL, readings, parameters, POLICY)[KEY], POLICY)


def test_a_copy_of_an_engine_decides_with_it_only_once_the_homes_own_audits_prove_it() -> None:
    asked = answer_of(TWICE, shipped_parameters())
    assert (type(asked), asked.reason if isinstance(asked, Task) else "") == (Task, Reason.NOT_PROVEN)
    read = [reading("total", who, "15.60") for who in ("ana", "ben")]
    audit = ScanFacts(form=TOTAL, readings=[*TWICE, *read], audited=frozenset({KEY}), truths={KEY: "15.60"})
    few, enough = (
        Parameters(version=1, content=learn([audit] * count, shipped_parameters(), POLICY).content)
        for count in (100, 620)
    )
    assert isinstance(answer_of(TWICE, few), Task)
    assert isinstance(answer_of(TWICE, enough), Decision)
    assert isinstance(answer_of(both("total", "15.60"), enough), Decision)


def test_an_engine_that_agrees_with_those_that_are_proven_takes_no_right_away() -> None:
    other = machine("total", "tess-copy 1.0", "15.60", 0.96)
    assert isinstance(answer_of([*both("total", "15.60"), other], shipped_parameters()), Decision)


def test_one_engine_decides_against_another_only_where_both_are_proven() -> None:
    def contested(other: str) -> Decision | Task:
        readings = [machine("total", "rapidocr 3.10.0", "15.60", 0.999), machine("total", other, "", 0.3)]
        return answer_of(readings, shipped_parameters())

    assert isinstance(contested("tesseract 5.5.0 eng"), Decision)
    assert isinstance(contested("tess-copy 1.0"), Task)


def test_what_a_home_proved_before_engines_were_named_holds_for_those_that_shipped() -> None:
    older = {name: part for name, part in unproven().content.items() if name != "shipped_engines"}
    home = Parameters(version=2, content={**older, "proven": {"amount: engines agree": [0.0, 620.0]}})
    assert isinstance(answer_of(both("total", "15.60"), home), Decision)
    assert isinstance(answer_of(TWICE, home), Task)


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


TYPES = ("amount", "date", "name")


def learnt(**content: object) -> LearntParameters:
    """Parameters of which only this much is known."""
    rates = {"person": dict.fromkeys(TYPES, (60.0, 1000.0))}
    return LearntParameters.read(version=1, content={"rates": rates, **content})


def test_who_is_like_most_and_who_is_unknown_add_nothing_of_their_own() -> None:
    like_most = {"ann": dict.fromkeys(TYPES, (6.0, 100.0))}
    assert adds(learnt(sources=like_most), ["ann", "nobody"], TYPES) == {}


def test_who_errs_less_on_a_type_than_others_adds_more_there() -> None:
    found = adds(learnt(sources={"ann": {"amount": (1.0, 200.0), "name": (12.0, 200.0)}}), ["ann"], TYPES)
    assert found["ann"]["amount"] >= 2
    assert "name" not in found["ann"]


def test_who_swaps_day_and_month_adds_less_to_dates_though_their_error_is_like_most() -> None:
    known = learnt(sources={"bob": {"date": (6.0, 100.0)}}, habits={"bob": {"swap": (40.0, 42.0)}})
    assert adds(known, ["bob"], TYPES) == {"bob": {"date": -6}}


@given(wrong=st.floats(0, 200), other=st.floats(0, 200))
def test_who_errs_more_never_adds_more(wrong: float, other: float) -> None:
    tallies = {"ann": {"amount": (wrong, 200.0)}, "ben": {"amount": (other, 200.0)}}
    found = adds(learnt(sources=tallies), ["ann", "ben"], ["amount"])
    ann, ben = (found.get(who, {}).get("amount", 0) for who in ("ann", "ben"))
    assert ann >= ben if wrong < other else ann <= ben


NAME_OF_COUNTS = form(
    field("customer", "name"),
    masters=[Master(field="customer", values=(("Anna Meier", "1"), ("Jon Reid", "2")), digest="m")],
)


def after_of_counts(of: Form, *readings: Reading, truth: str | None = None) -> LearntParameters:
    """What forty scans with these readings teach; `truth` is what is known to be written in their total."""
    truths = {} if truth is None else {FieldKey("total"): truth}
    facts = [
        ScanFacts(form=of, readings=[replace(each, id=f"{number} {each.id}") for each in readings], truths=truths)
        for number in range(40)
    ]
    return read_parameters(Parameters(version=1, content=learn(facts, shipped_parameters(), POLICY).content))


def placed(source: str, text: str, place: float) -> Reading:
    """What an engine read on a free layout where it thought the field to be."""
    return reading(
        "total", source, text, kind="machine", confidence=0.98, conditions={"place": place, "fit": 1.0, "quality": 1.0}
    )


def test_how_many_values_master_data_know_is_learnt() -> None:
    who = (reading("customer", "ana", "Anna Meier"), reading("customer", "ben", "Anna Meier"))
    stranger = (reading("customer", "ana", "Zoë Quist"), reading("customer", "ben", "Zoë Quist"))
    usual = read_parameters(shipped_parameters()).covered_share("customer")
    assert after_of_counts(NAME_OF_COUNTS, *both("customer", "Anna Meier"), *who).covered_share("customer") > usual
    assert after_of_counts(NAME_OF_COUNTS, *both("customer", "Zoë Quist"), *stranger).covered_share("customer") < usual


def test_a_place_where_both_engines_read_something_else_is_learnt_to_be_the_wrong_one() -> None:
    engines = (placed("tesseract 5", "15.60", 0.5), placed("rapidocr 3", "15.60", 0.5))
    found, shipped = after_of_counts(TOTAL, *engines, truth="99.10"), read_parameters(shipped_parameters())
    total = prepared(TOTAL).fields["total"]
    assert (
        found.places.in_place_probability(total.way_of_finding, "amount", 0.5)
        < 0.3
        < shipped.places.in_place_probability(total.way_of_finding, "amount", 0.5)
    )
    sure = shipped.places.in_place_probability(total.way_of_finding, "amount", 0.95)
    assert found.places.in_place_probability(total.way_of_finding, "amount", 0.95) == sure, (
        "only places as unsure as that"
    )


def test_an_engine_that_read_another_place_is_not_blamed_for_how_it_reads() -> None:
    usual = read_parameters(shipped_parameters()).source_model("tesseract", "machine", "amount").error
    elsewhere = after_of_counts(TOTAL, placed("tesseract 5", "15.60", 0.5), truth="99.10")
    misread = after_of_counts(TOTAL, machine("total", "tesseract 5", "15.60"), truth="99.10")
    assert elsewhere.source_model("tesseract", "machine", "amount").error <= usual + 1e-9
    assert misread.source_model("tesseract", "machine", "amount").error > usual + 0.1


def test_a_blank_that_somebody_sent_is_no_error_of_reading() -> None:
    found = after_of_counts(
        TOTAL, *both("total", "15.60"), reading("total", "ana", "15.60"), reading("total", "ben", "")
    )
    assert "ben" not in found.errors.by_source
    assert "ana" in found.errors.by_source


def seen(source: str, text: str, quality: float, confidence: float = 0.9) -> Reading:
    return reading(
        "total", source, text, kind="machine", confidence=confidence, conditions={"fit": 1.0, "quality": quality}
    )


def test_how_an_engine_reads_bad_pages_is_learnt_apart() -> None:
    def errors(quality: float) -> tuple[float, float]:
        found = after_of_counts(
            TOTAL, seen("tesseract 5", "15.80", quality), seen("rapidocr 3", "15.60", quality), truth="15.60"
        )
        on_others, on_bad = (found.source_model("tesseract", "machine", "amount", bad).error for bad in (False, True))
        return on_others, on_bad

    usual = [
        read_parameters(shipped_parameters()).source_model("tesseract", "machine", "amount", bad).error
        for bad in (False, True)
    ]
    on_bad, on_good = errors(0.4), errors(0.9)
    assert usual[0] < usual[1] < on_bad[1]
    assert on_bad[1] - usual[1] > on_good[1] - usual[1]
    assert on_good[0] > usual[0]


def test_what_confidence_means_of_digits_and_of_words_is_learnt_apart() -> None:
    unsure = (seen("tesseract 5", "15.80", 0.9, 0.55), seen("rapidocr 3", "15.60", 0.9, 0.99))
    hearing = after_of_counts(TOTAL, *unsure, truth="15.60").source_model("tesseract", "machine", "amount")
    assert hearing.ratio(0.55, "15.80") > hearing.ratio(0.55, "Dupont")


def test_a_place_that_both_engines_misread_alike_on_a_bad_page_makes_others_there_doubtful() -> None:
    alike = (seen("tesseract 5", "15.80", 0.4), seen("rapidocr 3", "15.80", 0.4))
    found, shipped = after_of_counts(TOTAL, *alike, truth="15.60"), read_parameters(shipped_parameters())
    assert found.shared_confusions.share("amount", bad_page=True) > shipped.shared_confusions.share(
        "amount", bad_page=True
    )
    assert found.shared_confusions.share("amount", bad_page=True) > found.shared_confusions.share("amount")


def test_what_a_source_takes_for_what_is_learnt_and_a_lost_character_is_no_confusion() -> None:
    people = (reading("total", "ana", "15.60"), reading("total", "ben", "15.60"))
    taken = after_of_counts(
        TOTAL, machine("total", "rapidocr 3", "15.60"), machine("total", "tesseract 5", "15.68", 0.6), *people
    )
    lost = after_of_counts(
        TOTAL, machine("total", "rapidocr 3", "15.60"), machine("total", "tesseract 5", "1.60", 0.6), *people
    )
    assert taken.characters.share("machine", "0", "8") > read_parameters(shipped_parameters()).characters.share(
        "machine", "0", "8"
    )
    assert (
        lost.characters.share("machine", "5", "1")
        <= read_parameters(shipped_parameters()).characters.share("machine", "5", "1") + 1e-9
    )


FORM = form(field("total", "amount"), field("ordered", "date"))
TOTAL_OF_ERROR_RATES, ORDERED = FieldKey("total"), FieldKey("ordered")
PEOPLE = {"ana": "es", "ben": "de", "eve": "de", "new": ""}
LEARNT = read_parameters(shipped_parameters())


def scan(truth: str, *readings: Reading, key: FieldKey = TOTAL_OF_ERROR_RATES, audit: bool = True) -> ScanFacts:
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
    assert found(replace(hard, adjudicated=frozenset({TOTAL_OF_ERROR_RATES}))) == {}


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


SIZES = {"forms": 30, "receipts": 60, "invoices": 40}
"""Documents of each store in `make soak`; a test run has half of them."""
SEED = 711


@pytest.mark.parametrize(
    "kind", ["receipts", *(pytest.param(each, marks=pytest.mark.soak) for each in ("forms", "invoices"))]
)
@pytest.mark.parametrize("share", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_learning_harms_no_store(kind: str, share: int) -> None:
    found = tried(kind, SEED, SIZES[kind] * share // 2)
    assert not found[NO_TRUTH].proposal.reopens
    for name, each in found.items():
        assert sign_probability(each.newly_wrong, each.mended) > CHANCE, f"{name}: {told(each)}"
    for name in (NO_TRUTH, GOLD_ALONE, POISONED):
        each = found[name]
        assert sum(each.readings_after) <= sum(each.readings_before), f"{name}: {told(each)}"
    assert found[AUDITS_ALONE].proposal.judging > found[GOLD_ALONE].proposal.judging


def told(each: Tried) -> str:
    return (
        f"{each.proposal.verdict}, readings {sum(each.readings_before)} before, {sum(each.readings_after)} after, "
        f"newly wrong {each.newly_wrong}, mended {each.mended}"
    )


STATED = 0.987


def opinion(*, decided: bool, wrong: bool = False) -> Opinion:
    return Opinion(loss=0.01, doubt=1.0 - STATED, decided=decided, wrong=wrong)


def after_of_judgement(of: Iterable[tuple[str, bool]], mended: int = 0) -> Comparison:
    """What a version decides anew, by (scan, whether it is wrong there), and so many values that it mends."""
    before, later = dict[Judge, Opinion](), dict[Judge, Opinion]()
    for number, (scan, wrong) in enumerate(of):
        judge = scan, FieldKey(f"field {number}")
        before[judge], later[judge] = opinion(decided=False), opinion(decided=True, wrong=wrong)
    for number in range(mended):
        judge = f"mended {number}", FieldKey("total")
        before[judge], later[judge] = opinion(decided=True, wrong=True), opinion(decided=True)
    return compared(before, later)


def test_what_is_decided_anew_and_is_oftener_wrong_than_it_says_is_worse() -> None:
    found = after_of_judgement((f"scan {number}", number < 3) for number in range(17))
    assert found.chance_of_claim < 0.01
    assert found.chance_of_wrong > 0.1, "too few to show by themselves that more is wrong"
    assert found.is_worse


def test_one_wrong_value_among_many_is_what_was_said() -> None:
    assert not after_of_judgement((f"scan {number}", number < 1) for number in range(40)).is_worse


def test_the_fields_of_one_scan_are_one_draw() -> None:
    assert not after_of_judgement((f"scan {max(3, number)}", number < 3) for number in range(17)).is_worse


def test_what_mends_as_much_as_it_spoils_is_no_worse() -> None:
    assert not after_of_judgement(((f"scan {number}", number < 3) for number in range(17)), mended=3).is_worse


@examples(200)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.booleans()), max_size=12))
def test_law_more_wrong_values_never_make_the_claim_likelier(of: list[tuple[str, bool]]) -> None:
    more = [(scan, True) for scan, _ in of]
    assert after_of_judgement(more).chance_of_claim <= after_of_judgement(of).chance_of_claim


CODE = form(field("ref", "code"))
PATTERN = form(field("ref", "code", pattern=r"[A-Z]{2}-\d{4}"))
ROWS = form(columns=(field("lines.ref", "code"),))
KEY_OF_SHAPE_COUNTS = FieldKey("ref")


def scan_of_shape_counts(
    number: int, text: str, *people: str, engines: str = "", of: Form = CODE, expert_says: str = ""
) -> ScanFacts:
    """A code that these people read, engines too, and an expert in an audit."""
    readings = [reading(KEY_OF_SHAPE_COUNTS, person, text, minute=at) for at, person in enumerate(people)]
    readings += both(KEY_OF_SHAPE_COUNTS, engines or text)
    readings += [expert(KEY_OF_SHAPE_COUNTS, expert_says)] if expert_says else []
    return ScanFacts(
        form=of,
        readings=[later(each, number) for each in readings],
        truths={KEY_OF_SHAPE_COUNTS: expert_says} if expert_says else {},
        decisions=[] if people else [by_machines(engines or text)],
        audited=frozenset({KEY_OF_SHAPE_COUNTS} if expert_says else ()),
    )


def later(of: Reading, number: int) -> Reading:
    return replace(of, scan=f"scan {number}", id=f"{number} {of.id}", at=of.at + timedelta(hours=number))


def by_machines(text: str) -> Decision:
    return Decision(
        key=KEY_OF_SHAPE_COUNTS,
        value=text,
        text=text,
        probability=0.999,
        method=Method.MACHINES,
        evidence=(),
        readings=(),
        parameters=0,
    )


def learnt_of_shape_counts(*scans: ScanFacts) -> dict[str, Any]:
    """What is kept of the field: shapes with their counts, and the rest."""
    kept: Any = learn_shapes(scans, read_parameters(shipped_parameters()), POLICY)
    found: dict[str, Any] = kept.get("test: ref", {})
    return {shape: each["count"] for shape, each in found.get("counts", {}).items()}


def codes(count: int, *people: str, start: int = 0) -> list[ScanFacts]:
    """So many codes of one shape, read by these people by turns."""
    return [
        scan_of_shape_counts(at, f"AB-{1000 + 37 * at}", people[at % len(people)]) for at in range(start, start + count)
    ]


def test_codes_that_several_people_read_make_a_shape() -> None:
    found = learnt_of_shape_counts(*codes(12, "ana", "ben", "eve"))
    assert found.keys() == {"AA-9999"}
    assert 10 < found["AA-9999"] <= 12


def test_one_persons_values_alone_make_no_shape() -> None:
    assert learnt_of_shape_counts(*codes(40, "ana")) == {}
    mostly = learnt_of_shape_counts(*codes(40, "ana"), *codes(2, "ben", start=40))
    assert mostly["AA-9999"] <= 4, "no one person makes more than half of it"


def test_what_one_person_adds_does_not_drive_out_what_others_read() -> None:
    junk = [scan_of_shape_counts(100 + at, f"{at:03}X", "eve") for at in range(200)]
    assert learnt_of_shape_counts(*codes(30, "ana", "ben"), *junk)["AA-9999"] > 20


def test_two_scans_make_no_shape_and_audits_bear_out_one_persons() -> None:
    assert learnt_of_shape_counts(*codes(2, "ana", "ben")) == {}
    audits = [scan_of_shape_counts(50 + at, f"AB-{2000 + at}", expert_says=f"AB-{2000 + at}") for at in range(4)]
    assert learnt_of_shape_counts(*codes(4, "ana"), *audits)["AA-9999"] > 7


def test_engines_agreement_counts_where_audits_bear_it_out() -> None:
    alone = [scan_of_shape_counts(at, f"AB-{1000 + at}") for at in range(60)]
    right = [scan_of_shape_counts(100 + at, f"AB-{3000 + at}", expert_says=f"AB-{3000 + at}") for at in range(30)]
    few = learnt_of_shape_counts(*alone, *right[:5])
    assert few["AA-9999"] <= 5
    assert learnt_of_shape_counts(*alone, *right)["AA-9999"] > 40
    wrong = [
        scan_of_shape_counts(200 + at, f"AB-{4000 + at}", engines=f"A8-{4000 + at}", expert_says=f"AB-{4000 + at}")
        for at in (1, 2)
    ]
    wrong += [
        scan_of_shape_counts(210 + at, f"AB-{5000 + at}", engines=f"A8-{5000 + at}", expert_says=f"AB-{5000 + at}")
        for at in (1, 2)
    ]
    assert learnt_of_shape_counts(*alone, *right, *wrong)["AA-9999"] < 35


def test_a_shape_that_engines_alone_read_since_is_no_news_and_supports_nothing() -> None:
    parameters, scans = read_parameters(shipped_parameters()), codes(12, "ana", "ben")
    first: Any = learn_shapes([*scans, scan_of_shape_counts(20, "1/2")], parameters, POLICY)
    assert first["test: ref"]["seen"] == []
    kept: Any = learn_shapes(
        [*scans, scan_of_shape_counts(20, "1/2"), scan_of_shape_counts(90, "77/20")], parameters, POLICY, first
    )["test: ref"]
    assert kept["seen"] == ["99/99"]
    assert kept["counts"].keys() == {"AA-9999"}


def test_a_new_shape_becomes_usual_and_the_old_one_fades() -> None:
    old = codes(60, "ana", "ben")
    new = [scan_of_shape_counts(100 + at, f"{at:03}/26", ("ana", "eve")[at % 2]) for at in range(80)]
    soon, late = learnt_of_shape_counts(*old, *new[:8]), learnt_of_shape_counts(*old, *new)
    assert soon["999/99"] > 5
    assert soon["AA-9999"] > 30
    assert late["999/99"] > 4 * late["AA-9999"]
    assert late["AA-9999"] >= 10, "what it settled stays settled"


def test_shapes_speak_of_scans_too_that_were_read_before_they_were_learnt() -> None:
    """A thousand orders may come in at once: what people read on the first ones spares them the others."""
    scans, early = codes(20, "ana", "ben", "eve"), scan_of_shape_counts(-1, "AO-4781")
    shaped = replace(
        shipped_parameters(), version=2, content=learn([*scans, early], shipped_parameters(), POLICY).content
    )
    assert not weigh(CODE, early.readings, shaped, POLICY)[KEY_OF_SHAPE_COUNTS].standing.of_new_shape
    broken = scan_of_shape_counts(-2, "A8-4711")
    assert weigh(CODE, broken.readings, shaped, POLICY)[KEY_OF_SHAPE_COUNTS].standing.doubt == Reason.NEW_SHAPE


def test_shapes_that_are_learnt_again_were_first_learnt_when_they_were() -> None:
    scans = codes(20, "ana", "ben", "eve")
    first = learn(scans, shipped_parameters(), POLICY)
    again = learn(
        [*scans, scan_of_shape_counts(40, "A8-4711")],
        replace(shipped_parameters(), version=2, content=first.content),
        POLICY,
    )
    kept: list[Any] = [first.content["shapes"], again.content["shapes"]]
    since = [each["test: ref"]["since"] for each in kept]
    assert since[0] == since[1]


def test_prompted_readings_and_unlikely_ones_make_no_shape() -> None:
    shown = [
        replace(each, readings=[replace(r, shown=r.text) if r.kind == "person" else r for r in each.readings])
        for each in codes(12, "ana", "ben")
    ]
    assert learnt_of_shape_counts(*shown) == {}
    against = [scan_of_shape_counts(at, f"Z{at}", ("ana", "ben")[at % 2], engines=f"QQ-77{at:02}") for at in range(12)]
    assert learnt_of_shape_counts(*against) == {}


def test_rows_of_a_table_are_pooled_and_one_scan_counts_once() -> None:
    scans = []
    for at in range(6):
        said = [
            later(replace(reading(FieldKey("lines.ref", row), ("ana", "ben")[at % 2], f"A{at}{row}"), id=f"{row}"), at)
            for row in range(4)
        ]
        scans.append(ScanFacts(form=ROWS, readings=said))
    kept: Any = learn_shapes(scans, read_parameters(shipped_parameters()), POLICY)["test: lines.ref"]
    assert 5 < kept["counts"]["A99"]["count"] <= 6


def test_a_form_that_says_the_pattern_needs_no_shapes() -> None:
    scans = [scan_of_shape_counts(at, f"AB-{1000 + at}", ("ana", "ben")[at % 2], of=PATTERN) for at in range(12)]
    assert learn_shapes(scans, read_parameters(shipped_parameters()), POLICY) == {}


def test_what_is_kept_is_about_no_single_scan() -> None:
    kept: Any = learn_shapes(codes(12, "ana", "ben"), read_parameters(shipped_parameters()), POLICY)["test: ref"]
    characters = kept["counts"]["AA-9999"]["characters"]
    assert characters[0].keys() == {"A"}
    assert characters[1].keys() == {"B"}
    assert all(count >= 3 for place in characters for count in place.values())


def test_shapes_come_into_force_without_any_known_truth_and_reopen_nothing() -> None:
    """Though engines decided a code that the shape now speaks against."""
    wrong = scan_of_shape_counts(30, "A8-4766")
    proposal = propose([*codes(20, "ana", "ben", "eve"), wrong], shipped_parameters(), POLICY, 0.05)
    assert proposal.is_accepted
    assert proposal.content["shapes"]
    assert not proposal.changed.reopened


def test_a_version_that_reopens_what_truths_speak_against_leaves_what_only_shapes_do() -> None:
    wrong = scan_of_shape_counts(30, "A8-4766")
    (was,) = [replace(each, readings=tuple(read.id for read in wrong.readings)) for each in wrong.decisions]
    content = learn([*codes(20, "ana", "ben", "eve"), wrong], shipped_parameters(), POLICY).content
    shaped = replace(shipped_parameters(), version=2, content=content)

    def said(parameters: Parameters, known: Known) -> Decision | Task:
        return answers(CODE, weigh(CODE, wrong.readings, parameters, POLICY), POLICY, known=known)[KEY_OF_SHAPE_COUNTS]

    def again(plain: Parameters) -> Decision | Task:
        return said(
            shaped,
            Known(
                standing={KEY_OF_SHAPE_COUNTS: was},
                reopening=2,
                unshaped=lambda: {KEY_OF_SHAPE_COUNTS: said(plain, Known())},
            ),
        )

    assert isinstance(said(shaped, Known()), Task)
    assert again(without_shapes(shaped)) == was
    assert isinstance(again(shaped), Task)


def test_learning_says_which_shapes_are_usual_now() -> None:
    scans = codes(20, "ana", "ben", "eve")
    first = learn(scans, shipped_parameters(), POLICY)
    told = [each.numbers for each in first.changes if each.code == EvidenceCode.NEW_SHAPE]
    assert [(each["field"], each["shape"]) for each in told] == [("test: ref", "AA-9999")]
    shaped = replace(shipped_parameters(), version=2, content=first.content)
    assert EvidenceCode.NEW_SHAPE not in {each.code for each in learn(scans, shaped, POLICY).changes}
    drift = [scan_of_shape_counts(100 + at, f"{at:03}/26", ("ana", "eve")[at % 2]) for at in range(30)]
    told = [
        each.numbers for each in learn([*scans, *drift], shaped, POLICY).changes if each.code == EvidenceCode.NEW_SHAPE
    ]
    assert [each["shape"] for each in told] == ["999/99"]


def test_learning_keeps_shapes_with_the_parameters_and_learning_again_changes_nothing() -> None:
    scans = codes(20, "ana", "ben", "eve")
    first = learn(scans, shipped_parameters(), POLICY)
    assert first.content["shapes"]
    again = learn(scans, replace(shipped_parameters(), version=2, content=first.content), POLICY)
    assert again.content["shapes"] == first.content["shapes"]
