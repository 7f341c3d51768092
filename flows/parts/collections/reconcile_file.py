"""Reconciling a file of other people's readings without a store: it is read, weighed, and written one line an item."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from flows.output import svg
from reconcile.collection import Collected, Fault, Item, ItemResult, Reconciled, collect, reconcile_items, value_of
from reconcile.decision import answers
from reconcile.inference import weigh
from reconcile.parameters import shipped_parameters
from reconcile.policy import POLICY
from transcribe.codes import EvidenceCode, Flag
from transcribe.errors import FormError
from transcribe.i18n import say
from transcribe.model import Decision, Evidence, FieldKey, Form, Posterior, Reading, Task, Value
from transcribe.whole_files import whole_text_file

if TYPE_CHECKING:
    from reconcile.algorithms import Forecast


CSV_COLUMNS = ("item", "value", "text", "probability", "method", "reason", "ask", "field")
"""The keys of a line, in their order."""

PROBABILITY_DECIMALS = 4
"""Decimals of the probabilities that are written. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """The result of one item. `ask` tells that it is worth one more reading; `reason` is in words.

    `field` is that of the file, empty where it names none: an item may have several.
    """

    item: str
    value: Value
    text: str
    probability: float
    method: str
    reason: str
    ask: bool
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionResult:
    """A reconciled file: its lines, what could not be used, and without a form what its report is made of."""

    lines: tuple[ItemLine, ...]
    faults: tuple[Fault, ...]
    reconciled: Reconciled | None


def reconcile_collection(
    path: Path, *, form: Form | None, layout: str | None, target: float, translate: Callable[[str], str] = str
) -> CollectionResult:
    """The most probable text of every item of a file. With a form its field types, master data and rules count.

    Raises FormError where the file is no UTF-8 or in no format known, or an item's field is none of the form's.
    """
    try:
        collected = collect(_text(path), layout)
    except FormError as error:
        raise FormError(f"{path}: {error}") from error
    if form is not None:
        return CollectionResult(
            lines=tuple(_by_form(collected, form, translate)), faults=collected.faults, reconciled=None
        )
    done = reconcile_items(collected.items, target=target)
    lines = tuple(_line(result, done.types[result.item.field], translate) for result in done.results)
    return CollectionResult(lines=lines, faults=collected.faults, reconciled=done)


def _text(path: Path) -> str:
    """The text of a file; FormError names the first line that is no UTF-8."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FormError(f"line {line} is no UTF-8. Save the file as UTF-8 (CSV UTF-8 in a spreadsheet).") from error


def write_reconciled(lines: Sequence[ItemLine], target: Path) -> None:
    """Write lines as JSON Lines (a name that ends in .jsonl) or CSV."""
    with whole_text_file(target) as out:
        if target.suffix == ".jsonl":
            out.writelines(json.dumps(_row(line), ensure_ascii=False) + "\n" for line in lines)
            return
        writer = csv.DictWriter(out, CSV_COLUMNS)
        writer.writeheader()
        writer.writerows(_row(line) for line in lines)


def _row(line: ItemLine) -> dict[str, Value | float]:
    return {name: getattr(line, name) for name in CSV_COLUMNS}


def _line(result: ItemResult, type_name: str, translate: Callable[[str], str]) -> ItemLine:
    return ItemLine(
        item=result.item.name,
        value=value_of(result.text, type_name),
        text=result.text,
        probability=round(result.probability, PROBABILITY_DECIMALS),
        method=result.method,
        reason=say(result.reason, translate),
        ask=result.ask,
        field=result.item.field,
    )


def _by_form(collected: Collected, form: Form, translate: Callable[[str], str]) -> Iterator[ItemLine]:
    """Weigh the items of each scan together on their form, with the shipped parameters; lines in the file's order."""
    scans: dict[str, list[Item]] = defaultdict(list)
    for item in collected.items:
        scans[item.scan or item.name].append(item)
    parameters = shipped_parameters()
    lines: dict[tuple[str, str], ItemLine] = {}
    for scan, items in scans.items():
        keys = {(item.name, item.field): _key(item, form) for item in items}
        readings = [each for item in items for each in _readings(item, keys[item.name, item.field], scan)]
        posteriors = weigh(form, readings, parameters, POLICY)
        said = answers(form, posteriors, POLICY, readings)
        for item in items:
            key = keys[item.name, item.field]
            if key in posteriors:
                lines[item.name, item.field] = _decided_line(item, posteriors[key], said[key], translate)
    yield from filter(None, (lines.get((item.name, item.field)) for item in collected.items))


