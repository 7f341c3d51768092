"""Charts as inline SVG: no script, no style of their own, a title on each mark, and a table behind each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flows.desk.tables import Table

WIDTH = 640
"""The width of a chart in its own units."""

HEIGHT = 180
"""The height of its marks in its own units."""

INTERVAL_KIND = 7
"""The colour of intervals: grey."""

EXPECTED_KIND = 2
"""The colour of what was expected."""

COLOURS_COUNT = 8
"""So many kinds of marks are told apart, by colour and order."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A rectangle of a chart, in the chart's units; `kind` counts from 1 and chooses the colour."""

    x: float
    y: float
    width: float
    height: float
    kind: int
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart through points, in the chart's units, as SVG has them; `kind` chooses the colour."""

    points: str
    kind: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale at a height, with its number."""

    y: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart: what it shows, its marks, the scale, what the colours mean, and the table behind it."""

    name: str
    title: str
    marks: Sequence[Mark]
    ticks: Sequence[Tick]
    first: str
    last: str
    kinds: Sequence[tuple[int, str]]
    table: Table
    lines: Sequence[Line] = ()
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it stands for, and its parts, one for each kind, from below."""

    words: str
    parts: Sequence[float]


def stacked(
    name: str,
    title: str,
    bars: Sequence[Bar],
    kinds: Sequence[str],
    table: Table,
    say: Callable[[float], str],
    colours: Sequence[int] = (),
) -> Chart:
    """Bars side by side, each stacked from its parts, which are counts. `kinds` are in words; `say` writes a count.

    `colours` are the numbers of their colours; none: the first ones, in order.
    """
    colours = colours or [place % COLOURS_COUNT + 1 for place in range(len(kinds))]
    highest = max((sum(bar.parts) for bar in bars), default=0.0)
    most = max(2.0, highest + highest % 2)  # the middle of the scale is a count too
    wide = WIDTH / max(1, len(bars))
    marks = []
    for place, bar in enumerate(bars):
        below = float(HEIGHT)
        for kind, part in enumerate(bar.parts, start=1):
            high = HEIGHT * part / most
            below -= high
            if part:
                title_of_part = f"{bar.words}: {kinds[kind - 1]} {say(part)}"
                marks.append(Mark(wide * place, below, max(0.5, wide * 0.9), high, colours[kind - 1], title_of_part))
    return Chart(
        name=name,
        title=title,
        marks=marks,
        ticks=[Tick(HEIGHT * (1 - part), say(most * part)) for part in (0.0, 0.5, 1.0)],
        first=bars[0].words if bars else "",
        last=bars[-1].words if len(bars) > 1 else "",
        kinds=list(zip(colours, kinds, strict=True)),
        table=table,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A share that was counted: what it stands for, its interval, and what was expected, None where nothing was."""

    words: str
    share: float
    low: float
    high: float
    expected: float | None = None


def plotted(
    name: str, title: str, points: Sequence[Point], kinds: Sequence[str], table: Table, say: Callable[[float], str]
) -> Chart:
    """Points side by side with their intervals, joined by a line. `say` writes a share.

    `kinds` are in words: the share, its interval, and, where anything was expected, that.
    """
    most = max((max(each.high, each.expected or 0.0) for each in points), default=0.0) or 1.0
    wide = WIDTH / max(1, len(points))

    def at(share: float) -> float:
        return HEIGHT * (1 - share / most)

    marks, middles = [], []
    for place, each in enumerate(points):
        middle = wide * (place + 0.5)
        middles.append(f"{middle:.1f},{at(each.share):.1f}")
        between = f"{each.words}: {kinds[1]} {say(each.low)} – {say(each.high)}"
        marks.append(Mark(middle - 2, at(each.high), 4, max(1.0, at(each.low) - at(each.high)), INTERVAL_KIND, between))
        if each.expected is not None:
            expected = f"{each.words}: {kinds[2]} {say(each.expected)}"
            marks.append(Mark(middle - wide / 4, at(each.expected) - 1.5, wide / 2, 3, EXPECTED_KIND, expected))
        marks.append(Mark(middle - 5, at(each.share) - 5, 10, 10, 1, f"{each.words}: {kinds[0]} {say(each.share)}"))
    colours = (1, INTERVAL_KIND, EXPECTED_KIND)
    return Chart(
        name=name,
        title=title,
        marks=marks,
        ticks=[Tick(at(most * part), say(most * part)) for part in (0.0, 0.5, 1.0)],
        first=points[0].words if points else "",
        last=points[-1].words if len(points) > 1 else "",
        kinds=list(zip(colours, kinds, strict=False)),
        table=table,
        lines=[Line(" ".join(middles), 1)] if len(points) > 1 else [],
    )
