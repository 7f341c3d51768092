"""What the sums of a page say for an amount: total = subtotal + tax (+ rounding), paid - change = total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from transcribe.extraction.key_values.money_amounts import Amount, amounts_beside_label
from transcribe.extraction.page_text.page_text import PageText

MAX_ROUNDING = Decimal(1)
"""A sum is rounded by less than one unit; more beside the word is the rounded sum itself."""

MAX_ROLE_VALUES_COUNT = 50
"""So many amounts of one role are tried in sums, top to bottom: sums of three roles are made of all of them. Chosen by
hand."""

CHECKED_ROLES = ("#total", "#subtotal", "#tax", "#service", "#rounding", "#tip", "#paid", "#change", "#discount")
"""The roles whose amounts are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsEvidence:
    """What speaks for the amounts of a page as the one of a role.

    `occurrences`: how often each value stands on the page. `implied_values`: the values that its sums give the role.
    `handed_over`: what was paid, and that less the change; none where no change is printed.
    `summary_line`, `paid_line`: the first lines of the tax summary and of what was paid; the number of lines where
    there is none.
    """

    occurrences: Counter[Decimal]
    implied_values: frozenset[Decimal]
    handed_over: frozenset[Decimal]
    roundings: frozenset[Decimal]
    tips: frozenset[Decimal]
    summary_line: int
    paid_line: int

    def is_not_what_was_paid(self, amount: Amount) -> bool:
        """Whether below an amount stands what was paid and what came back, and that is more or less than it."""
        is_other = bool(self.handed_over) and all(abs(amount.value - paid) >= MAX_ROUNDING for paid in self.handed_over)
        return is_other and amount.line < self.paid_line


def totals_evidence(page_text: PageText, amounts: Sequence[Amount], role: str) -> TotalsEvidence:
    """What speaks for the amounts of a page as the one of a role ("#total", "#subtotal", "#tax")."""
    by_role = {checked: _values_in_role(page_text, amounts, checked) for checked in CHECKED_ROLES}
    implied = {"#total": _implied_totals, "#subtotal": _implied_subtotals, "#tax": _implied_taxes}.get(role)
    end = len(page_text.lines)
    paid = [match.line for other in ("#change", "#paid") for match in page_text.labels_of(other)]
    return TotalsEvidence(
        occurrences=Counter(amount.value for amount in amounts),
        implied_values=frozenset(implied(by_role) if implied else ()),
        handed_over=frozenset(by_role["#paid"] | handed_over if (handed_over := _handed_over(by_role)) else ()),
        roundings=frozenset(value for value in by_role["#rounding"] if 0 < abs(value) < MAX_ROUNDING),
        tips=frozenset(value for value in by_role["#tip"] if value > 0),
        summary_line=min((match.line for match in page_text.labels_in_role("#summary")), default=end),
        paid_line=min(paid, default=end),
    )


def _values_in_role(page_text: PageText, amounts: Sequence[Amount], role: str) -> set[Decimal]:
    """The values of the amounts beside the labels of a role."""
    matches = page_text.labels_in_role(role)
    beside = (amount.value for match in matches for amount, _ in amounts_beside_label(page_text, match, amounts))
    return set(islice(beside, MAX_ROLE_VALUES_COUNT))


def _handed_over(by_role: Mapping[str, set[Decimal]]) -> set[Decimal]:
    return {paid - change for paid in by_role["#paid"] for change in by_role["#change"] if paid > change}


def _implied_totals(by_role: Mapping[str, set[Decimal]]) -> set[Decimal]:
    """Paid - change, and subtotal + tax + rounding; without a tax subtotal + rounding."""
    totals = _handed_over(by_role)
    for base in by_role["#subtotal"]:
        for tax in {*by_role["#tax"], Decimal(0)}:
            totals |= {base + tax + rounding for rounding in by_role["#rounding"] if tax or rounding}
            totals |= {base + tax} if tax else set()
    return totals


def _implied_subtotals(by_role: Mapping[str, set[Decimal]]) -> set[Decimal]:
    return {total - tax for total in by_role["#total"] for tax in by_role["#tax"] if 0 < tax < total}


def _implied_taxes(by_role: Mapping[str, set[Decimal]]) -> set[Decimal]:
    return {total - base for total in by_role["#total"] for base in by_role["#subtotal"] if 0 < base < total}
