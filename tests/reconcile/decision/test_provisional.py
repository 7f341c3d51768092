"""A provisional record: its exceptions say how sure each undecided value is, or why else nobody decided it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconcile.decision.decide import decide
from reconcile.decision.provisional import provisional_record
from reconcile.policy import POLICY
from tests.reconcile.made import both, field, form, machine, posterior
from transcribe.codes import Reason
from transcribe.model import FieldKey, Posterior, Scan, Task

TOTAL = field("total", "amount")
ORDER = form(TOTAL)
SCAN = Scan(id="scan", pages=(), form="test", form_version=1)


def told(found: Posterior) -> tuple[str, str]:
    """What the exception of this field says was expected, and found."""
    answer = decide(TOTAL, found, POLICY)
    assert isinstance(answer, Task)
    record = provisional_record(SCAN, ORDER, {FieldKey("total"): found}, {FieldKey("total"): answer}, POLICY)
    assert record is not None
    (exception,) = record.exceptions
    assert (exception.rule, exception.keys) == ("below target", (FieldKey("total"),))
    return exception.expected, exception.found


@pytest.mark.parametrize(("probability", "found"), [(0.5, "0.5000"), (0.98, "0.9800"), (0.994999, "0.9949")])
def test_how_probable_it_is_is_never_rounded_up_to_the_target(probability: float, found: str) -> None:
    alone = posterior(TOTAL, machine("total", "tesseract 5", "15.80", 1.0))
    assert told(replace(alone, probability=probability)) == ("0.995", found)


def test_a_value_that_is_sure_enough_names_what_else_keeps_it_from_being_decided() -> None:
    alone = posterior(TOTAL, machine("total", "tesseract 5", "15.80", 1.0))
    assert told(replace(alone, probability=0.99991)) == ("decided", Reason.ONE_ENGINE)
    agreed = posterior(TOTAL, *both("total", "15.80"))
    unproven = replace(agreed, probability=POLICY.target, standing=agreed.standing._replace(earned=0.5))
    assert told(unproven) == ("decided", Reason.NOT_PROVEN)
