"""One row of a table: a figure, what it is of, and the bar it is measured against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure. `bar` is what it must reach, in words; `holds` whether it does, None where there is no bar."""

    of: str
    figure: str
    bar: str = ""
    holds: bool | None = None


def at_least(of: str, figure: float, bar: float, digits: int = 4) -> Row:
    return _against(of, figure, bar, "at least", figure >= bar, digits)


def at_most(of: str, figure: float, bar: float, digits: int = 4) -> Row:
    return _against(of, figure, bar, "at most", figure <= bar, digits)


def show(title: str, rows: Iterable[Row]) -> bool:
    """Print a table; whether every bar is held."""
    found = list(rows)
    print(f"\n## {title}\n")
    width = max((len(row.of) for row in found), default=0)
    for row in found:
        mark = "" if row.holds is None else "held" if row.holds else "MISSED"
        print(f"{row.of:<{width}}  {row.figure:>28}  {row.bar:<18} {mark}".rstrip(), flush=True)
    return all(row.holds is not False for row in found)


def _against(of: str, figure: float, bar: float, how: Literal["at least", "at most"], holds: bool, digits: int) -> Row:
    return Row(of=of, figure=f"{figure:.{digits}f}", bar=f"{how} {bar:g}", holds=holds)
