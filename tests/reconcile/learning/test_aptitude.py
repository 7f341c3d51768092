"""Who adds most to which type of field."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconcile.learning.aptitude import adds
from reconcile.parameters.parameters import LearntParameters

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
