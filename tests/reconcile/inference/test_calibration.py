"""Calibration: from the model's share to what such shares turned out to be."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from math import exp
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.algorithms.metrics import lower_bound
from reconcile.decision.decide import decide
from reconcile.forms import prepared
from reconcile.forms.prepared_form import KnownValues, KnownWords
from reconcile.inference.calibration import Lesson, adjusted, fit_calibration
from reconcile.inference.noisy_channel import error_probability, flat_prior, likelihoods, log_prior
from reconcile.inference.posterior import weigh_field
from reconcile.inference.votes import NULL_SIGN, votes
from reconcile.inference.weigh import REMEMBERED_SCAN_COUNT, ScanMemory, weigh, weigh_together
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.parameters.source_model import CONFIDENCE_STEPS, log_ratios, log_ratios_of_kind
from reconcile.policy import POLICY
from tests.reconcile.made import both, expert, field, form, machine, reading
from transcribe.codes import EvidenceCode, Flag, Method, Reason, Witness
from transcribe.fields._street_words import spelled_out
from transcribe.i18n import say
from transcribe.model import Decision, FieldKey, Form, Master, Parameters, Posterior, Reading, Task
from transcribe.values import with_day_as_month

SHARES = st.floats(0.5, 1.0)


def lessons(share: float, right: int, wrong: int) -> list[Lesson]:
    said = [True] * right + [False] * wrong
    return [Lesson(stage="machines", family="date", share=share, right=each) for each in said]


def test_nothing_fitted_changes_nothing() -> None:
    assert adjusted(0.97, "machines", "date", {}) == 0.97


def test_a_model_that_is_too_sure_is_brought_down() -> None:
    fitted = fit_calibration([*lessons(0.999, 180, 20), *lessons(0.9, 150, 50)])
    assert adjusted(0.999, "machines", "date", fitted) == pytest.approx(0.9, abs=0.03)
    assert adjusted(0.9, "machines", "date", fitted) == pytest.approx(0.75, abs=0.06)


def test_a_few_fields_change_little() -> None:
    fitted = fit_calibration(lessons(0.95, 2, 1))
    assert adjusted(0.95, "machines", "date", fitted) > 0.85


def test_values_are_calibrated_from_a_half_on() -> None:
    assert adjusted(0.4, "machines", "date", fit_calibration(lessons(0.4, 0, 80))) == 0.4


@given(wrong=st.integers(1, 40), right=st.integers(0, 5))
def test_wrong_values_of_which_the_model_was_sure_never_turn_its_order_about(wrong: int, right: int) -> None:
    fitted = fit_calibration([*lessons(0.9999, right, wrong), *lessons(0.6, 3, 0)])
    assert fitted["machines"]["b"] >= 0.0


@given(one=SHARES, other=SHARES)
def test_what_the_model_finds_likelier_stays_likelier(one: float, other: float) -> None:
    fitted = fit_calibration([*lessons(0.99, 90, 10), *lessons(0.7, 60, 40)])
    low, high = sorted((one, other))
    assert adjusted(low, "machines", "date", fitted) <= adjusted(high, "machines", "date", fitted) + 1e-12


@pytest.mark.parametrize("right", [0, 200])
def test_a_fit_where_all_were_right_or_wrong_stays_finite(right: int) -> None:
    fitted = fit_calibration(lessons(0.99, right, 200 - right))
    assert 0.0 <= adjusted(0.99, "machines", "date", fitted) <= 1.0


def test_a_lower_bound_needs_six_hundred_fields_without_an_error() -> None:
    assert lower_bound((0, 0)) == 0.0
    assert lower_bound((0, 500)) < 0.995 < lower_bound((0, 600))
    assert lower_bound((1, 600)) < lower_bound((0, 600))


TALLIES = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)),
    min_size=len(CONFIDENCE_STEPS) + 1,
    max_size=len(CONFIDENCE_STEPS) + 1,
)


@given(TALLIES, TALLIES)
def test_of_one_kind_of_readings_too_the_surer_is_the_righter_and_without_an_error_it_is_as_usual(
    all_of_it: list[tuple[int, int]], kind: list[tuple[int, int]]
) -> None:
    usual = log_ratios(all_of_it)
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(log_ratios_of_kind(kind, usual)))
    assert log_ratios_of_kind(None, usual) == usual
    never_wrong = log_ratios_of_kind([(0, right) for _, right in kind], usual)
    apart = [mine - theirs for mine, theirs in zip(never_wrong, usual, strict=True)]
    assert max(apart) - min(apart) < 1e-6, "but for one factor on all, as the shares of right readings differ"


@given(TALLIES)
def test_the_surer_an_engine_the_less_probably_it_is_wrong(tallies: list[tuple[int, int]]) -> None:
    found = log_ratios([list(each) for each in tallies])
    assert len(found) == len(CONFIDENCE_STEPS) + 1
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(found))


ORDER = form(field("total", "amount"), field("customer", "name"), field("remark", "text"))
TEXTS = {
    "total": ("15.60", "15.80", "1560", "", "99.10"),
    "customer": ("Dupont SARL", "Dupond SARL", "Anna Meier"),
    "remark": ("ring twice", "ring thrice the dog is deaf and old", "ring"),
}
SOURCES = ("tesseract 5", "rapidocr 3", "ana", "ben", "eve")


def readings_of(said: list[tuple[str, str, int]]) -> list[Reading]:
    """One reading for each (field, source, number of the text), of a source the last one of a field alone."""
    latest = {(name, source): TEXTS[name][number % len(TEXTS[name])] for name, source, number in said}
    return [
        machine(name, source, text, 0.9) if " " in source else reading(name, source, text)
        for (name, source), text in latest.items()
    ]


SAID = st.lists(
    st.tuples(st.sampled_from(sorted(TEXTS)), st.sampled_from(SOURCES), st.integers(0, 4)), max_size=12
).map(readings_of)


@settings(max_examples=40, deadline=None)
@given(rounds=st.lists(SAID, min_size=1, max_size=3))
def test_a_memory_changes_nothing(rounds: list[list[Reading]]) -> None:
    memory = ScanMemory()
    for readings in rounds:
        alone = weigh(ORDER, readings, shipped_parameters(), POLICY)
        assert weigh(ORDER, readings, shipped_parameters(), POLICY, memory) == alone
        assert weigh(ORDER, readings, shipped_parameters(), POLICY, memory) == alone
        assert weigh(ORDER, readings, shipped_parameters(), POLICY) == alone


@settings(max_examples=40, deadline=None)
@given(readings=SAID)
def test_weighing_changes_neither_the_parameters_nor_what_was_read_from_them(readings: list[Reading]) -> None:
    content = json.dumps(shipped_parameters().content, sort_keys=True)
    parameters = Parameters(version=7, content=json.loads(content))
    learnt = read_parameters(parameters)
    said = repr(learnt)
    first = weigh_together(prepared(ORDER), readings, learnt)
    weigh(ORDER, readings, parameters, POLICY, ScanMemory())
    assert repr(learnt) == said
    assert json.dumps(parameters.content, sort_keys=True) == content
    assert weigh_together(prepared(ORDER), readings, learnt) == first


def test_other_parameters_are_not_answered_from_memory() -> None:
    readings = readings_of([("total", "tesseract 5", 0), ("total", "ana", 1), ("remark", "ben", 1)])
    other = Parameters(version=8, content={"rates": {"person": {"amount": [400.0, 500.0]}}})
    memory = ScanMemory()
    for parameters in (shipped_parameters(), other, shipped_parameters()):
        assert weigh(ORDER, readings, parameters, POLICY, memory) == weigh(ORDER, readings, parameters, POLICY)
    assert weigh(ORDER, readings, other, POLICY) != weigh(ORDER, readings, shipped_parameters(), POLICY)


def test_equal_parameters_are_read_once() -> None:
    content = json.dumps(shipped_parameters().content)
    first, again = (Parameters(version=3, content=json.loads(content)) for _ in range(2))
    assert read_parameters(first) is read_parameters(again)
    assert read_parameters(first) is not read_parameters(Parameters(version=4, content=json.loads(content)))


def test_a_field_that_nothing_was_said_of_is_not_weighed_again() -> None:
    memory = ScanMemory()
    before = readings_of([("total", "tesseract 5", 0), ("customer", "ana", 0)])
    first = weigh(ORDER, before, shipped_parameters(), POLICY, memory)
    then = weigh(ORDER, [*before, reading("customer", "ben", "Dupont SARL")], shipped_parameters(), POLICY, memory)
    total, customer = (next(key for key in first if key.name == name) for name in ("total", "customer"))
    assert then[total] is first[total]
    assert then[customer] != first[customer]


@pytest.mark.parametrize("count", [1, REMEMBERED_SCAN_COUNT, REMEMBERED_SCAN_COUNT + 1])
def test_no_more_than_the_last_scans_are_remembered(count: int) -> None:
    memory, learnt, made = ScanMemory(), read_parameters(shipped_parameters()), prepared(ORDER)
    for number in range(count):
        scan = [replace(each, scan=str(number)) for each in readings_of([("total", "ana", 0)])]
        weigh(ORDER, scan, shipped_parameters(), POLICY, memory)
    remembered = [number for number in range(count) if memory.recall(learnt, POLICY, made, str(number))]
    assert count - 1 in remembered
    assert len(remembered) <= REMEMBERED_SCAN_COUNT


REF = field("ref", "code")
FORM = form(REF)


def after(count: float, shape: str = "AA-9999", start: str = "") -> Parameters:
    """What is learnt from so many codes of one shape; `start` is how all of them begin."""
    characters: Any = [{each: count} for each in start] + [{} for _ in shape[len(start) :]]
    shapes = {"test: ref": {"counts": {shape: {"count": count, "characters": characters}}, "others": 0.0}}
    return Parameters(version=3, content={**shipped_parameters().content, "shapes": shapes if count else {}})


def posterior(parameters: Parameters, *readings: Reading) -> Posterior:
    return weigh(FORM, readings, parameters, POLICY)[FieldKey("ref")]


def answer(parameters: Parameters, *readings: Reading) -> Decision | Task:
    return decide(REF, posterior(parameters, *readings), POLICY)


def test_it_is_said_in_words_and_bits() -> None:
    known = answer(after(30), *both("ref", "PO-1001"))
    said = {each.code: say(each) for each in known.evidence} if isinstance(known, Decision) else {}
    assert said[EvidenceCode.SHAPE_SETTLES].startswith("By how values of this field are written it is ")
    broken = posterior(after(30), *both("ref", "P0-1001"))
    said = {each.code: say(each) for each in broken.evidence}
    assert said[EvidenceCode.SHAPE_AGAINST].startswith("Written like 0 of the last 30 checked values of this")
    bits = {each.code: each.numbers.get("bits") for each in broken.evidence}
    assert float(bits[EvidenceCode.SHAPE_AGAINST] or 0) < -5


def test_what_both_engines_take_for_its_twin_is_asked() -> None:
    wrong = posterior(after(30), *both("ref", "P0-1042"))
    assert [each.normal for each in wrong.candidates if each.origin == "shape"] == ["PO-1042"]
    task = decide(REF, wrong, POLICY)
    assert isinstance(task, Task)
    assert task.reason == Reason.NEW_SHAPE
    fooled = answer(after(30), *both("ref", "P0-1042"), reading("ref", "ana", "P0-1042"))
    assert isinstance(fooled, Task), "a person who is fooled alike is not enough"
    right = answer(after(30), *both("ref", "P0-1042"), reading("ref", "ana", "PO-1042"))
    assert isinstance(right, Decision)
    assert (right.method, right.text) == (Method.PERSON_AND_WITNESS, "PO-1042")


def test_two_people_who_agree_decide_whatever_the_shape() -> None:
    for count in (0, 30, 64):
        said = [reading("ref", who, "P0-1042") for who in ("ana", "ben")]
        decided = answer(after(count, start="PO-"), *said)
        assert isinstance(decided, Decision), count
        assert decided.text == "P0-1042"
        decided = answer(after(count), *both("ref", "P0-1042"), *said)
        assert isinstance(decided, Decision), count


def test_a_new_shape_is_asked_even_where_nothing_looks_alike() -> None:
    task = answer(after(30), *both("ref", "77/XK"))
    assert isinstance(task, Task)
    assert task.reason == Reason.NEW_SHAPE
    assert isinstance(answer(after(0), *both("ref", "77/XK")), Decision)


def test_the_shape_chooses_between_two_engines() -> None:
    said = [machine("ref", "tesseract 5.5.0 eng", "PO-lO42", 0.9), machine("ref", "rapidocr 3.10.0", "PO-7042", 0.99)]
    assert isinstance(answer(after(0), *said), Task)
    said = [machine("ref", "tesseract 5.5.0 eng", "PO-7O42", 0.4), machine("ref", "rapidocr 3.10.0", "PO-7042", 0.997)]
    decided = answer(after(30), *said)
    assert isinstance(decided, Decision)
    assert decided.text == "PO-7042"
    assert posterior(after(30), *said).standing.witness == Witness.SHAPE


def test_it_vouches_for_a_person_where_one_engine_read_nearly_the_same_and_broke_it() -> None:
    typed = reading("ref", "ana", "PO-7042")
    far = [machine("ref", "tesseract 5.5.0 eng", "T0*I0", 0.1), machine("ref", "rapidocr 3.10.0", "PO-7O42", 0.9)]
    assert posterior(after(30), typed, *far).standing.witness == Witness.SHAPE
    decided = answer(after(30), typed, *far)
    assert isinstance(decided, Decision)
    assert decided.method == Method.PERSON_AND_WITNESS
    kept = [far[0], machine("ref", "rapidocr 3.10.0", "PO-7842", 0.9)]
    assert isinstance(answer(after(30), typed, *kept), Task)


def test_a_barcode_needs_no_shape() -> None:
    said = machine("ref", "barcode 1", "X77041")
    said = reading("ref", said.source, "X77041", kind="machine", confidence=1.0, flags=frozenset({Flag.CHECKS_ITSELF}))
    decided = answer(after(30), said)
    assert isinstance(decided, Decision)
    assert decided.method == Method.BARCODE


LEARNT = read_parameters(shipped_parameters())
NAME = form(field("customer", "name"))
SPOT = prepared(NAME).fields["customer"]
ANA = LEARNT.source_model("ana", "person", "name")
TEXTS_OF_NOISY_CHANNEL = st.text(alphabet="abcdé 12", min_size=1, max_size=12).map(str.strip).filter(bool)


def said_by(kind: str, text: str | None, shown: str | None = None) -> float:
    """How probable it is that somebody says this when "dupont" is written."""
    source = {"person": reading, "expert": reading}[kind]
    flags = frozenset({"illegible"}) if text is None else frozenset[str]()
    kept = source("customer", "ana", text, kind="expert" if kind == "expert" else "person", flags=flags, shown=shown)
    vote = votes(SPOT, [kept])[0]
    return likelihoods(LEARNT, [(vote, LEARNT.source_model("ana", kind, "name"), 1.0)], "dupont")[0]


@given(written=TEXTS_OF_NOISY_CHANNEL, said=TEXTS_OF_NOISY_CHANNEL)
def test_every_reading_has_a_probability(written: str, said: str) -> None:
    assert 0.0 <= error_probability(LEARNT, said, ANA, written) <= 1.0
    assert flat_prior(said) < 0


def test_the_nearer_a_misreading_the_likelier() -> None:
    assert said_by("person", "dupont") > said_by("person", "dupond") > said_by("person", "dumond")
    assert said_by("person", "dumond") > said_by("person", "quelqu un d autre")


@given(few=st.integers(1, 399), digit=st.sampled_from("0123456789"), at=st.integers(0, 3))
def test_three_people_outweigh_two_who_read_a_digit_more(few: int, digit: str, at: int) -> None:
    digits = str(few)
    longer = digits[:at] + digit + digits[at:]
    if longer.startswith("0"):
        return
    said = [reading("boxes", f"p{number}", digits if number < 3 else longer) for number in range(5)]
    boxes = form(field("boxes", "integer"))
    found = weigh(boxes, said, shipped_parameters(), POLICY)[FieldKey("boxes")]
    assert found.candidates[0].normal == digits


def test_blank_and_cannot_read_are_evidence_against_a_text() -> None:
    assert said_by("person", "dupont") > 100 * said_by("person", "")
    assert said_by("person", None) > said_by("expert", None) > 0


@pytest.mark.parametrize("text", ["", None])
def test_a_person_known_to_err_nearly_always_counts_nothing_where_they_say_that_there_is_no_text(
    text: str | None,
) -> None:
    flags = frozenset({"illegible"}) if text is None else frozenset[str]()
    engine = machine("customer", "rapidocr 3.10.0", "Dupont", 0.95)
    told = weigh(NAME, [engine, reading("customer", "ana", text, flags=flags)], known_to_err("ana", 400.0), POLICY)
    alone = weigh(NAME, [engine], shipped_parameters(), POLICY)
    before, after = (found[FieldKey("customer")].candidates[0] for found in (alone, told))
    assert after.normal == before.normal == "dupont"
    assert after.probability > before.probability - 0.02


def test_two_people_known_to_err_often_do_not_make_a_field_blank_by_saying_so() -> None:
    said = [machine("customer", "rapidocr 3.10.0", "Dupont", 0.95)]
    said += [reading("customer", who, "") for who in ("ana", "ben")]
    careless = known_to_err("ana", 200.0, known_to_err("ben", 200.0))
    shipped, learnt = (
        weigh(NAME, said, some, POLICY)[FieldKey("customer")] for some in (shipped_parameters(), careless)
    )
    assert isinstance(decide(NAME.fields[0], shipped, POLICY), Decision)
    assert isinstance(decide(NAME.fields[0], learnt, POLICY), Task)


def known_to_err(who: str, wrong: float, before: Parameters | None = None) -> Parameters:
    """Parameters in which this person was wrong so often on 400 names."""
    content: dict[str, Any] = dict((before or shipped_parameters()).content)
    content["sources"] = {**content["sources"], who: {"name": [wrong, 400.0]}}
    return Parameters(version=7, content=content)


def test_who_was_shown_a_value_says_little_by_repeating_it() -> None:
    blind = said_by("person", "dupond")
    assert said_by("person", "dupond", shown="dupond") > 0.5 > blind
    assert said_by("person", "dupont", shown="dupond") < said_by("person", "dupont")


@pytest.mark.parametrize(
    ("text", "other"),
    [("2025-03-05", "2025-05-03"), ("2025-05-05", None), ("2025-03-15", None), ("2025-1o-05", None), ("soon", None)],
)
def test_day_and_month_are_changed_about_only_where_that_is_another_date(text: str, other: str | None) -> None:
    assert with_day_as_month(text) == other


@pytest.mark.parametrize(
    ("one", "other"),
    [("3 mill rd", "3 mill road"), ("hauptstr 5", "hauptstraße 5"), ("lindenstrasse 5", "lindenstraße 5")],
)
def test_street_words_say_the_same_short_and_long(one: str, other: str) -> None:
    assert spelled_out(one) == spelled_out(other)
    address = prepared(form(field("street", "address"))).fields["street"]
    assert address.normal(one.title()) == address.normal(other.title())


def test_a_known_value_is_likelier_and_also_without_its_accents() -> None:
    masters = (Master(field="customer", values=(("Hélène Dupont", "1"),), digest="m"),)
    spot = prepared(form(field("customer", "name"), masters=masters)).fields["customer"]
    as_listed, plain, other = (
        log_prior(spot, says, LEARNT) for says in ("hélène dupont", "helene dupont", "helene dumont")
    )
    assert as_listed > plain > other


def test_known_values_near_a_reading_are_found() -> None:
    values = KnownValues({text: text.title() for text in ("dupont", "dumont", "martin", "martine")})
    assert values.neighbours("dupond") == ("dupont",)
    assert values.neighbours("martin") == ("martine",)
    assert values.neighbours("dumand") == ("dumont",)
    assert values.neighbours("quelqu un") == ()
    assert values.text("dumont") == "Dumont"


def test_a_rare_word_is_mended_to_a_common_one_but_not_a_short_one() -> None:
    words = KnownWords({"": 40.0, "avenue": 20.0, "rue": 10.0})
    assert words.corrected("avenuc foch") == "avenue foch"
    assert words.corrected("ruc foch") == "ruc foch"


def test_a_mended_reading_is_a_proposal() -> None:
    content = {**shipped_parameters().content, "words": {"customer": {"": 400.0, "dupont": 200.0}}}
    learnt = read_parameters(Parameters(version=1, content=content))
    weighed = weigh_field(SPOT, votes(SPOT, both("customer", "Dupomt")), learnt)
    assert weighed.origins["dupont"] == "composed"
    assert weighed.shares["dupont"] > weigh_field(SPOT, votes(SPOT, both("customer", "Dupomt")), LEARNT).none


def test_an_impossible_date_is_mended_as_a_proposal() -> None:
    dates = form(field("ordered", "date"))
    weighed = weigh_field(
        prepared(dates).fields["ordered"],
        votes(prepared(dates).fields["ordered"], both("ordered", "14/13/2025")),
        LEARNT,
    )
    assert weighed.origins["2025-12-14"] == "repaired"


def test_engines_are_one_source_each_and_the_latest_reading_speaks() -> None:
    said = votes(SPOT, [machine("customer", "tesseract 5 eng", "A"), machine("customer", "tesseract 5 fra", "B")])
    assert [vote.source for vote in said] == ["tesseract"]
    crossed = reading("customer", "ana", "Dupont", flags=frozenset({"crossed out"}))
    assert votes(SPOT, [crossed])[0].says == NULL_SIGN + "crossed out"


def test_an_experts_error_is_rarer_than_a_persons() -> None:
    kinds = {kind: LEARNT.source_model("x", kind, "name").error for kind in ("machine", "person", "expert")}
    assert kinds["expert"] < kinds["person"]
    assert exp(flat_prior("dupont")) < 1e-4
    assert votes(SPOT, [expert("customer", "Dupont")])[0].kind == "expert"


def test_a_form_is_made_ready_once(form_of_many: Form) -> None:
    assert prepared(form_of_many) is prepared(form_of_many)
    assert prepared(form_of_many).fields["lines.amount"].field.type == "amount"
    assert FieldKey("lines.amount", 3).table == "lines"


@pytest.fixture
def form_of_many() -> Form:
    return form(field("a"), columns=(field("lines.amount", "amount"),))


SPACES = form(field("note", "text"))


@pytest.mark.parametrize("sure", [0.5, 0.97, 0.999])
def test_of_texts_that_differ_in_a_space_an_engine_lost_it_however_sure_it_is(sure: float) -> None:
    said = [
        machine("note", "tesseract 5", "bar tape black", 0.92),
        machine("note", "rapidocr 3", "bartape black", sure),
    ]
    found = weigh(SPACES, said, shipped_parameters(), POLICY)[FieldKey("note")]
    assert found.candidates[0].normal == "bar tape black"


@pytest.mark.parametrize("said", ["1250", "1,250.00", "1750", "12.50"])
def test_who_saw_the_decimal_point_makes_no_reading_of_an_engine_less_probable(said: str) -> None:
    spot = prepared(form(field("price", "amount"))).fields["price"]
    engine, sees = votes(spot, [machine("price", "tesseract 5.5.0 eng", said), reading("price", "zoe", "1,250.00")])
    model = LEARNT.source_model(engine.source, engine.kind, "amount")
    zoe = LEARNT.source_model(sees.source, sees.kind, "amount")
    alone = likelihoods(LEARNT, [(engine, model, 1.0)], sees.says)[0]
    assert likelihoods(LEARNT, [(engine, model, 1.0), (sees, zoe, 1.0)], sees.says)[0] >= alone
