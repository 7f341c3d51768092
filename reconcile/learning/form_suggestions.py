"""What the decided values of a form suggest for its definition: patterns, known values, required fields, rules.

Nothing is changed by it: an operator takes what is right.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from reconcile.forms import PreparedField
from reconcile.learning.rule_suggestions import MIN_HOLDING_SHARE, MIN_RECORD_COUNT, suggested_checks
from reconcile.parameters import shape_of
from transcribe.model import Decision, Field, FieldKey, Form

MIN_WAY_SHARE = 0.05
"""A way of writing that a smaller share of values has is no part of a pattern: it may be a mistake. Chosen by hand."""

MAX_WAY_COUNT = 3
"""Values that are written in more ways have no pattern worth having. Chosen by hand."""

MIN_REPEATED_SHARE = 0.9
"""From so many values on that stand on other orders too, the values of a field are a list. Chosen by hand."""

MAX_KNOWN_SHARE = 1 / 3
"""The most different values a value that a list may have: else nobody knows whether it is whole. Chosen by hand."""

LISTED_TYPES = ("text", "name", "code", "city")
"""Types whose values may be known beforehand."""

PATTERN_TYPES = ("code", "text")
"""Types for which a form may say a pattern, and of which nothing else is known."""

Kind = Literal["pattern", "master", "required", "rule"]

Decided = Mapping[FieldKey, Decision]
"""The decisions of one scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One proposal for a definition. `seen` of `of` records bear it out; `toml` is what to write.

    `field` is the field it is about, "" for a rule. `values` are the rows of the list that a master names.
    """

    kind: Kind
    field: str
    seen: int
    of: int
    toml: str
    values: tuple[str, ...] = ()


def suggestions(form: Form, records: Sequence[Decided]) -> tuple[Suggestion, ...]:
    """What the records of a form suggest, field by field, then its rules."""
    found: list[Suggestion] = []
    for field in form.all_fields():
        spot = PreparedField(field, form)
        written = [_texts(record, field.name) for record in records]
        found += [*_required(field, records), *_pattern(spot, written), *_master(spot, written)]
    for check, seen, of in suggested_checks(form, records):
        found.append(Suggestion(kind="rule", field="", seen=seen, of=of, toml=f'[[rule]]\ncheck = "{check}"\n'))
    return tuple(found)


def _texts(record: Decided, name: str) -> list[str]:
    return [each.text for key, each in record.items() if key.name == name and each.null is None and each.text.strip()]


def _in_field(field: Field, line: str) -> str:
    """A line for the part of the definition that has this field."""
    what, name = ("table.column", field.name.partition(".")[2]) if "." in field.name else ("field", field.name)
    return f'# in the [[{what}]] with name = "{name}"\n{line}\n'


def _required(field: Field, records: Sequence[Decided]) -> Iterator[Suggestion]:
    """That a field is never left blank. Cells of a table are, as rows are left over."""
    told = [record[FieldKey(field.name)].null for record in records if FieldKey(field.name) in record]
    seen = sum(null is None for null in told)
    if not field.required and "." not in field.name and _is_borne_out(seen, len(told)):
        yield Suggestion(
            kind="required", field=field.name, seen=seen, of=len(told), toml=_in_field(field, "required = true")
        )


def _pattern(spot: PreparedField, written: Sequence[Sequence[str]]) -> Iterator[Suggestion]:
    """The pattern that nearly all values of a field keep."""
    field, texts = spot.field, [text for of_scan in written for text in of_scan]
    if field.type not in PATTERN_TYPES or field.pattern is not None or len(texts) < MIN_RECORD_COUNT:
        return
    ways: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        ways[_classes(text)].append(text)
    usual = [some for way, some in sorted(ways.items()) if way and len(some) >= MIN_WAY_SHARE * len(texts)]
    if not usual or len(usual) > MAX_WAY_COUNT:
        return
    pattern = "|".join(_regular_expression(some) for some in usual)
    checked = PreparedField(replace(field, pattern=pattern), spot.form)
    kept = [all(not checked.faults(text) for text in of_scan) for of_scan in written if of_scan]
    if _is_borne_out(sum(kept), len(kept)):
        quoted = json.dumps(pattern, ensure_ascii=False) if "'" in pattern else f"'{pattern}'"
        line = _in_field(field, f"pattern = {quoted}")
        yield Suggestion(kind="pattern", field=field.name, seen=sum(kept), of=len(kept), toml=line)


def _classes(text: str) -> str:
    """The kinds of characters of a code in their order, each run of one kind once; "" of what is no code."""
    shape = shape_of(text.strip())
    has_digit = shape is not None and "9" in shape
    return "".join(kind for kind, _ in groupby(shape or "")) if has_digit else ""


def _regular_expression(texts: Sequence[str]) -> str:
    """What these codes have in common: letters that are always the same as they are, else how many of what kind."""
    runs = zip(*(list(_runs(text.strip().upper())) for text in texts), strict=True)
    return "".join(_run_expression(run) for run in runs)


def _runs(text: str) -> Iterator[str]:
    kinds = iter(shape_of(text) or "")
    for _, run in groupby(text, key=lambda _: next(kinds)):
        yield "".join(run)


def _run_expression(run: Sequence[str]) -> str:
    kind = (shape_of(run[0]) or "")[:1]
    if kind != "9" and len(set(run)) == 1:
        return "".join(
            each if each.isalnum() else f"\\{each}" if each in r".^$*+?()[]{}|\/" else each for each in run[0]
        )
    what = {"9": r"\d", "A": "[A-Z]"}.get(kind, f"[{kind}]")
    least, most = min(map(len, run)), max(map(len, run))
    return what + ("" if least == most == 1 else f"{{{least}}}" if least == most else f"{{{least},{most}}}")


def _master(spot: PreparedField, written: Sequence[Sequence[str]]) -> Iterator[Suggestion]:
    """The list of values that a field has again and again. Nothing is listed of what is about a person."""
    field = spot.field
    if field.type not in LISTED_TYPES or field.personal is not None or spot.known_values is not None:
        return
    by_value: dict[str, Counter[str]] = defaultdict(Counter)
    scans: dict[str, set[int]] = defaultdict(set)
    for number, of_scan in enumerate(written):
        for text in of_scan:
            by_value[spot.normal(text)][text] += 1
            scans[spot.normal(text)].add(number)
    known = {value for value, some in scans.items() if len(some) > 1}
    filled = [of_scan for of_scan in written if of_scan]
    seen = sum(all(spot.normal(text) in known for text in of_scan) for of_scan in filled)
    few = len(by_value) <= MAX_KNOWN_SHARE * len(filled)
    if len(filled) >= MIN_RECORD_COUNT and few and seen >= MIN_REPEATED_SHARE * len(filled):
        name = field.name.replace(".", "-")
        toml = f'[[master]]\nfield = "{field.name}"\nsource = "{name}.csv"\ncolumn = "value"\n'
        values = tuple(sorted(_commonest(by_value[value]) for value in known))
        yield Suggestion(kind="master", field=field.name, seen=seen, of=len(filled), toml=toml, values=values)


def _commonest(texts: Mapping[str, int]) -> str:
    return max(texts, key=lambda text: (texts[text], text))


def _is_borne_out(seen: int, of: int) -> bool:
    return of >= MIN_RECORD_COUNT and seen >= MIN_HOLDING_SHARE * of
