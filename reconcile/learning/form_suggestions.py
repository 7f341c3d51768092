"""What the decided values of a form suggest for its definition: patterns, known values, required fields, rules.

Nothing is changed by it: an operator takes what is right.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain, combinations, groupby, permutations
from typing import Literal, NamedTuple

from reconcile.forms import CompiledRule, Operand, PreparedField, compile_rules, operand, prepared
from reconcile.inference import Vote, votes
from reconcile.parameters import shape_of
from transcribe.codes import Method
from transcribe.fields import Facts, facts_of
from transcribe.model import Decision, Field, FieldKey, Form, Null, Reading, Rule

# Rules that the decided values of a form keep: products, sums, dates in order.

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


# Decided values with who read them alike: one person alone proves nothing of a form.

WITHOUT_PEOPLE = frozenset({Method.MACHINES, Method.INK, Method.BARCODE})
"""Ways to a decision that need nobody's reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedScan:
    """The decisions of one scan, and its readings."""

    decisions: Mapping[FieldKey, Decision]
    readings: Sequence[Reading] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedValue:
    """A decided value, and the `people` who read it so without having seen it before.

    `counts` says that it stands on more than one person's word: on two people, an expert, or an engine. `lone` is the
    one person without whom it were not decided, "" where there is no such.
    """

    decision: Decision
    people: frozenset[str]
    counts: bool
    lone: str

    @property
    def text(self) -> str:
        """What is written; "" where nothing is or nobody can read it."""
        return self.decision.text if self.decision.null is None else ""

    @property
    def null(self) -> Null | None:
        """Why there is no text."""
        return self.decision.null


def backed_values(form: Form, scan: DecidedScan) -> dict[FieldKey, BackedValue]:
    """The decided values of one scan with what each stands on. A provisional value is none of them."""
    spots = prepared(form).fields
    of_field: dict[FieldKey, list[Reading]] = {}
    for reading in scan.readings:
        of_field.setdefault(reading.key, []).append(reading)
    return {
        key: _backed(spots[key.name], decision, votes(spots[key.name], of_field.get(key, ())))
        for key, decision in scan.decisions.items()
        if key.name in spots and decision.method != Method.PROVISIONAL
    }


def _backed(spot: PreparedField, decision: Decision, said: Iterable[Vote]) -> BackedValue:
    alike = [vote for vote in said if _says(spot, vote, decision)]
    people = {vote.source for vote in alike if not vote.machine}
    unprompted = {vote.source for vote in alike if not vote.machine and vote.shown != vote.says}
    expert = any(vote.kind == "expert" for vote in alike) or decision.method == Method.EXPERT
    engine = any(vote.machine for vote in alike)
    needs_people = decision.method not in WITHOUT_PEOPLE and not expert
    return BackedValue(
        decision=decision,
        people=frozenset(unprompted),
        counts=expert or engine or len(unprompted) > 1 or not people,
        lone=next(iter(people)) if needs_people and len(people) == 1 else "",
    )


def _says(spot: PreparedField, vote: Vote, decision: Decision) -> bool:
    if decision.null is not None or vote.null is not None:
        return vote.null == decision.null
    return vote.says == spot.normal(decision.text)


def rests_on_one(values: Iterable[BackedValue]) -> bool:
    """Whether one and the same person was needed for every one of these values."""
    needed = {value.lone for value in values}
    return len(needed) == 1 and "" not in needed


MIN_WAY_SHARE = 0.05
"""A way of writing that a smaller share of values has is no part of a pattern: it may be a mistake. Chosen by hand."""

MAX_WAY_COUNT = 3
"""Values that are written in more ways have no pattern worth having. Chosen by hand."""

MIN_REPEATED_SHARE = 0.9
"""A field suggests a list if this share of values stands on other orders too. Chosen by hand."""

MAX_KNOWN_SHARE = 1 / 3
"""The most different values a value that a list may have: else nobody knows whether it is whole. Chosen by hand."""

Kind = Literal["pattern", "master", "required", "rule"]

Backed = Mapping[FieldKey, BackedValue]
"""The decided values of one scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """The decided values behind a suggestion. People read `read_by_people` of them, engines alone the others."""

    values: int
    people: int
    read_by_people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One proposal for a definition. `seen` of `of` records bear it out; `toml` is what to write.

    `field` is the field it is about, "" for a rule. `values` are the rows of the list that a master names. `rests_on`
    says on how many values and people.
    """

    kind: Kind
    field: str
    seen: int
    of: int
    toml: str
    rests_on: Support
    values: tuple[str, ...] = ()


def suggestions(form: Form, scans: Iterable[DecidedScan]) -> tuple[Suggestion, ...]:
    """What the scans of a form suggest, field by field, then its rules.

    What one person alone said counts nowhere, and nothing is suggested that rests on one and the same person.
    """
    records = [backed_values(form, scan) for scan in scans]
    counted = [{key: each for key, each in record.items() if each.counts} for record in records]
    found: list[Suggestion] = []
    for asked in form.all_fields():
        spot = PreparedField(asked, form)
        written = [_texts(record, asked.name) for record in counted]
        found += [*_required(asked, records), *_pattern(spot, written), *_master(spot, written)]
    return (*found, *_rules(form, counted))


