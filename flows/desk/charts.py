"""Charts as inline SVG: no script, no style of their own, a title on each mark, and a table behind each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.desk.tables import Table

WIDTH = 640
"""The width of a chart in its own units."""

HEIGHT = 180
"""The height of its marks in its own units."""

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
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it stands for, and its parts, one for each kind, from below."""

    words: str
    parts: Sequence[float]


def stacked(
    name: str, title: str, bars: Sequence[Bar], kinds: Sequence[str], table: Table, *, shown: Sequence[str] = ()
) -> Chart:
    """Bars side by side, each stacked from its parts. `kinds` are in words; `shown` are numbers for the scale's top."""
    most = max((sum(bar.parts) for bar in bars), default=0.0) or 1.0
    wide = WIDTH / max(1, len(bars))
    marks = []
    for place, bar in enumerate(bars):
        below = float(HEIGHT)
        for kind, part in enumerate(bar.parts, start=1):
            high = HEIGHT * part / most
            below -= high
            if part:
                title_of_part = f"{bar.words}: {kinds[kind - 1]} {part:g}"
                colour = (kind - 1) % COLOURS_COUNT + 1
                marks.append(Mark(wide * place, below, max(0.5, wide * 0.9), high, colour, title_of_part))
    ticks = [Tick(HEIGHT * (1 - part), f"{most * part:g}") for part in (0.0, 0.5, 1.0)]
    return Chart(
        name=name,
        title=title,
        marks=marks,
        ticks=ticks if not shown else [Tick(tick.y, words) for tick, words in zip(ticks, shown, strict=True)],
        first=bars[0].words if bars else "",
        last=bars[-1].words if len(bars) > 1 else "",
        kinds=[(place % COLOURS_COUNT + 1, words) for place, words in enumerate(kinds)],
        table=table,
    )
