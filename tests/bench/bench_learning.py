"""Learning shrinks the queue: people's readings a field from the first scan on, after a reprint, with new people.

Two made-up stores, drawn into PLOT. To the first nothing that ships applies: people read every field until it is proven
how right machines are. The second begins with what ships. The first is to fall, rise and recover, and of each phase .99
of the decided values are to be right.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from flows.output.svg import svg
from reconcile.algorithms.metrics import exact_interval
from reconcile.parameters import shipped as first_fit
from tests.bench.generator import Shape, World, make
from tests.bench.intervals import said
from tests.bench.reconciling.online import NOTHING, Day, grow
from tests.bench.rows import Row, at_least

PLOT = Path("build/learning.svg")
SEED = 501
PRINT_NOISE = 2.0
FIRST, REPRINT, PEOPLE = "first print", "printed anew", "other people"
SCANS = {True: (800, 300, 300), False: (5000, 1000, 1000)}
SHIPPED = {True: (200, 200, 200), False: (1000, 500, 500)}
NIGHTS = {True: (50, 100, 200, 400, 600, 800), False: (100, 200, 400, 700, 1000, 2000)}
"""Scans of a phase after which the store learns; then every so many as lie between the last two."""


def rows(small: bool) -> Iterator[Row]:
    """Two stores over months, which are drawn too; the bars of the first."""
    unproven = list(grow(phases(SCANS[small]), NOTHING, nights(small)))
    yield from _told("nothing that ships applies", unproven)
    yield from bars(unproven)
    shipped = list(grow(phases(SHIPPED[small]), first_fit.shipped_parameters(), nights(small)))
    yield from _told("begins with what ships", shipped)
    PLOT.parent.mkdir(exist_ok=True)
    PLOT.write_text(drawn(unproven, shipped), encoding="utf-8")


def phases(scans: Sequence[int]) -> Iterator[tuple[str, World]]:
    """The form; then printed anew, in another typeface that engines misread twice as often; then read by others."""
    first, reprint, people = scans
    yield FIRST, make(SEED, Shape(forms=first))
    yield REPRINT, make(SEED + 1, Shape(forms=reprint, print=1, print_noise=PRINT_NOISE))
    yield PEOPLE, make(SEED + 2, Shape(forms=people, print=1, print_noise=PRINT_NOISE, crowd=1))


def nights(small: bool) -> Callable[[int], int]:
    """After how many scans of a phase the store learns next."""
    early = NIGHTS[small]

    def following(done: int) -> int:
        return next((each for each in early if each > done), done + early[-1] - early[-2])

    return following


def _told(store: str, days: Sequence[Day]) -> Iterator[Row]:
    """Readings a field, audits that found a decision wrong, and what only the generator knows: the real error."""
    for day in days:
        count, wrong = day.audits
        audits = f"audits wrong {said(wrong, count)}"
        figure = f"{day.effort:.3f}, {audits}, really {day.wrong:.4f}"
        yield Row(of=f"{store}: {day.phase}, to scan {day.scans}", figure=figure)
    for phase in (FIRST, REPRINT, PEOPLE):
        outcomes = [each for day in days if day.phase == phase for each in day.outcomes]
        yield at_least(f"{store}: {phase}: fields right", sum(each.right for each in outcomes) / len(outcomes), 0.99)


def bars(days: Sequence[Day]) -> Iterator[Row]:
    """It falls, rises with the reprint, and recovers."""
    first = [day.effort for day in days if day.phase == FIRST]
    after = [day.effort for day in days if day.phase == REPRINT]
    yield _bar("it falls to a part of", first[-1] / first[0], first[-1] < 0.6 * first[0])
    yield _bar("printed anew it rises by a factor of", after[0] / first[-1], after[0] > first[-1])
    yield _bar("and recovers to a part of", after[-1] / after[0], after[-1] < after[0])


def _bar(of: str, figure: float, holds: bool) -> Row:
    return Row(of=of, figure=f"{figure:.2f}", bar="so", holds=holds)


def drawn(unproven: Sequence[Day], shipped: Sequence[Day]) -> str:
    """Both stores' readings a field by scan, of the second before it is printed anew, and the error that audits find in
    the first, as SVG."""
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "learning", "font.family": "sans-serif"}):
        figure = Figure(figsize=(8, 5), layout="constrained")
        work, error = figure.subplots(2, 1, sharex=True, height_ratios=[3, 2])
        for days, label, colour in (
            (unproven, "nothing that ships applies", "#2f5d8a"),
            ([day for day in shipped if day.phase == FIRST], "begins with what ships", "#d08a2f"),
        ):
            work.plot([day.scans for day in days], [day.effort for day in days], marker="o", color=colour, label=label)
        _changes(work, unproven)
        work.set_ylim(bottom=0)
        work.set_ylabel("people's readings a field")
        work.legend()
        _error(error, unproven)
        return str(svg(figure, "People's readings a field, and the error that audits find, by scan")) + "\n"


def _changes(axes: matplotlib.axes.Axes, days: Sequence[Day]) -> None:
    """Where another phase begins."""
    for before, day in itertools.pairwise(days):
        if day.phase != before.phase:
            axes.axvline(before.scans, color="#8a93a6", linestyle="--")
            axes.annotate(day.phase, (before.scans, axes.get_ylim()[1]), xytext=(4, -12), textcoords="offset points")


def _error(axes: matplotlib.axes.Axes, days: Sequence[Day]) -> None:
    audits = [day.audits for day in days]
    ends = [exact_interval(wrong, count) for count, wrong in audits]
    shares = [wrong / max(1, count) for count, wrong in audits]
    apart = [
        [100 * (share - low) for share, (low, _) in zip(shares, ends, strict=True)],
        [100 * (high - share) for share, (_, high) in zip(shares, ends, strict=True)],
    ]
    scans = [day.scans for day in days]
    axes.errorbar(scans, [100 * each for each in shares], yerr=apart, fmt="s", capsize=3, label="audits, 95 %")
    axes.plot(scans, [100 * day.wrong for day in days], color="#8a93a6", label="really")
    axes.set_ylabel("decided values wrong, %")
    axes.set_xlabel("scans")
    axes.legend()
