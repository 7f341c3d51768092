"""The model keeps its place beside majority only while it is not worse."""

from __future__ import annotations

from reconcile.forms.prepared_form import prepared
from reconcile.inference.votes import majority, votes
from reconcile.inference.weigh import weigh
from reconcile.learning.lessons import taught
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.champion import champion
from reconcile.parameters.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.parameters.shipped_people import CALIBRATION
from reconcile.policy import POLICY
from tests.reconcile.made import both, field, form, reading
from transcribe.model import FieldKey, Parameters

TOTAL = form(field("total", "amount"))
KEY = FieldKey("total")


def test_the_model_stays_until_majority_is_better_on_a_hundred_items() -> None:
    assert champion({}) == "model"
    assert champion({"items": 99, "model": 0, "majority": 30}) == "model"
    assert champion({"items": 100, "model": 10, "majority": 12}) == "model"
    assert champion({"items": 100, "model": 3, "majority": 15}) == "majority"


def test_majority_is_what_most_blind_sources_say() -> None:
    spot = prepared(TOTAL).fields["total"]
    said = [*both("total", "15.60"), reading("total", "ana", "15.80"), reading("total", "eve", "15.80", shown="15.80")]
    assert majority(votes(spot, said)) == "15.60"
    assert majority(votes(spot, said[1:3])) is None


def test_where_majority_is_champion_its_value_stands_first_and_that_is_told() -> None:
    content = {**shipped_parameters().content, "contests": {"amount": {"items": 200, "model": 0, "majority": 20}}}
    readings = [
        *both("total", "15.60"),
        reading("total", "ana", "15.80"),
        reading("total", "ben", "15.80"),
        reading("total", "eve", "15.80"),
    ]
    posterior = weigh(TOTAL, readings, Parameters(version=1, content=content), POLICY)[KEY]
    assert posterior.candidates[0].normal == "15.80"
    assert "majority" in {each.code for each in posterior.evidence}


def test_the_contest_is_counted_on_known_truths_only() -> None:
    readings = [*both("total", "15.60"), reading("total", "ana", "15.60")]
    learnt = read_parameters(shipped_parameters())
    right = ScanFacts(form=TOTAL, readings=readings, truths={KEY: "15.60"})
    assert taught([right, right], learnt, POLICY)["contests"] == {"amount": {"items": 2}}
    assert taught([ScanFacts(form=TOTAL, readings=readings)], learnt, POLICY)["contests"] == {}


def test_what_people_say_is_believed_less_where_known_truths_disprove_it() -> None:
    def scan(truth: str) -> ScanFacts:
        readings = [*both("total", "15.60"), reading("total", "ana", "15.80"), reading("total", "ben", "15.60")]
        return ScanFacts(form=TOTAL, readings=readings, truths={KEY: truth})

    learnt = read_parameters(shipped_parameters())
    upheld = taught([scan("15.60")] * 100, learnt, POLICY)
    disproved = taught([scan("15.60")] * 75 + [scan("13.60")] * 25, learnt, POLICY)
    few = taught([scan("13.60")] * 99, learnt, POLICY)["calibration"]
    assert isinstance(few, dict)
    assert {stage: line for stage, line in few.items() if stage.startswith("people")} == CALIBRATION, "as shipped"
    said = []
    for lessons in (upheld, disproved):
        content = {**shipped_parameters().content, "calibration": lessons["calibration"]}
        posterior = weigh(TOTAL, scan("").readings, Parameters(version=1, content=content), POLICY)[KEY]
        said.append(posterior.probability)
    assert said[0] > 0.99
    assert said[1] < 0.9
