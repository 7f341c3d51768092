"""What was searched for on a free layout: how sure machines are of it, apart from what stands in a known box."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconcile.decision.decide import decide
from reconcile.inference.calibration import adjusted
from reconcile.inference.circumstances import SEARCHED_STAGE, UNDECIDED_STAGE
from reconcile.inference.weigh import weigh
from reconcile.parameters import shipped
from reconcile.parameters.parameters import read_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import both
from transcribe.forms import definition as forms
from transcribe.model import FieldKey, Posterior, Task

RECEIPT = forms.load("receipt")
STAGES = read_parameters(shipped.shipped_parameters()).calibration


def found(name: str, text: str, place: float) -> Posterior:
    """Both engines read this, at a place of this confidence."""
    conditions = {"place": place, "fit": 1.0, "quality": 1.0}
    readings = [replace(each, scan=f"at {place}", conditions=conditions) for each in both(name, text)]
    return weigh(RECEIPT, readings, shipped.shipped_parameters(), POLICY)[FieldKey(name)]


def test_a_value_is_less_probable_where_its_place_is_doubtful() -> None:
    sure, doubtful = (found("total", "15.60", place).probability for place in (0.95, 0.3))
    assert doubtful < sure


def test_an_address_on_which_engines_agree_is_asked_for_all_the_same() -> None:
    answer = decide(RECEIPT.field("address"), found("address", "1, High Street, 40150 Shah Alam", 0.95), POLICY)
    assert isinstance(answer, Task)
    assert answer.reason == "extent"


@pytest.mark.parametrize("family", ["amount", "code", "date", "line text", "short text"])
def test_what_ships_says_how_sure_machines_are_of_every_family_on_a_free_layout(family: str) -> None:
    doubted = f"{SEARCHED_STAGE} machines in doubt: {family}"
    assert doubted in STAGES
    assert 0.0 < adjusted(0.9, doubted, family, STAGES) < 1.0


def test_joined_handwriting_is_next_to_impossible_whatever_an_engine_claims() -> None:
    assert adjusted(0.5, f"{UNDECIDED_STAGE} handwriting: line text", "line text", STAGES) < 0.15
