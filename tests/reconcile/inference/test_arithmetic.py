"""What the form's sums say of the values of a row."""

from __future__ import annotations

from dataclasses import replace

from reconcile.decision.decide import decide
from reconcile.forms import prepared
from reconcile.inference.weigh import weigh, weigh_together
from reconcile.parameters import read_parameters
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.drawn import LINES, PARTS
from tests.reconcile.made import both, reading
from transcribe.model import Decision, FieldKey, Reading

QUANTITY, PRICE, AMOUNT = PARTS


def without_confidence(key: FieldKey, text: str) -> list[Reading]:
    return [replace(each, confidence=None) for each in both(key, text)]


def test_a_price_and_an_amount_alike_are_no_evidence_for_another_row_that_holds() -> None:
    """Both engines misread quantity and amount so that the row holds too; three people read a quantity of 1."""
    people = [
        reading(key, who, text)
        for key, text in zip(PARTS, ("1", "12.50", "12.50"), strict=True)
        for who in ("ana", "ben", "eve")
    ]
    readings = [*people, *without_confidence(QUANTITY, "3"), *without_confidence(AMOUNT, "37.50")]
    found = weigh(LINES, readings, shipped_parameters(), POLICY)
    answer = decide(LINES.field(AMOUNT.name), found[AMOUNT], POLICY)
    assert isinstance(answer, Decision)
    assert answer.text == "12.50"
    alone = weigh(LINES, [each for each in readings if each.key != QUANTITY], shipped_parameters(), POLICY)[AMOUNT]
    assert found[AMOUNT].candidates[1].probability < 2 * alone.candidates[1].probability


def test_a_number_too_improbable_to_be_tried_gains_nothing_beside_others_that_break_the_sum() -> None:
    made, learnt = prepared(LINES), read_parameters(shipped_parameters())
    readings = [
        *both(QUANTITY, "3"),
        *both(PRICE, "12.50"),
        *[replace(each, source=f"{each.source}{number}") for number in range(3) for each in both(AMOUNT, "37.60")],
        *[reading(AMOUNT, who, "37.60") for who in ("ben", "eve", "zoe")],
        reading(AMOUNT, "ana", "100.00"),
    ]
    (ruled,) = weigh_together(made, readings, learnt)[AMOUNT].ruled
    assert ruled.factors["100.00"] <= ruled.factors["37.60"]
