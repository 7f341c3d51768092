"""What the evidence about machines' values is worth: the tables that ship, their laws, and the vetoes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.inference.features import REASONS, likeness, places_against_column, torn_bits
from reconcile.parameters import evidence_model
from reconcile.parameters.evidence_model import SIGNS, Curve, shipped_models
from reconcile.policy import POLICY
from tests.examples import examples
from tests.reconcile.made import both, field, machine, posterior
from transcribe.codes import EvidenceCode, Flag, Reason
from transcribe.i18n.evidence_messages import say
from transcribe.model import Decision, Posterior, Reading, Task

CODE = field("reference", "code")
PRICE = field("price", "amount")
ENGINES = ("tesseract 5", "rapidocr 3", "third 1")
CONFIDENCES = st.floats(0.0, 1.0)
TEXTS = st.sampled_from(["AB-1042", "AB-1O42", "A8-1042", "1042", "QQ", "AB-10427", "X"])
ROUNDING = 1e-9


def said(*readings: tuple[str, float], flags: frozenset[str] = frozenset()) -> Posterior:
    made = [machine(CODE.name, engine, *each) for engine, each in zip(ENGINES, readings, strict=False)]
    return posterior(CODE, *[replace(each, flags=flags) for each in made])


def test_the_tables_that_ship_are_small_and_each_curve_goes_the_way_of_its_feature() -> None:
    assert Path(evidence_model.__file__).with_name("evidence_model.json").stat().st_size < 200_000
    assert len(SIGNS) <= 40
    for model in shipped_models().values():
        assert set(model.curves) <= set(SIGNS)
        for name, curve in model.curves.items():
            assert list(curve.at) == sorted(set(curve.at))
            assert all((after - before) * SIGNS[name] >= 0 for before, after in pairwise(curve.worth)), name


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_a_curve_is_straight_between_its_points_and_flat_beyond(one: float, other: float) -> None:
    curve = Curve((0.0, 1.0, 3.0), (0.0, 2.0, 3.0), 1.0)
    low, high = sorted((one, other))
    assert 0.0 <= curve.of(low) <= curve.of(high) <= 3.0
    assert (curve.of(-1.0), curve.of(0.5), curve.of(2.0), curve.of(9.0)) == (0.0, 1.0, 2.5, 3.0)


@examples(300)
@given(first=CONFIDENCES, second=CONFIDENCES, others=st.lists(st.tuples(TEXTS, CONFIDENCES), max_size=1))
def test_an_engine_that_agrees_makes_a_value_no_less_probable(
    first: float, second: float, others: list[tuple[str, float]]
) -> None:
    alone = said(("AB-1042", first), *others)
    agreed = said(("AB-1042", first), *others, ("AB-1042", second))
    if alone.candidates[0].normal == agreed.candidates[0].normal == "AB-1042":
        assert agreed.probability >= alone.probability * (1 - 1e-4) - ROUNDING


@examples(300)
@given(first=CONFIDENCES, rival=CONFIDENCES, text=TEXTS)
def test_an_engine_that_reads_something_else_makes_a_value_no_surer(first: float, rival: float, text: str) -> None:
    alone, against = said(("AB-1042", first)), said(("AB-1042", first), (text, rival))
    if text != "AB-1042" and against.candidates[0].normal == "AB-1042":
        assert against.probability <= alone.probability + 1e-4


@given(first=st.floats(0.0, 1.0), second=st.floats(0.0, 1.0))
@examples(100)
def test_an_engine_that_was_more_torn_makes_nothing_surer(first: float, second: float) -> None:
    def torn(share: float) -> float:
        readings = [replace(each, alternatives=(("AB-1O42", share),)) for each in both(CODE.name, "AB-1042")]
        return posterior(CODE, *readings).probability

    low, high = sorted((first, second))
    assert torn(low) >= torn(high) - ROUNDING


def test_what_an_engine_nearly_read_with_a_letter_for_a_digit_is_asked_though_another_agrees() -> None:
    readings = [machine(CODE.name, "tesseract 5", "NNO9", 0.5), machine(CODE.name, "rapidocr 3", "NNO9", 0.7)]
    torn = [readings[0], replace(readings[1], alternatives=(("NN09", 0.3),))]
    found = posterior(CODE, *torn)
    assert found.probability < posterior(CODE, *readings).probability
    answer = decide(CODE, found, POLICY)
    assert isinstance(answer, Task)
    assert answer.reason == Reason.LOOKALIKE


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        (Flag.ROWS_MISSING, "rows missing"),
        (Flag.OUTSIDE_PHOTO, "outside photo"),
        (Flag.NOT_FITTING, "not fitting"),
        (Flag.ABSENT, "not found"),
        (Flag.ANOTHER_DOCUMENT, "another document"),
        (Flag.UNLABELLED, "unlabelled"),
        (Flag.HANDWRITING, "handwriting"),
        (Flag.MISCOUNTED, "miscounted"),
        (Flag.PARTLY_READ, "partly read"),
    ],
)
def test_what_no_evidence_can_tell_forbids_machines_to_decide(flag: Flag, reason: str) -> None:
    found = said(("AB-1042", 0.99), ("AB-1042", 0.99), flags=frozenset({flag}))
    answer = decide(CODE, replace(found, probability=0.999999), POLICY)
    assert isinstance(answer, Task)
    assert answer.reason == reason


@pytest.mark.parametrize("flag", [Flag.MISCOUNTED, Flag.PARTLY_READ])
def test_what_one_engine_read_in_part_another_that_read_all_of_it_bears_out(flag: Flag) -> None:
    part, whole = both(CODE.name, "AB-1042")
    assert not posterior(CODE, replace(part, flags=frozenset({flag})), whole).standing.trouble


@pytest.mark.parametrize("text", ["17217", "1 217", "172"])
def test_an_amount_that_may_have_lost_its_point_is_asked(text: str) -> None:
    answer = decide(PRICE, posterior(PRICE, *both("price", text)), POLICY)
    assert isinstance(answer, Task)
    assert answer.reason == "format"


@pytest.mark.parametrize("text", ["172.17", "172.10 EUR", "1,217.00"])
def test_an_amount_with_its_decimals_is_decided(text: str) -> None:
    assert isinstance(decide(PRICE, posterior(PRICE, *both("price", text)), POLICY), Decision)


@pytest.mark.promise("By what known truths have shown, that takes")
def test_what_speaks_most_against_a_value_is_said_in_words_and_bits() -> None:
    readings: list[Reading] = [machine("price", "tesseract 5", "15.60", 0.9), machine("price", "rapidocr 3", "15.80")]
    told = [each for each in posterior(PRICE, *readings).evidence if each.code == EvidenceCode.DOUBT]
    assert any(each.numbers["why"] == "engines disagree" for each in told)
    assert any(say(each).startswith("The machines read different things. By what known truths") for each in told)


def test_each_feature_that_costs_something_has_its_reason() -> None:
    assert set(REASONS) <= set(SIGNS)
    assert all(
        SIGNS[name] < 0 or name in REASONS or name in ("quality", "fit", "known", "check", "sums") for name in SIGNS
    )


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("47 2 735", "697 2 735", 0.9), ("8", "6", 1.0), ("10.59", "59", 1.0), ("QQ", "1042", 0.25), ("", "8", 1.0)],
)
def test_a_part_and_a_slip_are_alike(one: str, other: str, alike: float) -> None:
    assert likeness(one, other) == pytest.approx(alike, abs=0.16)


def test_a_column_tells_where_a_code_has_a_letter_for_a_digit() -> None:
    assert places_against_column("KS0019", "AA9999") == 0
    assert places_against_column("K50019", "AA9999") == 1
    assert places_against_column("K50019", "") == 0
    assert torn_bits(0.0) == torn_bits(1 / 1024) == 0.0
    assert torn_bits(1.0) == 10.0
