"""The law of doubt: who does not know says nothing, and nobody weighs more than what proves them.

These laws know readings and counted answers, and look at posteriors alone: by which rules these come about is nothing
to them.
"""

from __future__ import annotations

from math import log
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from reconcile.decision import decide
from reconcile.forms import prepared
from reconcile.inference import weigh
from reconcile.parameters import CONFIDENCE_STEPS, bin_of, confidence_table, shipped_parameters
from reconcile.policy import POLICY
from tests.examples import SOAK, examples
from tests.reconcile.drawn import ENGINES, KEY, TEXTS, World, worlds
from tests.reconcile.made import field, form, ink, reading
from transcribe.codes import Flag
from transcribe.model import INK, READ, Decision, Kind, Parameters, Posterior, Reading

pytestmark = pytest.mark.law

LAW = examples(200 if SOAK else 100, HealthCheck.filter_too_much)

MARKS = ("checkbox", "signature")

MACHINES = (f"{INK} 1", *ENGINES, "detector 2", "own engine 1")

SOURCES: tuple[tuple[str, Kind], ...] = (
    *[(name, "machine") for name in MACHINES],
    ("ana", "person"),
    ("expert", "expert"),
)

ROUNDING = 1e-9

COIN = 1_000_000
"""So many answers right and as many wrong."""

PARTED: dict[str, tuple[str, ...]] = {
    "code": ("KX-4829-LMTR", "5938-6472-95"),
    "phone": ("647 672 735", "+33 4 65 78 92 36"),
    "text": ("carnet de bord 96", "papier cadeau"),
    "name": ("Kristi Vanderbeken", "Jan Maartens"),
}
"""By type of field: values of which an engine may read a part."""

CUT = 1e-4
"""By so little a text may weigh more: ways in which it is read that add less than a millionth are cut off."""


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
    assume(any(each.text is not None for each in world.readings))  # else a way of being silent is all there is to say
    before = weigh(world.form, world.readings, world.parameters, POLICY)[KEY]
    silent = said(source, "machine", None, confidence, *([flag] if flag else []))
    after = weigh(world.form, [*world.readings, silent], world.parameters, POLICY)[KEY]
    assert abs(after.none - before.none) < ROUNDING
    left = {each.normal: each.probability for each in after.candidates}
    assert all(abs(left[each.normal] - each.probability) < ROUNDING for each in before.candidates)
    if next(each for each in before.candidates if each.origin in READ).null in (None, "blank"):  # else it is no value
        assert after.probability <= before.probability + ROUNDING


@given(silence=st.sampled_from([0.0, 0.5, 0.95, 1.0]), sure=st.sampled_from([0.5, 0.95, 1.0]))
def test_an_engine_that_is_sure_it_cannot_read_takes_nothing_from_one_that_can(silence: float, sure: float) -> None:
    price = form(field(KEY.name, "amount"))
    read = [said("rapidocr 3.10.0", "machine", "12.50", sure), said("tesseract 5.5.0 eng", "machine", None, 0.0)]
    mute = [read[0], said("tesseract 5.5.0 eng", "machine", None, silence)]
    first, second = (weigh(price, each, shipped_parameters(), POLICY)[KEY] for each in (read, mute))
    assert (first.probability, first.standing) == (second.probability, second.standing)


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
    assert gained <= log((right + wrong + 1) / (wrong + 1)) + CUT
    if source == f"{INK} 1" and not others and confidence >= POLICY.min_ink_confidence:
        told = weigh(made, [new], learnt, POLICY)[KEY].probability
        assert told <= max(values(weigh(made, [new], learnt, POLICY)[KEY])[text], 0.55) + 1e-6
    if sure is not None and source == f"{INK} 1":
        assert gained <= max(0.0, odds(sure)) + 1e-6  # the ink test says probabilities


