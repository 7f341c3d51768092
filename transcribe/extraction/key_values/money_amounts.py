"""Amounts of money in the print: where they stand, what they say, and which stands beside a label."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from transcribe.extraction.key_values.company_patterns import NO_NAME
from transcribe.extraction.page_text.consensus import FieldCandidate, field_candidate
from transcribe.extraction.page_text.labels import LabelMatch, pattern_of, role_of
from transcribe.extraction.page_text.page_text import PageText, ValueSpan, horizontal_distance, value_spans
from transcribe.geometry import Box
from transcribe.model import Field, Form
from transcribe.values import currency_of, minor_digits, read_number

_SIGN = r"[€$£¥]|EUR|USD|GBP|CHF|MYR|SGD|RM|Rs\.?"
_BODY = r"\d{1,3}(?:(?: \d{3})+|(?:'\d{3})+|(?:,\d{3})+|(?:\.\d{3})+)(?:[.,]\d{1,2})?|\d+ ?[.,] ?\d{1,2}|[.,]\d{2}"

AMOUNT_PATTERN = re.compile(
    rf"(?<![\w.,/:-])(?:(?:{_SIGN})\s{{0,2}})?\+?(-?(?:{_BODY})-?)(?![\d%])(?![.,:/-]\d)(?! ?%)", re.IGNORECASE
)
"""An amount with decimals or thousands, with or without a currency sign. Group 1 is the number."""

WHOLE_AMOUNT_PATTERN = re.compile(
    rf"(?:(?:{_SIGN})\s?)(\d{{1,6}})(?![\d.,%])|(?<![\w.,/:#-])(\d{{1,6}})(?=\s?(?:€|EUR))", re.IGNORECASE
)
"""A whole number after a currency sign (group 1), or before "€" or "EUR" (group 2)."""

REGISTER_NUMBER = re.compile(r"\d{3}(?: \d{3}){2,}|\d{9,}")
"""The number of a register ("530 848 134"): nine digits or more without cents. It is no amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One amount in the print: its place, its text as printed without the currency, its value."""

    line: int
    start: int
    end: int
    text: str
    value: Decimal


def find_amounts(page_text: PageText, field: Field, form: Form) -> list[Amount]:
    """Every amount of a page, in reading order; whole numbers only beside a currency sign."""
    minor = minor_digits(currency_of(field, form))
    amounts = []
    for number, line in enumerate(page_text.lines):
        for start, end in _amount_spans(line.text):
            text = line.text[start:end]
            parsed = read_number(text, form.locale, minor)
            if parsed is not None and not REGISTER_NUMBER.fullmatch(text):
                amounts.append(Amount(line=number, start=start, end=end, text=text, value=parsed.amount))
    return amounts


def _amount_spans(text: str) -> list[tuple[int, int]]:
    """Start and end of each amount of a line, without its currency sign."""
    spans = [hit.span(1) for hit in AMOUNT_PATTERN.finditer(text)]
    for hit in WHOLE_AMOUNT_PATTERN.finditer(text):
        span = hit.span(1) if hit[1] else hit.span(2)
        if all(span[1] <= start or span[0] >= end for start, end in spans):
            spans.append(span)
    return sorted(spans)


def amounts_beside_label(
    page_text: PageText, match: LabelMatch, amounts: Sequence[Amount]
) -> Iterator[tuple[Amount, ValueSpan]]:
    """The amount beside a label, with its place; at most one. The amounts come in the order of their lines.

    It is the last to the right of the label, else the nearest below.
    """
    for place in value_spans(page_text, match):
        on_line = amounts[
            bisect_left(amounts, place.line, key=_line_of) : bisect_right(amounts, place.line, key=_line_of)
        ]
        inside = [a for a in on_line if place.start <= a.start and a.end <= place.end + 1]
        if inside:
            yield (inside[-1] if place.where == "right" else _nearest(page_text, inside, match)), place
            return


def _line_of(amount: Amount) -> int:
    return amount.line


def _nearest(page_text: PageText, amounts: Sequence[Amount], match: LabelMatch) -> Amount:
    return min(amounts, key=lambda a: horizontal_distance(page_text, a.line, a.start, a.end, match))


# What the sums of a page say for an amount: total = subtotal + tax (+ rounding), paid - change = total.

MAX_ROUNDING = Decimal(1)
"""A sum is rounded by less than one unit; more beside the word is the rounded sum itself."""

MAX_ROLE_VALUES_COUNT = 50
"""The most amounts of one role that are tried in sums, top to bottom: sums of three roles are made of all of them.

