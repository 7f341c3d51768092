"""A sheet that a form is drawn on at any size, and that keeps where its fields stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

from tests.bench.world import fonts

Colour = tuple[int, int, int]
Area = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels of the blank (200 a inch)."""

BLACK: Colour = (25, 25, 28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place to be filled: its type on the form, and what kind of thing people write there.

    `cells` are the sizes of the groups of a comb's boxes. `shape` draws a code: # is a figure, @ a capital.
    """

    name: str
    type: str
    kind: str
    box: Area
    label: str
    shape: str = ""
    pattern: str = ""
    cells: tuple[int, ...] = ()
    row: int | None = None
    required: bool = False

    @property
    def key(self) -> str:
        """As truth and product name it: "total", "lines.quantity[2]"."""
        return self.name if self.row is None else f"{self.name}[{self.row}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    name: str
    type: str
    kind: str
    width: int
    label: str
    shape: str = ""
    pattern: str = ""


@dataclass(slots=True, kw_only=True)
class Table:
    """A table as the definition has it."""

    name: str
    area: Area
    rows: int
    columns: tuple[Column, ...]

    def spans(self) -> list[tuple[int, int]]:
        """x0 and x1 of each column."""
        found, x = [], self.area[0]
        for each in self.columns:
            found.append((x, x + each.width))
            x += each.width
        return found


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A page being drawn: positions are those of the blank, the picture is `scale` times as large."""

    width: int
    height: int
    scale: float = 1.0
    family: str = "sans"
    colour: Colour = BLACK
    paper: Colour = (255, 255, 255)
    spots: list[Spot] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    picture: Image.Image = field(init=False)
    pen: Any = field(init=False)

    def __post_init__(self) -> None:
        self.picture = Image.new("RGB", (round(self.width * self.scale), round(self.height * self.scale)), self.paper)
        self.pen = ImageDraw.Draw(self.picture)

    def at(self, *values: float) -> tuple[float, ...]:
        return tuple(value * self.scale for value in values)

    def text(
        self,
        x: float,
        y: float,
        said: str,
        size: float = 24,
        bold: bool = False,
        fill: Colour | None = None,
        anchor: str = "ls",
    ) -> float:
        """Print with its base line at y (or as the anchor says); where it ends."""
        used = fonts.debian(fonts.PRINT[self.family][bold], max(4, round(size * self.scale)))
        self.pen.text(self.at(x, y), said, font=used, fill=fill or self.colour, anchor=anchor)
        return float(x + used.getlength(said) / self.scale)

    def line(self, x0: float, y0: float, x1: float, y1: float, thick: float = 2, fill: Colour | None = None) -> None:
        self.pen.line(self.at(x0, y0, x1, y1), fill=fill or self.colour, width=max(1, round(thick * self.scale)))

    def dots(self, x0: float, y: float, x1: float, step: float = 7) -> None:
        """A dotted line to write on."""
        while x0 < x1:
            self.pen.ellipse(self.at(x0 - 1.2, y - 1.2, x0 + 1.2, y + 1.2), fill=self.colour)
            x0 += step

    def frame(
        self, area: Area, thick: float = 2, fill: Colour | None = None, outline: Colour | None = None, radius: float = 0
    ) -> None:
        """A box with or without ground; thick 0 has no outline."""
        wide = round(thick * self.scale)
        self.pen.rounded_rectangle(
            self.at(*area),
            radius=radius * self.scale,
            fill=fill,
            outline=(outline or self.colour) if wide else None,
            width=max(1, wide),
        )

    def spot(self, name: str, type: str, kind: str, box: Area, label: str, **more: Any) -> None:
        self.spots.append(Spot(name=name, type=type, kind=kind, box=box, label=label, **more))

    def table(self, table: Table) -> None:
        """The cells of a table as spots; lines are drawn by the form."""
        self.tables.append(table)
        _, y0, _, y1 = table.area
        height = (y1 - y0) / table.rows
        for row in range(table.rows):
            for each, (left, right) in zip(table.columns, table.spans(), strict=True):
                box = (left, round(y0 + row * height), right, round(y0 + (row + 1) * height))
                self.spots.append(
                    Spot(
                        name=f"{table.name}.{each.name}",
                        type=each.type,
                        kind=each.kind,
                        box=box,
                        label=each.label,
                        shape=each.shape,
                        pattern=each.pattern,
                        row=row,
                    )
                )

    def comb(self, x: float, y: float, groups: tuple[int, ...], cell: float, height: float, gap: float) -> Area:
        """Boxes for one character each, in groups; the area that they cover."""
        start = x
        for size in groups:
            for _ in range(size):
                self.frame((round(x), round(y), round(x + cell), round(y + height)), 1.6)
                x += cell
            x += gap
        return round(start), round(y), round(x - gap), round(y + height)
