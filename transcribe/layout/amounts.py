"""Amounts of money in the print, and which of them a field asks for: by label, by arithmetic, by repetition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from transcribe.fields._numbers import currency_of, minor_digits, read_number
from transcribe.layout.candidate import Candidate, candidate
from transcribe.layout.labels import Beside, Seen, Sheet, beside
from transcribe.model import Field, Form

_SIGN = r"[€$£¥]|EUR|USD|GBP|CHF|MYR|SGD|RM|Rs\.?"
_BODY = r"\d{1,3}(?:(?: \d{3})+|(?:'\d{3})+|(?:,\d{3})+|(?:\.\d{3})+)(?:[.,]\d{1,2})?|\d+ ?[.,] ?\d{1,2}|[.,]\d{2}"
AMOUNT = re.compile(
    rf"(?<![\w.,/:-])(?:(?:{_SIGN})\s{{0,2}})?([-+]?(?:{_BODY})-?)(?![\d%])(?![.,:/-]\d)(?! ?%)", re.IGNORECASE
)
WHOLE = re.compile(
    rf"(?:(?:{_SIGN})\s?)(\d{{1,6}})(?![\d.,%])|(?<![\w.,/:#-])(\d{{1,6}})(?=\s?(?:€|EUR))", re.IGNORECASE
)


MOST_ROUNDING = Decimal(1)
"""A sum is rounded by less than one unit; more beside the word is the rounded sum itself."""

ROUNDED = 0.75
"""The score of an amount that is a total of the page with its rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One amount in the print: where, its text as printed without the currency, its value."""

    line: int
    start: int
    end: int
    text: str
    value: Decimal


def amounts(sheet: Sheet, field: Field, form: Form) -> list[Amount]:
    """Every amount of a sheet, in reading order; whole numbers only beside a currency sign."""
    minor = minor_digits(currency_of(field, form))
    found = []
    for number, line in enumerate(sheet.lines):
        for start, end in _spans(line.text):
            text = line.text[start:end]
            read = read_number(text, form.locale, minor)
            if read is not None:
                found.append(Amount(line=number, start=start, end=end, text=text, value=read.amount))
    return found


def candidates(sheet: Sheet, field: Field, form: Form) -> list[Candidate]:
    """The amounts that the field may mean, most likely first, scores 0 to 1."""
    every = amounts(sheet, field, form)
    witnesses = Witnesses.of(sheet, every)
    best = dict(_unnamed(sheet, every, witnesses))
    named: dict[Decimal, float] = {}
    for seen in sheet.of(field.name):
        for amount, place in _named(sheet, seen, every):
            score = _score(sheet, field, amount, place, every, witnesses)
            best[amount] = max(score, best.get(amount, 0.0))
            named[amount.value] = max(score, named.get(amount.value, 0.0))
    for amount in _rounded(named, every, witnesses):
        best[amount] = max(ROUNDED, best.get(amount, 0.0) + 0.15)
    ranked = sorted(best.items(), key=lambda item: (-item[1], -item[0].line))
    return [candidate((sheet.lines[a.line].span(a.start, a.end),), score) for a, score in ranked]


def _rounded(named: Mapping[Decimal, float], every: Sequence[Amount], witnesses: Witnesses) -> Iterator[Amount]:
    """Amounts that are the likeliest total with its rounding: that is what was paid."""
    least = max(named.values(), default=0.0) - 0.15
    totals = [value for value, score in named.items() if score >= least]
    paid = {total + rounding for total in totals for rounding in witnesses.roundings}
    return (amount for amount in every if amount.value in paid and amount.value > 0)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    taken: list[tuple[int, int]] = []
    for found in AMOUNT.finditer(text):
        taken.append(found.span(1))
    for found in WHOLE.finditer(text):
        span = found.span(1) if found[1] else found.span(2)
        if all(span[1] <= start or span[0] >= end for start, end in taken):
            taken.append(span)
    return iter(sorted(taken))


def _named(sheet: Sheet, seen: Seen, every: Sequence[Amount]) -> Iterator[tuple[Amount, Beside]]:
    """The amounts beside a label: the last to the right of it, else those below."""
    for place in beside(sheet, seen):
        inside = [a for a in every if a.line == place.line and place.start <= a.start and a.end <= place.end + 1]
        if inside:
            yield inside[-1], place
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """What the rest of the sheet says for a value: how often it stands there, and which sums give it."""

    times: Counter[Decimal]
    sums: frozenset[Decimal]
    roundings: frozenset[Decimal]
    summary: int
    paid: int

    @classmethod
    def of(cls, sheet: Sheet, every: Sequence[Amount]) -> Witnesses:
        by_role = {
            role: {a.value for seen in sheet.of(role) for a, _ in _named(sheet, seen, every)}
            for role in ("#subtotal", "#tax", "#service", "#rounding", "#paid", "#change", "#discount")
        }
        sums = {paid - change for paid in by_role["#paid"] for change in by_role["#change"] if paid > change}
        for base in by_role["#subtotal"]:
            for tax in {*by_role["#tax"], Decimal(0)}:
                sums |= {base + tax + adjust for adjust in by_role["#rounding"] if tax or adjust}
                sums |= {base + tax} if tax else set()
        first = [seen.line for seen in sheet.of("#summary")]
        paid = [seen.line for role in ("#change", "#paid") for seen in sheet.of(role)]
        return cls(
            times=Counter(a.value for a in every),
            sums=frozenset(sums),
            roundings=frozenset(r for r in by_role["#rounding"] if 0 < abs(r) < MOST_ROUNDING),
            summary=min(first, default=len(sheet.lines)),
            paid=min(paid, default=len(sheet.lines)),
        )


def _score(
    sheet: Sheet, field: Field, amount: Amount, place: Beside, every: Sequence[Amount], witnesses: Witnesses
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


def _unnamed(sheet: Sheet, every: Sequence[Amount], witnesses: Witnesses) -> Iterator[tuple[Amount, float]]:
    """What speaks for an amount without the field's label: sums, the subtotal or what was paid, repetition."""
    labelled = {
        amount: score
        for role, score in (("#paid", 0.2), ("#subtotal", 0.3), ("#total", 0.4))
        for seen in sheet.of(role)
        for amount, _ in _named(sheet, seen, every)
        if amount.value > 0
    }
    for amount in every:
        score = labelled.get(amount, 0.0) + (0.3 if amount.value in witnesses.sums else 0.0)
        if amount.value > 0 and (score or witnesses.times[amount.value] > 1):
            yield amount, score + (0.08 if witnesses.times[amount.value] > 1 else 0.0)
