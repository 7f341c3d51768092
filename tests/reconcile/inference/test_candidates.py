"""What engines read beside a field is a component of its own: the components of a text add up to what it had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.forms.prepared_form import prepared
from reconcile.inference.beside import Beside, with_beside
from reconcile.inference.noisy_channel import Component, Source
from reconcile.inference.votes import NULL_SIGN, vote
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from tests.examples import examples
from tests.reconcile.made import field, form, machine

SPOT = prepared(form(field("it", "checkbox"))).fields["it"]
LEARNT = read_parameters(shipped_parameters())
SHARES = st.floats(0.01, 1.0)


def source(text: str) -> Source:
    said = vote(SPOT, machine("it", "tesseract 5.5.0 eng", text))
    return said, LEARNT.source_model(said.source, said.kind, SPOT.type, said.bad_page), 1.0


@examples(80)
@given(
    written=st.sampled_from(["false", "", f"{NULL_SIGN}crossed out"]),
    probability=SHARES,
    follow=SHARES,
    seen=SHARES,
    term=st.floats(1e-6, 1.0),
    weight=SHARES,
)
def test_the_components_of_a_text_add_up_to_what_it_had_and_none_explains_less(
    written: str, probability: float, follow: float, seen: float, term: float, weight: float
) -> None:
    beside = [Beside("true", probability, {0: (follow, seen)})]
    found = with_beside(beside, written, [source("true")], [Component(weight, [term])])
    assert sum(each.weight for each in found) == pytest.approx(weight)
    assert all(each.terms[0] >= term for each in found)


def test_who_says_what_is_written_did_not_read_beside_it() -> None:
    plain = Component(1.0, [0.2])
    assert with_beside([Beside("true", 0.5, {0: (0.9, 1.0)})], "true", [source("true")], [plain]) == [plain]
    other = Beside("false", 0.5, {0: (0.9, 1.0)})
    assert with_beside([other], "true", [source("true")], [plain])[-1].terms == [0.2]
