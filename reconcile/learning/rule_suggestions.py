"""Rules that the decided values of a form keep: products, sums, dates in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, permutations
from typing import NamedTuple

from reconcile.forms import CompiledRule, Operand, compile_rules, operand
from transcribe.fields import Facts, facts_of
from transcribe.model import Decision, Field, FieldKey, Form, Rule

MIN_RECORD_COUNT = 20
"""Fewer records suggest nothing. Chosen by hand."""

MIN_HOLDING_SHARE = 0.97
"""The least share of records that must keep a suggested rule. A few values are wrong, or wrong on the paper."""

MIN_TELLING_COUNT = 5
"""The least count of records that could have broken the rule. Chosen by hand. In these none of the numbers is 0 or 1,
and the dates differ."""

MAX_NUMBER_COUNT = 12
"""Sums are looked for among the first so many numbers of a form. Chosen by hand."""


class SuggestedCheck(NamedTuple):
    """A rule that a form lacks, its fields, the records that keep it, and those of which it says something."""

    check: str
    names: tuple[str, ...]
    seen: int
    of: int


def suggested_checks(form: Form, records: Sequence[Mapping[FieldKey, Decision]]) -> Iterator[SuggestedCheck]:
    """Each rule that a form lacks and that these records bear out.

    Of several rules about one total the first is enough, and products are found before sums of them.
    """
    facts = {field.name: facts_of(field.type) for field in form.all_fields()}
    values = [_values(record, facts) for record in records]
    ruled = {frozenset(rule.names) for rule in compile_rules(form)}
    explained: set[str] = set()
    for left, check in _checks(form):
        (rule,) = compile_rules(replace(form, rules=(Rule(name="", check=check),)))
        if frozenset(rule.names) in ruled or left in explained:
            continue
        seen, of, telling = _tally(rule, values)
        if of >= MIN_RECORD_COUNT and telling >= MIN_TELLING_COUNT and seen >= MIN_HOLDING_SHARE * of:
            explained.add(left)
            yield SuggestedCheck(check, tuple(rule.names), seen, of)


def _values(record: Mapping[FieldKey, Decision], facts: Mapping[str, Facts]) -> dict[FieldKey, Operand]:
    known = {key: each for key, each in record.items() if each.null != "illegible" and key.name in facts}
    return {key: operand(each.value, facts[key.name]) for key, each in known.items()}


def _tally(rule: CompiledRule, values: Sequence[Mapping[FieldKey, Operand]]) -> tuple[int, int, int]:
    """Counts of records where the rule holds, applies, and could have failed."""
    seen, of, telling = 0, 0, 0
    for of_record in values:
        instances = rule.instances(of_record)
        told = [(each, each.holds(of_record)) for each in instances if set(each.keys) <= of_record.keys()]
        said = [(each, holds) for each, holds in told if holds is not None]
        if said:
            of += 1
            seen += all(holds for _, holds in said)
            telling += any(_tells([of_record[key] for key in each.keys]) for each, _ in said)
    return seen, of, telling


def _tells(operands: Sequence[Operand]) -> bool:
    """True if the rule could have failed: no number is 0 or 1, no two dates are the same."""
    numbers = [each for each in operands if isinstance(each, Decimal)]
    filled = [each for each in operands if each is not None]
    return all(abs(each) not in (0, 1) for each in numbers) and (bool(numbers) or len(set(filled)) == len(filled) > 1)


def _checks(form: Form) -> Iterator[tuple[str, str]]:
    """Every rule that may be suggested, with what it is about, likelier ones first."""
    for table in form.tables:
        yield from _products([column.field for column in table.columns])
    numbers = [each.name for each in form.fields if facts_of(each.type).is_number][:MAX_NUMBER_COUNT]
    cells = [column.field for table in form.tables for column in table.columns]
    columns = [each.name for each in cells if facts_of(each.type).is_money]
    for total in numbers:
        for column in columns:
            yield total, f"{total} == sum({column})"
    for total, part in permutations(numbers, 2):
        for column in columns:
            yield total, f"{total} == sum({column}) + {part}"
    for total in numbers:
        for one, other in combinations([name for name in numbers if name != total], 2):
            yield total, f"{total} == {one} + {other}"
    dates = [each.name for each in form.fields if facts_of(each.type).is_day]
    for early, late in permutations(dates, 2):
        yield f"{early} {late}", f"{late} >= {early}"


def _products(columns: Sequence[Field]) -> Iterator[tuple[str, str]]:
    names = [each.name for each in columns if facts_of(each.type).is_number]
    for result in reversed(names):
        for one, other in combinations([name for name in names if name != result], 2):
            yield result, f"{result} == {one} * {other}"
