"""What the sums of a page say for an amount: total = subtotal + tax (+ rounding), paid - change = total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from transcribe.extraction.key_values.money_amounts import Amount, amounts_beside_label
from transcribe.extraction.page_text.page_text import PageText

MAX_ROUNDING = Decimal(1)
"""A sum is rounded by less than one unit; more beside the word is the rounded sum itself."""

CHECKED_ROLES = ("#total", "#subtotal", "#tax", "#service", "#rounding", "#tip", "#paid", "#change", "#discount")


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsEvidence:
    """How often each value stands on the sheet, the values that its sums give a role, the roundings, the tips, and the
    first lines of the tax summary and of what was paid."""

    occurrences: Counter[Decimal]
    implied_values: frozenset[Decimal]
    roundings: frozenset[Decimal]
    tips: frozenset[Decimal]
    summary_line: int
    paid_line: int


def totals_evidence(sheet: PageText, every: Sequence[Amount], role: str) -> TotalsEvidence:
    """What speaks for the amounts of a sheet as the one of a role ("#total", "#subtotal", "#tax")."""
    named = {
        each: {a.value for seen in sheet.labels_in_role(each) for a, _ in amounts_beside_label(sheet, seen, every)}
        for each in CHECKED_ROLES
    }
    found = {"#total": _totals, "#subtotal": _subtotals, "#tax": _taxes}.get(role)
    return TotalsEvidence(
        occurrences=Counter(amount.value for amount in every),
        implied_values=frozenset(found(named) if found else ()),
        roundings=frozenset(value for value in named["#rounding"] if 0 < abs(value) < MAX_ROUNDING),
        tips=frozenset(value for value in named["#tip"] if value > 0),
        summary_line=min((seen.line for seen in sheet.labels_in_role("#summary")), default=len(sheet.lines)),
        paid_line=min(
            (seen.line for each in ("#change", "#paid") for seen in sheet.labels_of(each)), default=len(sheet.lines)
        ),
    )


def _totals(named: Mapping[str, set[Decimal]]) -> set[Decimal]:
    found = {paid - change for paid in named["#paid"] for change in named["#change"] if paid > change}
    for base in named["#subtotal"]:
        for tax in {*named["#tax"], Decimal(0)}:
            found |= {base + tax + adjust for adjust in named["#rounding"] if tax or adjust}
            found |= {base + tax} if tax else set()
    return found


def _subtotals(named: Mapping[str, set[Decimal]]) -> set[Decimal]:
    return {total - tax for total in named["#total"] for tax in named["#tax"] if 0 < tax < total}


def _taxes(named: Mapping[str, set[Decimal]]) -> set[Decimal]:
    return {total - base for total in named["#total"] for base in named["#subtotal"] if 0 < base < total}
