"""The law of doubt: who does not know says nothing, and of a mark nobody weighs more than what proves them.

These laws know readings and counted answers, and look at posteriors alone: by which rules these come about is nothing
to them. What proves a reading of text is not counted in them yet.
"""

from __future__ import annotations

from math import log
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from reconcile.decision import decide
from reconcile.inference import weigh
from reconcile.parameters import CONFIDENCE_STEPS, bin_of, confidence_table, shipped_parameters
from reconcile.policy import POLICY
from tests.examples import examples
from tests.reconcile.drawn import ENGINES, KEY, World, worlds
from tests.reconcile.made import field, form, ink, reading
from transcribe.codes import Flag
from transcribe.model import INK, READ, Decision, Kind, Parameters, Posterior, Reading

pytestmark = pytest.mark.law

LAW = examples(200, HealthCheck.filter_too_much)

MARKS = ("checkbox", "signature")

MACHINES = (f"{INK} 1", *ENGINES, "detector 2", "own engine 1")

SOURCES: tuple[tuple[str, Kind], ...] = (
    *[(name, "machine") for name in MACHINES],
    ("ana", "person"),
    ("expert", "expert"),
)

ROUNDING = 1e-9


def values(posterior: Posterior) -> dict[str, float]:
    """The probability of each value; what is no value (illegible, absent) is left out, and the rest sums to 1."""
    found = {each.normal: each.probability for each in posterior.candidates if each.null in (None, "blank")}
    whole = sum(found.values()) + posterior.none
    return {says: share / whole for says, share in found.items()}


def odds(share: float) -> float:
    return log(max(share, 1e-300) / max(1.0 - share, 1e-300))


def audited(type_name: str, source: str, kind: Kind, confidence: float, right: int, wrong: int) -> Parameters:
    """Parameters under which a source was heard so often on fields of this type, always as sure as this."""
    content: dict[str, Any] = dict(shipped_parameters().content)
    name, tally = source.partition(" ")[0], [float(wrong), float(right + wrong)]
    content["sources"] = {**content["sources"], name: {type_name: tally}}
    content["rates"] = {**content["rates"], kind: {type_name: tally}}
    content["on_bad"] = {}
    bins = [[0.0, 0.0] for _ in range(len(CONFIDENCE_STEPS) + 1)]
    bins[bin_of(confidence)] = [float(wrong), float(right)]
    kinds = [confidence_table(name, digits=digits, bad=bad) for digits in (False, True) for bad in (False, True)]
    content["sure"] = dict.fromkeys((name, *kinds), bins)
    return Parameters(version=9, content=content)


def said(source: str, kind: Kind, text: str | None, confidence: float | None, *flags: Flag) -> Reading:
    return reading(KEY, source, text, kind=kind, confidence=confidence, flags=frozenset(flags))


@LAW
@given(
    world=worlds(),
    source=st.sampled_from(MACHINES[2:] + MACHINES[:1]),
    confidence=st.none() | st.floats(0, 1),
    flag=st.sampled_from([None, Flag.ILLEGIBLE, Flag.ABSENT]),
)
def test_who_read_nothing_adds_nothing(world: World, source: str, confidence: float | None, flag: Flag | None) -> None:
    assume(all(each.source != source for each in world.readings))
    before = weigh(world.form, world.readings, world.parameters, POLICY)[KEY]
    silent = said(source, "machine", None, confidence, *([flag] if flag else []))
    after = weigh(world.form, [*world.readings, silent], world.parameters, POLICY)[KEY]
    assert abs(after.none - before.none) < ROUNDING
    left = {each.normal: each.probability for each in after.candidates}
    assert all(abs(left[each.normal] - each.probability) < ROUNDING for each in before.candidates)
    if next(each for each in before.candidates if each.origin in READ).null in (None, "blank"):  # else it is no value
        assert after.probability <= before.probability + ROUNDING