@LAW
@given(
    who=st.sampled_from(SOURCES),
    type_name=st.sampled_from(sorted(TEXTS.keys() - MARKS)),
    picks=st.tuples(*[st.integers(0, 6)] * 2),
    sure=st.none() | st.floats(0.9, 1.0),
    right=st.integers(0, 3000),
    wrong=st.integers(0, 50),
    others=st.lists(st.integers(0, 6), max_size=4),
)
def test_of_a_text_nobody_weighs_more_than_what_proves_them(
    who: tuple[str, Kind],
    type_name: str,
    picks: tuple[int, int],
    sure: float | None,
    right: int,
    wrong: int,
    others: list[int],
) -> None:
    """A text is one of many, so that anybody's word tells something: theirs is held to that of one as often wrong."""
    (source, kind), confidence = who, sure if who[1] == "machine" else None
    texts = (*TEXTS[type_name], "") if confidence is not None else TEXTS[type_name]  # a measure of blanks says how sure
    made, text, other = form(field(KEY.name, type_name)), *[texts[each % len(texts)] for each in picks]
    them: Kind = "machine" if kind == "person" else "person"  # of another kind: what is counted of theirs stays
    known = [said(f"other{at}", them, texts[each % len(texts)], None) for at, each in enumerate(others)]
    found = []
    for tally in ((right, wrong), (COIN, COIN)):
        learnt = audited(type_name, source, kind, confidence or 0.0, *tally)
        found.append(values(weigh(made, [*known, said(source, kind, text, confidence)], learnt, POLICY)[KEY]))
    proven, coin = found
    spot = prepared(made).fields[KEY.name]
    says, rival = spot.normal(text), spot.normal(other)
    most = log((right + wrong + 1) / (wrong + 1)) + CUT
    assume(all(1e-9 < each[says] < 1 - 1e-9 for each in found))
    assert odds(proven[says]) - odds(coin[says]) <= most
    if says != rival and all(each.get(rival, 0.0) > 1e-9 for each in found):
        assert log(proven[says] / proven[rival]) - log(coin[says] / coin[rival]) <= most


@LAW
@given(
    type_name=st.sampled_from(sorted(TEXTS.keys() - MARKS)),
    sure=st.floats(0.5, 1.0),
    right=st.integers(0, 3000),
    wrong=st.integers(0, 50),
)
def test_a_blank_is_decided_no_surer_than_the_ink_test_is_and_than_audits_prove(
    type_name: str, sure: float, right: int, wrong: int
) -> None:
    made, learnt = form(field(KEY.name, type_name)), audited(type_name, INK, "machine", sure, right, wrong)
    found = weigh(made, [said(f"{INK} 1", "machine", "", sure)], learnt, POLICY)[KEY]
    most = (right + wrong + 1) / (wrong + 1)
    if isinstance(decide(made.fields[0], found, POLICY), Decision):
        assert found.probability <= min(sure, most / (1 + most)) + ROUNDING


@st.composite
def read_in_part(draw: st.DrawFn) -> tuple[str, str, str, str]:
    """A type, a value, the same with one character otherwise, and what is left of it where runs of it are lost."""
    type_name = draw(st.sampled_from(["code", "phone", "text", "name"]))
    value, some = draw(st.sampled_from(PARTED[type_name])), "2356789" if type_name == "phone" else "BCDFGHJKMNPRTVWX"
    places = [at for at, each in enumerate(value) if each.isalnum()]
    at, became = draw(st.sampled_from(places)), draw(st.sampled_from(some))
    assume(became != value[at])
    lost = draw(st.sets(st.sampled_from([each for each in places if abs(each - at) > 1]), min_size=4, max_size=5))
    runs = [each for each in lost if each - 1 not in lost]
    assume(len(runs) <= 2)
    left = "".join("" if place in lost else each for place, each in enumerate(value))
    return type_name, value, value[:at] + became + value[at + 1 :], left


@LAW
@given(drawn=read_in_part(), sure=st.floats(0.98, 0.995), doubt=st.floats(0.0, 0.97))
def test_a_reading_in_part_speaks_against_each_value_that_it_contradicts(
    drawn: tuple[str, str, str, str], sure: float, doubt: float
) -> None:
    type_name, value, wrong, left = drawn
    asked = field(KEY.name, type_name)
    spot = prepared(form(asked)).fields[KEY.name]
    part, engine = said("tesseract 5", "machine", left, doubt), said("rapidocr 3", "machine", wrong, sure)
    known, learnt = [engine, said("ana", "person", value, None)], shipped_parameters()
    before, after = (values(weigh(form(asked), each, learnt, POLICY)[KEY]) for each in (known, [*known, part]))
    right, other = spot.normal(value), spot.normal(wrong)
    rest = iter(other)
    assume(not all(each in rest for each in spot.normal(left)))  # else it may be a part of that, too
    assume(min(before[right], before[other], after[right], after[other]) > 1e-12)
    assert log(after[other] / after[right]) < log(before[other] / before[right]) - 1.0
    alone = weigh(form(asked), [engine, part], learnt, POLICY)[KEY]
    assert not isinstance(decide(asked, alone, POLICY), Decision), alone


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
