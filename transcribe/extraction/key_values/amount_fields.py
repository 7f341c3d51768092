"""Which amount a field asks for: by its label, by the sums of the page, by repetition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from transcribe.extraction.key_values import tax_rates, totals_check
from transcribe.extraction.key_values.money_amounts import Amount, amounts, beside_label
from transcribe.extraction.key_values.totals_check import Witnesses
from transcribe.extraction.page_text.field_candidates import Candidate, candidate
from transcribe.extraction.page_text.labels import role_of
from transcribe.extraction.page_text.page_text import Beside, PageText
from transcribe.model import Field, Form

TOTAL, TAX = "#total", "#tax"
STAND_INS = {"#paid": 0.2, "#subtotal": 0.3, TOTAL: 0.4}
"""What an amount with the label of another role is worth for a total whose own label was not found."""

HEADINGS = 3
"""So many pieces side by side are headings of columns."""

TO_PAY = re.compile(r"pay|due|dû|régler|zahlen|grand|facture", re.IGNORECASE)
"""Words of a total that no column of rows is headed with."""

ROUNDED = 0.75
"""The score of an amount that is a total of the page with its rounding."""


def candidates(sheet: PageText, field: Field, form: Form) -> list[Candidate]:
    """The amounts that the field may mean, most likely first, scores 0 to 1."""
    every = amounts(sheet, field, form)
    role = role_of(field)
    witnesses = totals_check.witnesses(sheet, every, role)
    best = dict(_unnamed(sheet, every, witnesses, role))
    named: dict[Decimal, float] = {}
    vouched = set(witnesses.sums)
    for seen in sheet.of(field.name):
        for found, place in beside_label(sheet, seen, every):
            amount = tax_rates.foot(sheet, found, every) if place.where == "below" else found
            score = _score(sheet, field, amount, place, every, witnesses)
            best[amount] = max(score, best.get(amount, 0.0))
            vouched |= set() if _is_heading(sheet, place) else {amount.value}
            named[amount.value] = max(score, named.get(amount.value, 0.0))
    if role == TAX:
        of_rates = tax_rates.of_one_rate(sheet)
        best = {
            each: score for each, score in best.items() if each.line not in of_rates or each.value in witnesses.sums
        }
    if role == TOTAL:
        for amount in _paid(named, every, witnesses.roundings):
            best[amount] = max(ROUNDED, best.get(amount, 0.0) + 0.15)
            vouched.add(amount.value)
        for amount in _paid(named, every, witnesses.tips):
            best[amount] = 1.0
            vouched.add(amount.value)
    ranked = sorted(best.items(), key=lambda item: (-item[1], -item[0].line))
    return [
        candidate((sheet.lines[a.line].span(a.start, a.end),), score, doubtful=role == TOTAL and a.value not in vouched)
        for a, score in ranked
    ]


def _is_heading(sheet: PageText, place: Beside) -> bool:
    """Whether a label is one of the headings of columns, and the place is under it: what stands there first may be the
    amount of a row."""
    headings = len(sheet.lines[place.label.line].segments()) >= HEADINGS
    return place.where == "below" and headings and not TO_PAY.search(place.label.label.text)


def _paid(named: Mapping[Decimal, float], every: Sequence[Amount], added: frozenset[Decimal]) -> Iterator[Amount]:
    """Amounts that are the likeliest total with its rounding or its tip: that is what was paid."""
    least = max(named.values(), default=0.0) - 0.15
    totals = [value for value, score in named.items() if score >= least]
    paid = {total + more for total in totals for more in added}
    return (amount for amount in every if amount.value in paid and amount.value > 0)


def _score(
    sheet: PageText, field: Field, amount: Amount, place: Beside, every: Sequence[Amount], witnesses: Witnesses
) -> float:
    assert field.find is not None
    share = place.label.label.rank / max(1, len(field.find.labels))
    score = 0.55 * place.label.likeness * (1 - 0.4 * share)
    score += 0.15 if amount.value in witnesses.sums else 0.0
    score += 0.1 if witnesses.times[amount.value] > 1 else 0.0
    score += 0.05 if place.where == "right" else 0.0
    row = [a for a in every if a.line == amount.line]
    score -= 0.08 * (len(row) - 1)
    score -= 0.25 if amount.line > witnesses.summary else 0.0
    score -= 0.05 if amount.line > witnesses.paid else 0.0
    score -= 0.3 if amount.value <= 0 else 0.0
    return max(0.01, min(1.0, score + 0.1 * amount.line / max(1, len(sheet.lines))))


def _unnamed(
    sheet: PageText, every: Sequence[Amount], witnesses: Witnesses, role: str
) -> Iterator[tuple[Amount, float]]:
    """What speaks for an amount without the field's label: sums; for a total also who stands in for it, repetition."""
    standing_in = {
        amount: score
        for other, score in (STAND_INS if role == TOTAL else {}).items()
        for seen in sheet.of(other)
        for amount, _ in beside_label(sheet, seen, every)
        if amount.value > 0
    }
    for amount in every:
        score = standing_in.get(amount, 0.0) + (0.3 if amount.value in witnesses.sums else 0.0)
        twice = role == TOTAL and witnesses.times[amount.value] > 1
        if amount.value > 0 and (score or twice):
            yield amount, score + (0.08 if twice else 0.0)