@LAW
@given(
    source=st.sampled_from(MACHINES),
    type_name=st.sampled_from(MARKS),
    confidence=st.floats(0, 0.5),
    text=st.sampled_from(["true", "false"]),
    others=st.lists(st.sampled_from(["true", "false"]), min_size=1, max_size=3),
)
def test_who_is_no_surer_than_not_adds_nothing_to_a_mark(
    source: str, type_name: str, confidence: float, text: str, others: list[str]
) -> None:
    made = form(field(KEY.name, type_name))
    known = [said(f"person {number}", "person", each, None) for number, each in enumerate(others)]
    new = said(source, "machine", text, confidence)
    before = weigh(made, known, shipped_parameters(), POLICY)[KEY]
    after = values(weigh(made, [*known, new], shipped_parameters(), POLICY)[KEY])
    for says, share in values(before).items():
        assert after[says] <= share + ROUNDING


@LAW
@given(
    who=st.sampled_from(SOURCES),
    type_name=st.sampled_from(MARKS),
    text=st.sampled_from(["true", "false"]),
    confidence=st.floats(0.51, 1.0),
    right=st.integers(0, 3000),
    wrong=st.integers(0, 50),
    others=st.lists(st.sampled_from(["true", "false"]), max_size=4),
)
def test_of_a_mark_nobody_weighs_more_than_what_proves_them(
    who: tuple[str, Kind], type_name: str, text: str, confidence: float, right: int, wrong: int, others: list[str]
) -> None:
    source, kind = who
    learnt = audited(type_name, source, kind, confidence, right, wrong)
    sure = confidence if kind == "machine" else None
    known = [said(f"person {number}", "person", each, None) for number, each in enumerate(others)]
    made, new = form(field(KEY.name, type_name)), said(source, kind, text, sure)
    before = values(weigh(made, known, learnt, POLICY)[KEY]) if known else {text: 0.5}
    after = values(weigh(made, [*known, new], learnt, POLICY)[KEY])
    gained = odds(after[text]) - odds(before.get(text, 1.0 - sum(before.values())))
    assume(all(1e-9 < share < 1 - 1e-9 for share in (after[text], before.get(text, 0.5))))
    assert gained <= log((right + wrong + 1) / (wrong + 1)) + 1e-6
    if source == f"{INK} 1" and not others and confidence >= POLICY.min_ink_confidence:
        told = weigh(made, [new], learnt, POLICY)[KEY].probability
        assert told <= max(values(weigh(made, [new], learnt, POLICY)[KEY])[text], 0.55) + 1e-6
    if sure is not None and source == f"{INK} 1":
        assert gained <= max(0.0, odds(sure)) + 1e-6  # the ink test says probabilities


@LAW
@given(confidence=st.floats(0, 0.9), others=st.integers(1, 2), type_name=st.sampled_from(MARKS))
def test_what_no_audit_proves_neither_decides_nor_confirms(confidence: float, others: int, type_name: str) -> None:
    """What ships was counted on confident answers: of the ink test's others nothing is known."""
    asked = field(KEY.name, type_name)
    doubt = ink(KEY, "false", confidence)
    for say in ("false", "true"):
        people = [reading(KEY, name, say) for name in ("ana", "ben")[:others]]
        found = weigh(form(asked), [doubt, *people], shipped_parameters(), POLICY)[KEY]
        alone = weigh(form(asked), people, shipped_parameters(), POLICY)[KEY]
        assert values(found)[say] == pytest.approx(values(alone)[say])
        assert isinstance(decide(asked, found, POLICY), Decision) == isinstance(decide(asked, alone, POLICY), Decision)


def test_a_plain_signature_is_decided_by_those_who_saw_it() -> None:
    asked = field(KEY.name, "signature")
    doubt, slip = ink(KEY, "false", 0.7), reading(KEY, "marek", "false")
    alone = weigh(form(asked), [doubt, slip], shipped_parameters(), POLICY)[KEY]
    assert not isinstance(decide(asked, alone, POLICY), Decision)
    two = [reading(KEY, name, "true") for name in ("ana", "ben")]
    won = weigh(form(asked), [doubt, *two], shipped_parameters(), POLICY)[KEY]
    assert won.candidates[0].normal == "true"
    assert won.probability > 0.99