def _key(item: Item, form: Form) -> FieldKey:
    """The field of an item: "total", or a cell as "lines.quantity[2]"; FormError where the form does not have it."""
    name, _, row = item.field.partition("[")
    try:
        form.field(name)
        return FieldKey(name, int(row.rstrip("]")) if row else None)
    except (KeyError, ValueError) as error:
        known = ", ".join(field.name for field in form.all_fields())
        raise FormError(
            f"{item.name}: the form {form.name} has no field {item.field!r}. Use one of: {known} "
            "(a cell as lines.quantity[0])."
        ) from error


def _readings(item: Item, key: FieldKey, scan: str) -> Iterator[Reading]:
    for number, reading in enumerate(item.readings):
        one = f"{item.name} {item.field}#{number}"
        yield Reading(
            id=one,
            scan=scan,
            key=key,
            source=reading.source or one,
            kind=reading.kind,
            text=reading.text,
            at=datetime.fromtimestamp(number, UTC),
            flags=frozenset() if reading.text is not None else frozenset({Flag.ILLEGIBLE}),
        )


def _decided_line(
    item: Item, posterior: Posterior, outcome: Decision | Task, translate: Callable[[str], str]
) -> ItemLine:
    """The decision on an item; where none is made, its likeliest value as "undecided"."""
    if isinstance(outcome, Task):
        likeliest = posterior.candidates[0]
        return ItemLine(
            item=item.name,
            value=likeliest.value,
            text=likeliest.text,
            probability=round(posterior.probability, PROBABILITY_DECIMALS),
            method="undecided",
            reason=say(Evidence(code=outcome.reason), translate),
            ask=True,
            field=item.field,
        )
    return ItemLine(
        item=item.name,
        value=outcome.value,
        text=outcome.text,
        probability=round(outcome.probability, PROBABILITY_DECIMALS),
        method=outcome.method,
        reason=say(Evidence(code=outcome.method), translate),
        ask=False,
        field=item.field,
    )


# A page on a reconciled collection: agreement, sources, calibration, and the doubtful items first.

DOUBTFUL_ITEMS_COUNT = 100
"""The most of the least probable items that are listed. Chosen by hand."""

MIN_GOLD_ITEMS_COUNT = 20
"""Least items with a known text for a calibration curve: fewer would draw chance. Chosen by hand."""

CURVE_GROUPS_COUNT = 5
"""The points of the calibration curve. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field of the report.

    `agree` is the share of items on which all sources agree, `probability` the mean of theirs. `ask` counts items that
    are worth one more reading.
    """

    name: str
    type: str
    champion: str
    items: int
    agree: float
    probability: float
    ask: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source of the report: the share of its readings that agree with the result, with a 95 % interval."""

    name: str
    readings: int
    share: float
    low: float
    high: float


def report_of(done: Reconciled, *, title: str) -> str:
    """The page as HTML: no script, nothing loaded from elsewhere."""
    import jinja2

    page = jinja2.Environment(loader=jinja2.PackageLoader("flows", "parts/collections"), autoescape=True)
    results = done.results
    estimated = [result for result in results if result.method != "gold"]
    known = [result for result in results if result.method == "gold"]
    return page.get_template("report.html").render(
        title=title,
        items=len(results),
        readings=sum(len(result.item.readings) for result in results),
        ask=sum(result.ask for result in results),
        expected_wrong=sum(1.0 - result.probability for result in estimated),
        gold=len(known),
        probabilities=_histogram([result.probability for result in estimated]),
        calibration=_calibration_plot(known) if len(known) >= MIN_GOLD_ITEMS_COUNT else None,
        errors=_errors(known) if len(known) >= MIN_GOLD_ITEMS_COUNT else [],
        fields=_field_rows(done),
        sources=_source_rows(results),
        doubtful=_doubtful(estimated),
    )


def _doubtful(estimated: Sequence[ItemResult]) -> list[dict[str, object]]:
    """The least probable items as the page's template takes them."""
    return [
        {
            "name": result.item.name,
            "text": result.text,
            "probability": result.probability,
            "reason": say(result.reason),
            "said": [
                reading.text if reading.text is not None else "(cannot be read)" for reading in result.item.readings
            ],
        }
        for result in sorted(estimated, key=lambda result: (result.probability, result.item.name))[
            :DOUBTFUL_ITEMS_COUNT
        ]
    ]


