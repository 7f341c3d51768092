"""A page on a collection that was reconciled: agreement, sources, calibration, doubtful items first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import jinja2
from markupsafe import Markup

from flows.output.svg import svg
from reconcile.algorithms import (
    Forecast,
    Share,
    calibration_curve,
    calibration_error,
    character_errors,
    wilson,
    word_errors,
)
from reconcile.collection import ItemResult, Reconciled
from transcribe.codes import EvidenceCode
from transcribe.i18n import say

DOUBTFUL_ITEMS_COUNT = 100
"""So many of the least probable items are listed."""

MIN_GOLD_ITEMS_COUNT = 20
"""Below so many items with a known text a calibration curve would draw chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One field of the report."""

    name: str
    type: str
    champion: str
    items: int
    agree: float
    probability: float
    ask: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source of the report: the share of its readings that were written at last, with a 95 % interval."""

    name: str
    readings: int
    share: float
    low: float
    high: float


def report_of(done: Reconciled, *, title: str) -> str:
    """The page as HTML: no script, nothing loaded from elsewhere."""
    page = jinja2.Environment(loader=jinja2.PackageLoader("flows", "output"), autoescape=True)
    results = done.results
    open_ones = [result for result in results if result.method != "gold"]
    known = [result for result in results if result.method == "gold"]
    return page.get_template("report.html").render(
        title=title,
        items=len(results),
        readings=sum(len(result.item.readings) for result in results),
        ask=sum(result.ask for result in results),
        expected_wrong=sum(1.0 - result.probability for result in open_ones),
        gold=len(known),
        probabilities=_bars([result.probability for result in open_ones]),
        calibration=_curve(known) if len(known) >= MIN_GOLD_ITEMS_COUNT else None,
        errors=_errors(known) if len(known) >= MIN_GOLD_ITEMS_COUNT else [],
        fields=_fields(done),
        sources=_sources(results),
        doubtful=[
            {
                "name": result.item.name,
                "text": result.text,
                "probability": result.probability,
                "reason": say(result.reason),
                "said": [said.text if said.text is not None else "(cannot be read)" for said in result.item.readings],
            }
            for result in sorted(open_ones, key=lambda result: (result.probability, result.item.name))[
                :DOUBTFUL_ITEMS_COUNT
            ]
        ],
    )


def _fields(done: Reconciled) -> list[FieldRow]:
    by_field: dict[str, list[ItemResult]] = defaultdict(list)
    for result in done.results:
        by_field[result.item.field].append(result)
    return [
        FieldRow(
            name=name,
            type=done.types[name],
            champion=done.champions[done.families[name]],
            items=len(some),
            agree=sum(result.reason.code == EvidenceCode.COLLECTION_UNANIMOUS for result in some) / len(some),
            probability=sum(result.probability for result in some) / len(some),
            ask=sum(result.ask for result in some),
        )
        for name, some in sorted(by_field.items())
    ]


def _sources(results: Sequence[ItemResult]) -> list[SourceRow]:
    right: dict[str, int] = defaultdict(int)
    count: dict[str, int] = defaultdict(int)
    for result in results:
        for said in result.item.readings:
            if said.source is not None and said.text is not None:
                count[said.source] += 1
                right[said.source] += said.text.strip().casefold() == result.text.casefold()
    lines = [_source(name, right[name], number) for name, number in count.items()]
    return sorted(lines, key=lambda line: (-line.readings, line.name))


def _source(name: str, right: int, count: int) -> SourceRow:
    low, high = wilson(right, count)
    return SourceRow(name=name, readings=count, share=right / count, low=low, high=high)


def _bars(probabilities: Sequence[float]) -> Markup:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.hist(probabilities, bins=20, range=(0, 1), color="#2f5d8a")
    axes.set_xlabel("probability")
    axes.set_ylabel("items")
    return svg(figure, "How many items have which probability")


def _curve(known: Sequence[ItemResult]) -> Markup:
    """Share right against mean probability in five groups of equal size."""
    from matplotlib.figure import Figure

    groups = calibration_curve(_told(known), 5)
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


def _told(known: Iterable[ItemResult]) -> list[Forecast]:
    """What was predicted of items with a known text without looking at it, and whether that was right."""
    return [(result.model_probability, result.model == result.normal) for result in known]


def _errors(known: Sequence[ItemResult]) -> list[tuple[str, str]]:
    """How wrong the model was on items with a known text, figure by figure."""
    told = _told(known)
    pairs = [(result.model, result.normal) for result in known]
    return [
        ("texts wholly right", str(Share(sum(right for _, right in told), len(told)))),
        ("characters wrong (CER)", str(character_errors(pairs))),
        ("words wrong (WER)", str(word_errors((text.split(), truth.split()) for text, truth in pairs))),
        ("expected calibration error", f"{calibration_error(told):.3f}"),
    ]
