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
from transcribe.model import FieldKey, Find, Form, Parameters, Posterior, Task

RECEIPT = forms.load("receipt")
STAGES = read_parameters(shipped.shipped_parameters()).calibration


def found(name: str, text: str, place: float, form: Form = RECEIPT) -> Posterior:
    """Both engines read this, at a place of this confidence."""
    conditions = {"place": place, "fit": 1.0, "quality": 1.0}
    readings = [replace(each, scan=f"at {place}", conditions=conditions) for each in both(name, text)]
    return weigh(form, readings, shipped.shipped_parameters(), POLICY)[FieldKey(name)]


def test_a_copy_of_a_form_under_another_name_and_locale_has_what_its_layout_earned() -> None:
    kept = tuple([replace(each, name=f"mine_{each.name}") for each in RECEIPT.fields])
    copy = replace(RECEIPT, name="kassenbon", languages=("deu",), locale="de_DE", currency="EUR", fields=kept)
    assert found("mine_total", "15,60", 0.95, copy).probability == found("total", "15.60", 0.95).probability
    assert not isinstance(decide(copy.field("mine_total"), found("mine_total", "15,60", 0.95, copy), POLICY), Task)
    assert found("mine_company", "Bauer", 0.95, copy).probability == found("company", "Bauer", 0.95).probability


def test_a_form_of_the_same_name_whose_fields_are_found_otherwise_has_earned_nothing() -> None:
    other = Find(labels=("Sum of all",), where="below")
    changed = tuple([replace(each, find=other) if each.name == "total" else each for each in RECEIPT.fields])
    mine = replace(RECEIPT, fields=changed)
    assert isinstance(decide(mine.field("total"), found("total", "15.60", 0.95, mine), POLICY), Task)
    assert found("company", "Bauer", 0.95, mine).probability < found("company", "Bauer", 0.95).probability


def test_parameters_that_kept_places_by_the_names_of_forms_decide_as_what_ships() -> None:
    content = dict(shipped.shipped_parameters().content) | {"places": {"receipt: total": [[0.0, 0.0]] * 5}}
    before = read_parameters(Parameters(version=3, content=content)).places
    assert before.tallies.items() >= read_parameters(shipped.shipped_parameters()).places.tallies.items()


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
