"""What engines read beside a field."""

from __future__ import annotations

import pytest

from reconcile.forms import prepared
from reconcile.inference.beside import Beside, with_beside
from reconcile.inference.noisy_channel import Component, Source
from reconcile.inference.votes import votes
from reconcile.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from tests.reconcile.made import field, form, machine

SPOT = prepared(form(field("it"))).fields["it"]


def sources(*texts: str) -> list[Source]:
    learnt = read_parameters(shipped_parameters())
    said = votes(SPOT, [machine("it", f"engine{number}", text) for number, text in enumerate(texts)])
    return [(vote, learnt.source_model(vote.source, vote.kind, "text"), 1.0) for vote in said]


@pytest.mark.parametrize("written", ["\x00illegible", "\x00crossed out", "", "alpha"])
def test_all_ways_together_are_as_probable_as_one_was(written: str) -> None:
    """Two texts beside may mislead by themselves and together: that is not counted twice."""
    of = sources("alpha", "omega")
    beside = [Beside("alpha", 0.5, {0: (0.6, 0.9)}, struck=0.5), Beside("omega", 0.5, {1: (0.6, 0.9)}, struck=0.5)]
    found = with_beside(beside, written, of, [Component(1.0, [0.01, 0.01])])
    assert sum(way.weight for way in found) == pytest.approx(1.0)
    assert all(way.weight >= 0.0 for way in found)


def test_two_texts_that_may_explain_the_same_vote_mislead_together_too() -> None:
    """One that explains a little of the other's vote as well took the other's place: a source that erred more so
    spoke against what is struck out."""
    of = sources("alpha", "alphb", "omega")
    apart = [Beside("alpha", 0.01, {0: (1.0, 0.5)}, struck=0.01), Beside("alphb", 0.01, {1: (1.0, 0.5)}, struck=0.01)]
    over = [Beside("alpha", 0.01, {0: (1.0, 0.5), 1: (1.0, 2e-6)}, struck=0.01), apart[1]]
    terms = [1e-6, 1e-6, 0.1]
    whole = [
        sum(way.weight * way.terms[0] * way.terms[1] for way in with_beside(beside, "\x00crossed out", of, ways))
        for beside in (apart, over)
        for ways in [[Component(1.0, list(terms))]]
    ]
    assert whole[1] >= whole[0] * 0.999