def _texts(record: Backed, name: str) -> list[BackedValue]:
    return [each for key, each in record.items() if key.name == name and each.text.strip()]


def _support(values: Sequence[BackedValue]) -> Support:
    people = set(chain.from_iterable(value.people for value in values))
    read = sum(bool(value.people) for value in values)
    return Support(values=len(values), people=len(people), read_by_people=read)


def _rules(form: Form, records: Sequence[Backed]) -> Iterator[Suggestion]:
    for rule in suggested_checks(form, [{key: each.decision for key, each in record.items()} for record in records]):
        of_rule = [each for record in records for key, each in record.items() if key.name in rule.names]
        if not rests_on_one(of_rule):
            toml = f'[[rule]]\ncheck = "{rule.check}"\n'
            yield Suggestion(kind="rule", field="", seen=rule.seen, of=rule.of, toml=toml, rests_on=_support(of_rule))


def _in_field(field: Field, line: str) -> str:
    """A line for the part of the definition that has this field."""
    what, name = ("table.column", field.name.partition(".")[2]) if "." in field.name else ("field", field.name)
    return f'# in the [[{what}]] with name = "{name}"\n{line}\n'


def _required(field: Field, records: Sequence[Backed]) -> Iterator[Suggestion]:
    """The suggestion that a field is required, as it is never blank; no cell of a table is.

    Every blank one speaks against it, whoever says so. A mark that is not ticked or signed is not blank either, so that
    nothing shows.
    """
    told = [record[FieldKey(field.name)] for record in records if FieldKey(field.name) in record]
    filled = [each for each in told if each.null is None and each.counts]
    of = len(filled) + sum(each.null is not None for each in told)
    if field.required or "." in field.name or facts_of(field.type).is_mark:
        return
    if rests_on_one(filled) or not _is_borne_out(len(filled), of):
        return
    line = _in_field(field, "required = true")
    yield Suggestion(kind="required", field=field.name, seen=len(filled), of=of, toml=line, rests_on=_support(filled))


def _pattern(spot: PreparedField, written: Sequence[Sequence[BackedValue]]) -> Iterator[Suggestion]:
    """The pattern that nearly all values of a field keep. A way of writing that rests on one person is none."""
    field, values = spot.field, [value for of_scan in written for value in of_scan]
    if not spot.facts.has_shapes or field.pattern is not None or len(values) < MIN_RECORD_COUNT:
        return
    ways: dict[str, list[BackedValue]] = defaultdict(list)
    for value in values:
        ways[_classes(value.text)].append(value)
    least = MIN_WAY_SHARE * len(values)
    usual = [some for way, some in sorted(ways.items()) if way and len(some) >= least and not rests_on_one(some)]
    if not usual or len(usual) > MAX_WAY_COUNT:
        return
    pattern = "|".join(_regular_expression([value.text for value in some]) for some in usual)
    checked = PreparedField(replace(field, pattern=pattern), spot.form)
    kept = [all(not checked.faults(value.text) for value in of_scan) for of_scan in written if of_scan]
    if _is_borne_out(sum(kept), len(kept)):
        quoted = json.dumps(pattern, ensure_ascii=False) if "'" in pattern else f"'{pattern}'"
        yield Suggestion(
            kind="pattern",
            field=field.name,
            seen=sum(kept),
            of=len(kept),
            toml=_in_field(field, f"pattern = {quoted}"),
            rests_on=_support(list(chain.from_iterable(usual))),
        )


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


def _master(spot: PreparedField, written: Sequence[Sequence[BackedValue]]) -> Iterator[Suggestion]:
    """The list of values that a field has again and again. Nothing is listed of what is about a person.

    Nor is a value that rests on one person.
    """
    field = spot.field
    if not spot.facts.may_be_listed or field.personal is not None or spot.known_values is not None:
        return
    by_value: dict[str, list[BackedValue]] = defaultdict(list)
    scans: dict[str, set[int]] = defaultdict(set)
    for number, of_scan in enumerate(written):
        for value in of_scan:
            by_value[spot.normal(value.text)].append(value)
            scans[spot.normal(value.text)].add(number)
    known = {text for text, some in scans.items() if len(some) > 1 and not rests_on_one(by_value[text])}
    filled = [of_scan for of_scan in written if of_scan]
    seen = sum(all(spot.normal(value.text) in known for value in of_scan) for of_scan in filled)
    few = len(by_value) <= MAX_KNOWN_SHARE * len(filled)
    if len(filled) >= MIN_RECORD_COUNT and few and seen >= MIN_REPEATED_SHARE * len(filled):
        name = field.name.replace(".", "-")
        toml = f'[[master]]\nfield = "{field.name}"\nsource = "{name}.csv"\ncolumn = "value"\n'
        yield Suggestion(
            kind="master",
            field=field.name,
            seen=seen,
            of=len(filled),
            toml=toml,
            values=tuple(sorted(_commonest(by_value[text]) for text in known)),
            rests_on=_support([value for text in known for value in by_value[text]]),
        )


def _commonest(values: Iterable[BackedValue]) -> str:
    texts = Counter(value.text for value in values)
    return max(texts, key=lambda text: (texts[text], text))


def _is_borne_out(seen: int, of: int) -> bool:
    return of >= MIN_RECORD_COUNT and seen >= MIN_HOLDING_SHARE * of
