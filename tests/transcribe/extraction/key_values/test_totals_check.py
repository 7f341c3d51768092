"""What the sums of a page say for an amount."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcribe.extraction.printed import printed
from transcribe.extraction.key_values.money_amounts import find_amounts
from transcribe.extraction.key_values.totals_check import TotalsEvidence, totals_evidence
from transcribe.extraction.page_text.page_text import page_text_of
from transcribe.extraction.page_text.text_lines import lines
from transcribe.forms import definition

RECEIPT = definition.load("receipt")


def said(role: str, *rows: str) -> TotalsEvidence:
    made = page_text_of(lines(printed(*rows), 1), RECEIPT)
    return totals_evidence(made, find_amounts(made, RECEIPT.field("total"), RECEIPT), role)


PAID = ("SUB TOTAL  9.43", "GST  0.57", "ROUNDING  -0.03", "CASH  20.00", "CHANGE  10.03")


@pytest.mark.parametrize(
    ("rows", "sums"),
    [
        (("CASH  20.00", "CHANGE  10.60"), {"9.40"}),
        (("SUB TOTAL  9.43", "GST  0.57"), {"10.00"}),
        (("SUB TOTAL  9.43", "ROUNDING  -0.03"), {"9.40"}),
        (PAID, {"9.97", "10.00", "9.40"}),
        (("TOTAL  9.40",), set()),
        ((), set()),
    ],
)
def test_a_total_is_what_was_paid_less_the_change_and_the_parts_together(rows: Sequence[str], sums: set[str]) -> None:
    assert said("#total", *rows).implied_values == {Decimal(each) for each in sums}


def test_a_subtotal_and_a_tax_are_what_is_left_of_the_total() -> None:
    assert said("#subtotal", "GST  0.60", "TOTAL  10.60").implied_values == {Decimal("10.00")}
    assert said("#tax", "SUB TOTAL  10.00", "TOTAL  10.60").implied_values == {Decimal("0.60")}


def test_only_less_than_one_unit_is_a_rounding() -> None:
    assert said("#total", *PAID).roundings == {Decimal("-0.03")}
    assert said("#total", "ROUNDING  9.40").roundings == frozenset()


def test_values_are_counted_however_often_they_stand() -> None:
    assert said("#total", "TOTAL  9.40", "VISA  9.40", "PEN  2.00").occurrences == {
        Decimal("9.40"): 2,
        Decimal("2.00"): 1,
    }


cents = st.integers(1, 99_999).map(lambda number: Decimal(number).scaleb(-2))


@given(total=cents, change=cents)
def test_whatever_was_paid_gives_the_total(total: Decimal, change: Decimal) -> None:
    paid = total + change
    assert total in said("#total", f"CASH  {paid}", f"CHANGE  {change}").implied_values
