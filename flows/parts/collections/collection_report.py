"""A page on a reconciled collection: agreement, sources, calibration, and the doubtful items first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from flows.output import svg
from transcribe.codes import EvidenceCode
from transcribe.i18n import say

if TYPE_CHECKING:
    from reconcile.algorithms import Forecast
    from reconcile.collection import ItemResult, Reconciled

DOUBTFUL_ITEMS_COUNT = 100
"""So many of the least probable items are listed. Chosen by hand."""

MIN_GOLD_ITEMS_COUNT = 20
"""Below so many items with a known text a calibration curve would draw chance. Chosen by hand."""

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
    """How wrong the model was on items with a known text, figure by figure."""
    from reconcile.algorithms import Share, calibration_error, character_errors, word_errors

    forecasts = _forecasts(known)
    pairs = [(result.model, result.normal) for result in known]
    return [
        ("texts wholly right", str(Share(sum(right for _, right in forecasts), len(forecasts)))),
        ("characters wrong (CER)", str(character_errors(pairs))),
        ("words wrong (WER)", str(word_errors((text.split(), truth.split()) for text, truth in pairs))),
        ("expected calibration error", f"{calibration_error(forecasts):.3f}"),
    ]
