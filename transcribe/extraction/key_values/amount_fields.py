"""Which amount a field asks for: by its label, by the sums of the page, by repetition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache

from transcribe.extraction.key_values import tax_rates, totals_check
from transcribe.extraction.key_values.company_patterns import no_name_pattern
from transcribe.extraction.key_values.money_amounts import Amount, amounts_beside_label, find_amounts
from transcribe.extraction.key_values.totals_check import TotalsEvidence
from transcribe.extraction.page_text.field_candidates import FieldCandidate, field_candidate
from transcribe.extraction.page_text.labels import role_of
from transcribe.extraction.page_text.page_text import PageText, ValueSpan
from transcribe.extraction.page_text.vocabulary import any_of
from transcribe.model import Field, Form

TOTAL_ROLE = "#total"
TAX_ROLE = "#tax"

STAND_IN_SCORES = {"#paid": 0.2, "#subtotal": 0.3, TOTAL_ROLE: 0.4}
"""The score of an amount with the label of another role, for a total whose own label was not found. Chosen by hand."""

MIN_HEADING_PIECES = 3
"""So many pieces side by side are headings of columns. Chosen by hand."""

OTHER_WORD_PATTERN = re.compile(r"[^\W\d_]{4,}")
"""A word that is no currency."""

ROUNDED_TOTAL_SCORE = 0.75
"""The least score of an amount that is a total of the page with its rounding. Chosen by hand."""


@cache
def to_pay_pattern() -> re.Pattern[str]:
    """Words of a total that no column of rows is headed with."""
    return re.compile(any_of("to_pay"), re.IGNORECASE)


def candidates(page_text: PageText, field: Field, form: Form) -> list[FieldCandidate]:
    """The amounts that the field may mean, most likely first, scores 0 to 1."""
    amounts = find_amounts(page_text, field, form)
    role = role_of(field)
    evidence = totals_check.totals_evidence(page_text, amounts, role)
    scores = dict(_unlabelled_amounts(page_text, amounts, evidence, role))
    labelled: dict[Decimal, float] = {}
    vouched = set(evidence.implied_values)
    for amount, place in _labelled_amounts(page_text, field, amounts):
        score = _labelled_score(page_text, field, amount, place, amounts, evidence)
        scores[amount] = max(score, scores.get(amount, 0.0))
        is_vouched = not (_is_under_column_heading(page_text, place) or _is_of_something_else(page_text, place, amount))
        vouched |= {amount.value} if is_vouched else set()
        labelled[amount.value] = max(score, labelled.get(amount.value, 0.0))
    if role == TAX_ROLE:
        single_rate = tax_rates.single_rate_lines(page_text)
        scores = {
            amount: score
            for amount, score in scores.items()
            if amount.line not in single_rate or amount.value in evidence.implied_values
        }
    if role == TOTAL_ROLE:
        for amount in _paid_amounts(labelled, amounts, evidence.roundings):
            scores[amount] = max(ROUNDED_TOTAL_SCORE, scores.get(amount, 0.0) + 0.15)
            vouched.add(amount.value)
        for amount in _paid_amounts(labelled, amounts, evidence.tips):
            scores[amount] = 1.0
            vouched.add(amount.value)
    ranked = sorted(scores.items(), key=lambda item: (-item[1], -item[0].line))
    return [
        field_candidate(
            (page_text.lines[amount.line].span(amount.start, amount.end),),
            score,
            doubtful=role == TOTAL_ROLE and (amount.value not in vouched or evidence.is_not_what_was_paid(amount)),
        )
        for amount, score in ranked
    ]


def _labelled_amounts(
    page_text: PageText, field: Field, amounts: Sequence[Amount]
) -> Iterator[tuple[Amount, ValueSpan]]:
    """The amount beside each label of the field, of a column below one its foot, and the place where it was found."""
    for match in page_text.labels_of(field.name):
        for nearest, place in amounts_beside_label(page_text, match, amounts):
            is_below = place.where == "below"
            yield tax_rates.column_foot(page_text, nearest, amounts) if is_below else nearest, place


def _is_of_something_else(page_text: PageText, place: ValueSpan, amount: Amount) -> bool:
    """Whether a word that is no label stands between a label and the amount right of it: "Total weight 3.50"."""
    between = page_text.lines[amount.line].text[place.start : amount.start]
    is_other = OTHER_WORD_PATTERN.search(between) is not None and no_name_pattern().search(between) is None
    return place.where == "right" and is_other  # "Total facture" is a total


def _is_under_column_heading(page_text: PageText, place: ValueSpan) -> bool:
    """Whether a place is under a label that is one of the headings of columns.

    What stands there first may be the amount of a row.
    """
    is_heading = len(page_text.lines[place.match.line].segments()) >= MIN_HEADING_PIECES
    return place.where == "below" and is_heading and not to_pay_pattern().search(place.match.label.text)


def _paid_amounts(
    labelled: Mapping[Decimal, float], amounts: Sequence[Amount], added: frozenset[Decimal]
) -> Iterator[Amount]:
    """Amounts that are the likeliest total with its rounding or its tip: that is what was paid."""
    least = max(labelled.values(), default=0.0) - 0.15
    totals = [value for value, score in labelled.items() if score >= least]
    paid = {total + more for total in totals for more in added}
    return (amount for amount in amounts if amount.value in paid and amount.value > 0)


def _labelled_score(
    page_text: PageText,
    field: Field,
    amount: Amount,
    place: ValueSpan,
    amounts: Sequence[Amount],
    evidence: TotalsEvidence,
) -> float:
    """How likely an amount beside a label of the field is the one that is meant, 0.01 to 1."""
    assert field.find is not None
    rank_share = place.match.label.rank / max(1, len(field.find.labels))
    score = 0.55 * place.match.similarity * (1 - 0.4 * rank_share)
    score += 0.15 if amount.value in evidence.implied_values else 0.0
    score += 0.1 if evidence.occurrences[amount.value] > 1 else 0.0
    score += 0.05 if place.where == "right" else 0.0
    on_line = [other for other in amounts if other.line == amount.line]
    score -= 0.08 * (len(on_line) - 1)
    score -= 0.25 if amount.line > evidence.summary_line else 0.0
    score -= 0.05 if amount.line > evidence.paid_line else 0.0
    score -= 0.3 if amount.value <= 0 else 0.0
    return max(0.01, min(1.0, score + 0.1 * amount.line / max(1, len(page_text.lines))))


def _unlabelled_amounts(
    page_text: PageText, amounts: Sequence[Amount], evidence: TotalsEvidence, role: str
) -> Iterator[tuple[Amount, float]]:
    """What speaks for an amount without the field's label: sums; for a total also labels of other roles, repetition."""
    standing_in = {
        amount: score
        for other, score in (STAND_IN_SCORES if role == TOTAL_ROLE else {}).items()
        for match in page_text.labels_of(other)
        for amount, _ in amounts_beside_label(page_text, match, amounts)
        if amount.value > 0
    }
    for amount in amounts:
        score = standing_in.get(amount, 0.0) + (0.3 if amount.value in evidence.implied_values else 0.0)
        is_repeated = role == TOTAL_ROLE and evidence.occurrences[amount.value] > 1
        if amount.value > 0 and (score or is_repeated):
            yield amount, score + (0.08 if is_repeated else 0.0)