Chosen by hand.
"""

CHECKED_ROLES = ("#total", "#subtotal", "#tax", "#service", "#rounding", "#tip", "#paid", "#change", "#discount")
"""The roles whose amounts are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalsEvidence:
    """The evidence for amounts of a page in a role.

    `occurrences`: how often each value stands on the page. `implied_values`: the values that its sums give the role.
    `handed_over`: what was paid, and that less the change; none where no change is printed. `summary_line`,
    `paid_line`: the first lines of the tax summary and of what was paid; the number of lines where there is none.
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
    """The evidence for amounts of a page in a role ("#total", "#subtotal", "#tax")."""
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


# Tax by rates: the foot of a column of amounts, and the amounts that are those of one rate alone.

TAX_RATE = re.compile(r"(?<![\w.,])(\d{1,2}(?:[.,]\d{1,2})?) ?%")
"""A rate in per cent. Group 1 is the number."""

MAX_COLUMN_GAP_HEIGHTS = 2.6
"""The next amount of a column stands at most so many line heights below. Chosen by hand."""

MAX_ALIGNMENT_OFFSET_HEIGHTS = 1.5
"""Amounts of one column end, or have their middles, at most so many line heights apart. Chosen by hand."""


TOTAL_ROW = r"^\W*<total_row>\b[^\w]*(?:(?:eur|<beside_total>|\d+)[^\w]*)*$"
"""A line of nothing but the word for a total and its numbers."""


def column_foot(page_text: PageText, first: Amount, amounts: Sequence[Amount]) -> Amount:
    """The foot of the column of amounts that begins with `first`; `first` itself where the column has no foot.

    A foot is the sum of the amounts above it, or stands in a row called total with several amounts.
    """
    column = [first]
    last = _amount_box(page_text, first)
    for amount in amounts:
        line, box = page_text.lines[amount.line], _amount_box(page_text, amount)
        is_same_page = line.page == page_text.lines[first.line].page
        if amount.line <= column[-1].line or not is_same_page or not _is_aligned(last, box):
            continue
        if box.y0 - last.y1 > MAX_COLUMN_GAP_HEIGHTS * last.height:
            break
        amounts_on_line = sum(other.line == amount.line for other in amounts)
        is_total_row = pattern_of(TOTAL_ROW).match(line.text) and amounts_on_line > 1
        if is_total_row or (len(column) > 1 and amount.value == sum(above.value for above in column)):
            return amount
        column.append(amount)
        last = box
    return first


def single_rate_lines(page_text: PageText) -> set[int]:
    """The lines with the tax of one rate, where a page has several rates; else none.

    Such a line has the label of a tax and a rate, or a rate at its head and no words. The sum of all rates may be
    printed nowhere.
    """
    tax_lines = {match.line for match in page_text.labels_in_role("#tax")}
    rates: dict[int, Decimal] = {}
    for number, line in enumerate(page_text.lines):
        hit = TAX_RATE.search(line.text)
        if hit and (number in tax_lines or _is_rate_row(line.text, hit)):
            rates[number] = Decimal(hit[1].replace(",", ".")).normalize()
    return set(rates) if len(set(rates.values())) > 1 else set()


def _is_rate_row(text: str, rate: re.Match[str]) -> bool:
    """Whether a line begins with a rate, has an amount, and no words but the euro."""
    bare = re.sub(r"(?i)\beur\b", "", text)
    has_words = re.search(r"\w", text[: rate.start()]) or re.search(r"[^\W\d_]", bare)
    return not has_words and bool(AMOUNT_PATTERN.search(text))


def _amount_box(page_text: PageText, amount: Amount) -> Box:
    return page_text.lines[amount.line].span(amount.start, amount.end).box


def _is_aligned(one: Box, other: Box) -> bool:
    middle = abs(one.x0 + one.x1 - other.x0 - other.x1) / 2
    return min(abs(one.x1 - other.x1), middle) <= MAX_ALIGNMENT_OFFSET_HEIGHTS * one.height


# Which amount a field asks for: by its label, by the sums of the page, by repetition.

TOTAL_ROLE = "#total"
TAX_ROLE = "#tax"

STAND_IN_SCORES = {"#paid": 0.2, "#subtotal": 0.3, TOTAL_ROLE: 0.4}
"""The score of an amount with the label of another role, for a total whose own label was not found. Chosen by hand."""

MIN_HEADING_PIECES = 3
"""The least pieces side by side that are headings of columns. Chosen by hand."""

OTHER_WORD_PATTERN = re.compile(r"[^\W\d_]{4,}")
"""A word that is no currency."""

ROUNDED_TOTAL_SCORE = 0.75
"""The least score of an amount that is a total of the page with its rounding. Chosen by hand."""


TO_PAY = r"<to_pay>"
"""Words of a total that no column of rows is headed with."""


def candidates(page_text: PageText, field: Field, form: Form) -> list[FieldCandidate]:
    """The amounts that the field may mean, most likely first, scores 0 to 1."""
    amounts = find_amounts(page_text, field, form)
    role = role_of(field)
    evidence = totals_evidence(page_text, amounts, role)
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
        single_rate = single_rate_lines(page_text)
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
            yield column_foot(page_text, nearest, amounts) if is_below else nearest, place


def _is_of_something_else(page_text: PageText, place: ValueSpan, amount: Amount) -> bool:
    """Whether a word that is no label stands between a label and the amount right of it: "Total weight 3.50"."""
    between = page_text.lines[amount.line].text[place.start : amount.start]
    is_other = OTHER_WORD_PATTERN.search(between) is not None and pattern_of(NO_NAME).search(between) is None
    return place.where == "right" and is_other  # "Total facture" is a total


def _is_under_column_heading(page_text: PageText, place: ValueSpan) -> bool:
    """Whether a place is under a label that is one of the headings of columns.

    What stands there first may be the amount of a row.
    """
    is_heading = len(page_text.lines[place.match.line].segments()) >= MIN_HEADING_PIECES
    return place.where == "below" and is_heading and not pattern_of(TO_PAY).search(place.match.label.text)


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
    """The evidence for an amount without the field's label: sums; for a total also labels of other roles,
    repetition."""
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