def _field_rows(done: Reconciled) -> list[FieldRow]:
    by_field: dict[str, list[ItemResult]] = defaultdict(list)
    for result in done.results:
        by_field[result.item.field].append(result)
    return [
        FieldRow(
            name=name,
            type=done.types[name],
            champion=done.champions[done.families[name]],
            items=len(results),
            agree=sum(result.reason.code == EvidenceCode.COLLECTION_UNANIMOUS for result in results) / len(results),
            probability=sum(result.probability for result in results) / len(results),
            ask=sum(result.ask for result in results),
        )
        for name, results in sorted(by_field.items())
    ]


def _source_rows(results: Sequence[ItemResult]) -> list[SourceRow]:
    """The sources that are named, those with most readings first."""
    right: dict[str, int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    for result in results:
        for reading in result.item.readings:
            if reading.source is not None and reading.text is not None:
                count[reading.source] += 1
                right[reading.source] += reading.text.strip().casefold() == result.text.casefold()
    rows = [_source_row(name, right[name], number) for name, number in count.items()]
    return sorted(rows, key=lambda row: (-row.readings, row.name))


def _source_row(name: str, right: int, count: int) -> SourceRow:
    from reconcile.algorithms import exact_interval

    low, high = exact_interval(right, count)
    return SourceRow(name=name, readings=count, share=right / count, low=low, high=high)


def _histogram(probabilities: Sequence[float]) -> Markup:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.hist(probabilities, bins=20, range=(0, 1), color="#2f5d8a")
    axes.set_xlabel("probability")
    axes.set_ylabel("items")
    return svg(figure, "How many items have which probability")


def _calibration_plot(known: Sequence[ItemResult]) -> Markup:
    """Share right against mean probability in groups of equal size."""
    from matplotlib.figure import Figure

    from reconcile.algorithms import calibration_curve

    groups = calibration_curve(_forecasts(known), CURVE_GROUPS_COUNT)
    figure = Figure(figsize=(4, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="#8a93a6", linestyle="--")
    axes.plot(
        [group.probability for group in groups],
        [group.right.share for group in groups],
        marker="o",
        color="#2f5d8a",
    )
    axes.set_xlabel("predicted probability")
    axes.set_ylabel("share right")
    return svg(figure, "Share right against predicted probability")


def _forecasts(known: Iterable[ItemResult]) -> list[Forecast]:
    """The model's probability of each item with a known text, which it did not see, and whether the model was right."""
    return [(result.model_probability, result.model == result.normal) for result in known]


def _errors(known: Sequence[ItemResult]) -> list[tuple[str, str]]:
    """The model's errors on items with a known text, figure by figure."""
    from reconcile.algorithms import Share, calibration_error, character_errors, word_errors

    forecasts = _forecasts(known)
    pairs = [(result.model, result.normal) for result in known]
    return [
        ("texts wholly right", str(Share(sum(right for _, right in forecasts), len(forecasts)))),
        ("characters wrong (CER)", str(character_errors(pairs))),
        ("words wrong (WER)", str(word_errors((text.split(), truth.split()) for text, truth in pairs))),
        ("expected calibration error", f"{calibration_error(forecasts):.3f}"),
    ]
