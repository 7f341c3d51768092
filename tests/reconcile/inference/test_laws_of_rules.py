"""Laws of weighing and deciding fields that the form's rules tie together, for any parameters: shipped or extreme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.votes import comparable_text
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.examples import SOAK, examples
from tests.reconcile.drawn import (
    CONFIDENCES,
    ENGINES,
    LINES,
    NUMBER_TYPES,
    PARTS,
    PEOPLE,
    PICTURE_FLAGS,
    lines,
    parameters,
)
from tests.reconcile.made import field, form, reading
from transcribe.model import Decision, FieldKey, Parameters, Posterior, Reading, Rule

LAW = examples(250 if SOAK else 200, HealthCheck.filter_too_much, derandomize=not SOAK)
"""As in `test_laws.py`."""

SLACK = 1e-4
"""By so little, as a share, a value may move against its law where texts are read that may stand beside the field, and
where a rule's other fields become so sure that they are no longer asked again."""

ROUNDING = 1e-9

NAMES = tuple(f"lines.{name}" for name in ("a", "middle", "z"))
"""Other names of the fields: how they are sorted depends on which one gets which."""


def share(posterior: Posterior, says: str) -> float:
    return next((each.probability for each in posterior.candidates if each.normal == says), 0.0)


def one_more(alike: Reading, source: str, sure: float | None) -> Reading:
    """What this reading says, by another source."""
    machine = source in ENGINES
    return replace(
        alike,
        id="new",
        source=source,
        kind="machine" if machine else "person",
        confidence=sure if machine else None,
        conditions={"fit": 1.0, "quality": 1.0} if machine else {},
        flags=frozenset() if alike.text is not None else alike.flags,
    )


@LAW
@given(
    readings=lines(),
    learnt=parameters(*NUMBER_TYPES),
    key=st.sampled_from(PARTS),
    source=st.sampled_from((*ENGINES, *PEOPLE)),
    sure=CONFIDENCES,
)
def test_a_reading_that_agrees_never_makes_its_value_less_probable(
    readings: list[Reading], learnt: Parameters, key: FieldKey, source: str, sure: float | None
) -> None:
    own = [each for each in readings if each.key == key]
    assume(own and source not in {each.source for each in own})
    assume(source not in ENGINES or any(each.kind == "machine" for each in own))
    before = weigh(LINES, readings, learnt, POLICY)[key]
    best = before.candidates[0]
    spot = prepared(LINES).fields[key.name]
    alike = [each for each in own if comparable_text(spot, each) == best.normal]
    assume(alike)
    after = weigh(LINES, [*readings, one_more(alike[0], source, sure)], learnt, POLICY)[key]
    assert share(after, best.normal) >= best.probability * (1 - SLACK)
    assert after.probability >= before.probability * (1 - SLACK)


def renamed(learnt: Parameters, field_names: Mapping[str, str], people: Mapping[str, str]) -> Parameters:
    """The same parameters of fields and people with other names."""
    content: dict[str, Any] = dict(learnt.content)
    for part in ("words", "covered"):
        content[part] = {field_names.get(name, name): kept for name, kept in content.get(part, {}).items()}
    for part in ("sources", "unrelated"):
        content[part] = {people.get(name, name): kept for name, kept in content[part].items()}
    return Parameters(version=learnt.version, content=content)


@LAW
@given(
    readings=lines(),
    learnt=parameters(*NUMBER_TYPES),
    names=st.permutations(NAMES),
    people=st.permutations(PEOPLE),
    order=st.randoms(use_true_random=False),
)
def test_names_of_fields_rules_and_people_and_the_order_of_readings_change_nothing(
    readings: list[Reading], learnt: Parameters, names: list[str], people: list[str], order: Any
) -> None:
    assume(readings)
    named = {key.name: name for key, name in zip(PARTS, names, strict=True)}
    person = dict(zip(PEOPLE, people, strict=True))
    other = form(
        columns=[
            field(named[key.name], kind) for key, kind in zip(PARTS, ("integer", "amount", "amount"), strict=True)
        ],
        rules=(Rule(name="another", check=f"{names[2]} == {names[0]} * {names[1]}"),),
    )
    again = [
        replace(
            each,
            id=f"other {each.id}",
            key=FieldKey(named[each.key.name], each.key.row),
            source=person.get(each.source, each.source),
        )
        for each in readings
    ]
    order.shuffle(again)
    one = weigh(LINES, readings, learnt, POLICY)
    two = weigh(other, again, renamed(learnt, named, person), POLICY)
    for key, posterior in one.items():
        same = two[FieldKey(named[key.name], key.row)]
        assert abs(posterior.probability - same.probability) < ROUNDING
        for each in posterior.candidates:
            assert abs(each.probability - share(same, each.normal)) < ROUNDING


ROWS_THAT_HOLD = (("3", "12.50", "37.50"), ("8", "12.50", "100.00"), ("1", "12.50", "12.50"), ("3", "1250", "3750"))


@LAW
@given(readings=lines(), row=st.sampled_from(ROWS_THAT_HOLD), count=st.integers(3, 5))
def test_three_people_who_agree_on_a_row_that_holds_decide_it_whatever_machines_say(
    readings: list[Reading], row: tuple[str, ...], count: int
) -> None:
    machines = [each for each in readings if each.kind == "machine"]
    people = [reading(key, source, text) for key, text in zip(PARTS, row, strict=True) for source in PEOPLE[:count]]
    for key, posterior in weigh(LINES, [*people, *machines], shipped_parameters(), POLICY).items():
        if not any(each.key == key and each.flags.intersection(PICTURE_FLAGS) for each in machines):
            answer = decide(LINES.field(key.name), posterior, POLICY)
            assert isinstance(answer, Decision), posterior
            assert posterior.candidates[0].normal == prepared(LINES).fields[key.name].normal(answer.text)
