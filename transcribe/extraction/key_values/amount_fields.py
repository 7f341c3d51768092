"""Which amount a field asks for: by its label, by the sums of the page, by repetition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from transcribe.extraction.key_values import tax_rates, totals_check
from transcribe.extraction.key_values.money_amounts import Amount, amounts_beside_label, find_amounts
from transcribe.extraction.key_values.totals_check import TotalsEvidence
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.labels import role_of
from transcribe.extraction.page_text.page_text import PageText, ValueSpan
from transcribe.model import Field, Form

TOTAL_ROLE, TAX_ROLE = "#total", "#tax"
STAND_IN_SCORES = {"#paid": 0.2, "#subtotal": 0.3, TOTAL_ROLE: 0.4}
"""What an amount with the label of another role is worth for a total whose own label was not found."""

MIN_HEADING_PIECES = 3
"""So many pieces side by side are headings of columns."""

TO_PAY = re.compile(r"pay|due|dû|régler|zahlen|grand|facture", re.IGNORECASE)
"""Words of a total that no column of rows is headed with."""

ROUNDED_TOTAL_SCORE = 0.75
"""The score of an amount that is a total of the page with its rounding."""


def candidates(sheet: PageText, field: Field, form: Form) -> list[Candidate]:
    """The amounts that the field may mean, most likely first, scores 0 to 1."""
    every = find_amounts(sheet, field, form)
    role = role_of(field)
    witnesses = totals_check.totals_evidence(sheet, every, role)
    best = dict(_unlabelled_amounts(sheet, every, witnesses, role))
    named: dict[Decimal, float] = {}
    vouched = set(witnesses.implied_values)
    for seen in sheet.labels_of(field.name):
        for found, place in amounts_beside_label(sheet, seen, every):
            amount = tax_rates.column_foot(sheet, found, every) if place.where == "below" else found
            score = _labelled_score(sheet, field, amount, place, every, witnesses)
            best[amount] = max(score, best.get(amount, 0.0))
            vouched |= set() if _is_under_column_heading(sheet, place) else {amount.value}
            named[amount.value] = max(score, named.get(amount.value, 0.0))
    if role == TAX_ROLE:
        of_rates = tax_rates.single_rate_lines(sheet)
        best = {
            each: score
            for each, score in best.items()
            if each.line not in of_rates or each.value in witnesses.implied_values
        }
    if role == TOTAL_ROLE:
        for amount in _paid_amounts(named, every, witnesses.roundings):
            best[amount] = max(ROUNDED_TOTAL_SCORE, best.get(amount, 0.0) + 0.15)
            vouched.add(amount.value)
        for amount in _paid_amounts(named, every, witnesses.tips):
            best[amount] = 1.0
            vouched.add(amount.value)
    ranked = sorted(best.items(), key=lambda item: (-item[1], -item[0].line))
    return [
        candidate(
            (sheet.lines[a.line].span(a.start, a.end),), score, doubtful=role == TOTAL_ROLE and a.value not in vouched
        )
        for a, score in ranked
    ]


def _is_under_column_heading(sheet: PageText, place: ValueSpan) -> bool:
    """Whether a label is one of the headings of columns, and the place is under it: what stands there first may be the
    amount of a row."""
    headings = len(sheet.lines[place.label.line].segments()) >= MIN_HEADING_PIECES
    return place.where == "below" and headings and not TO_PAY.search(place.label.label.text)


def _paid_amounts(
    named: Mapping[Decimal, float], every: Sequence[Amount], added: frozenset[Decimal]
) -> Iterator[Amount]:
    """Amounts that are the likeliest total with its rounding or its tip: that is what was paid."""
    least = max(named.values(), default=0.0) - 0.15
    totals = [value for value, score in named.items() if score >= least]
    paid = {total + more for total in totals for more in added}
    return (amount for amount in every if amount.value in paid and amount.value > 0)


def _labelled_score(
    sheet: PageText, field: Field, amount: Amount, place: ValueSpan, every: Sequence[Amount], witnesses: TotalsEvidence
) -> float:
    assert field.find is not None
    share = place.label.label.rank / max(1, len(field.find.labels))
    score = 0.55 * place.label.similarity * (1 - 0.4 * share)
    score += 0.15 if amount.value in witnesses.implied_values else 0.0
    score += 0.1 if witnesses.occurrences[amount.value] > 1 else 0.0
    score += 0.05 if place.where == "right" else 0.0
    row = [a for a in every if a.line == amount.line]
    score -= 0.08 * (len(row) - 1)
    score -= 0.25 if amount.line > witnesses.summary_line else 0.0
    score -= 0.05 if amount.line > witnesses.paid_line else 0.0
    score -= 0.3 if amount.value <= 0 else 0.0
    return max(0.01, min(1.0, score + 0.1 * amount.line / max(1, len(sheet.lines))))


def _unlabelled_amounts(
    sheet: PageText, every: Sequence[Amount], witnesses: TotalsEvidence, role: str
) -> Iterator[tuple[Amount, float]]:
    """What speaks for an amount without the field's label: sums; for a total also who stands in for it, repetition."""
    standing_in = {
        amount: score
        for other, score in (STAND_IN_SCORES if role == TOTAL_ROLE else {}).items()
        for seen in sheet.labels_of(other)
        for amount, _ in amounts_beside_label(sheet, seen, every)
        if amount.value > 0
    }
    for amount in every:
        score = standing_in.get(amount, 0.0) + (0.3 if amount.value in witnesses.implied_values else 0.0)
        twice = role == TOTAL_ROLE and witnesses.occurrences[amount.value] > 1
        if amount.value > 0 and (score or twice):
            yield amount, score + (0.08 if twice else 0.0)
