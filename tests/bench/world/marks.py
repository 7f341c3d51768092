"""The eight forms with boxes to tick and to sign in place of their fields, and all that pens do to such boxes."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from PIL import Image, ImageDraw

from tests.bench.world import forms
from tests.bench.world.sheet import Sheet, Spot

SIDES_MM = (1.8, 2.2, 2.8, 3.5, 4.5, 6.0, 8.0)
"""How wide boxes to tick are on paper."""

PX_PER_MM = 200 / 25.4
ROOM_PX, SIGNED_PX = 180, 300
"""The width that a box to tick has with its label, and from which some fields are boxes to sign, at 200 dpi."""

LABELS = ("ja", "no", "24 h", "oui", "B 2", "EXP", "sí", "A4", "net")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a form draws its boxes: the line's thickness, the corners' radius as a share of the side, the paper that the
    field has around the frame (pixels at 200 dpi), and whether the frame is a ground of its own."""

    thick: float
    radius: float
    around: int
    ground: bool = False


LOOKS = dict(
    zip(
        forms.LAYOUTS,
        (
            Look(thick=2, radius=0, around=4),
            Look(thick=1.6, radius=0, around=0),
            Look(thick=2.4, radius=0.5, around=3),
            Look(thick=3, radius=0.2, around=2),
            Look(thick=2, radius=0.5, around=1),
            Look(thick=1.4, radius=0, around=5, ground=True),
            Look(thick=2.6, radius=0, around=2),
            Look(thick=1.8, radius=0.25, around=0, ground=True),
        ),
        strict=True,
    )
)


def drawn(name: str, scale: float = 1.0) -> Sheet:
    """The form with a box to tick in each width of ROOM_PX of its fields; every sixth wide field is to be signed."""
    sheet, look, sides = forms.drawn(name, scale), LOOKS[name], cycle(SIDES_MM)
    fields = [each for each in sheet.spots if not each.cells]
    sheet.spots, sheet.tables = [], []
    wide = 0
    for each in fields:
        x0, y0, x1, y1 = each.box
        if each.type in ("checkbox", "signature"):
            sheet.spot(f"m{len(sheet.spots)}", each.type, each.kind, each.box, each.label)
            continue
        wide += x1 - x0 >= SIGNED_PX
        if x1 - x0 >= SIGNED_PX and wide % 6 == 0:
            sheet.spot(f"m{len(sheet.spots)}", "signature", "sign", each.box, each.label)
            continue
        for left in range(x0, max(x0 + 1, x1 - ROOM_PX + 1), ROOM_PX):
            side = round(min(next(sides) * PX_PER_MM, y1 - y0 - 14, x1 - left - 16))
            _box(sheet, look, (left + 12, round((y0 + y1 - side) / 2)), side, is_labelled=x1 - x0 >= ROOM_PX)
    return sheet


def _box(sheet: Sheet, look: Look, corner: tuple[int, int], side: int, *, is_labelled: bool) -> None:
    """A box to tick, with its label beside it where there is room."""
    x, y = corner
    fill = (255, 255, 255) if look.ground else None
    sheet.frame((x, y, x + side, y + side), look.thick, fill, radius=look.radius * side)
    number = len(sheet.spots)
    label = LABELS[number % len(LABELS)]
    if is_labelled:
        sheet.text(x + side + 12, y + side / 2, label, 22, anchor="lm")
    around = look.around
    box = (x - around, y - around, x + side + around, y + side + around)
    sheet.spot(f"m{number}", "checkbox", "tick", box, label)


def plain(look: Look = LOOKS["fiche-atelier"]) -> Sheet:
    """Boxes of all sizes on a sheet without a word: it costs no fonts and no photograph."""
    sheet, sides = Sheet(width=1654, height=2339), cycle(SIDES_MM)
    for number in range(108):
        x, y, side = 120 + 165 * (number % 9), 120 + 180 * (number // 9), round(next(sides) * PX_PER_MM)
        _box(sheet, look, (x, y), side, is_labelled=False)
    return sheet


# --- what pens do ----------------------------------------------------------------------------------------------------

TICKS = ("empty", "hook", "cross", "slash", "filled", "ringed", "beside", "struck", "scribbled", "tail", "dash")
TICK_WEIGHTS = (8, 5, 4, 1, 1, 1, 1, 2, 2, 0, 0)
"""The last two only on plain sheets."""
SIGNATURES = ("empty", "signed", "initials", "struck")
SIGNATURE_WEIGHTS = (4, 4, 2, 1)
MARKED = frozenset({"hook", "cross", "slash", "filled", "tail", "dash", "ringed", "beside", "signed", "initials"})
"""What says yes. Who strikes out or scribbles over a tick takes it back; a line through a box to sign signs nothing."""


def kinds(sheet: Sheet, chance: random.Random, weights: Sequence[int] = TICK_WEIGHTS) -> dict[str, str]:
    """What is done to each box."""
    return {
        each.key: chance.choices(TICKS, weights)[0]
        if each.type == "checkbox"
        else chance.choices(SIGNATURES, SIGNATURE_WEIGHTS)[0]
        for each in sheet.spots
    }


def inked(sheet: Sheet, done: dict[str, str], chance: random.Random) -> Image.Image:
    """How much ink lies on each pixel, 0 to 255: one pen a page."""
    layer = Image.new("L", sheet.picture.size, 0)
    hand = Hand(pen=ImageDraw.Draw(layer), scale=sheet.scale, wide=chance.uniform(0.25, 0.6) * PX_PER_MM, chance=chance)
    for each in sheet.spots:
        hand.does(done[each.key], each)
    return layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """One person's pen on one page; `wide` is its line at 200 dpi."""

    pen: ImageDraw.ImageDraw
    scale: float
    wide: float
    chance: random.Random

    def does(self, kind: str, spot: Spot) -> None:
        """Draws one kind of mark in its box."""
        x0, y0, x1, y1 = spot.box
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        reach = max(0.6 * PX_PER_MM, (x1 - x0) / 2 * self.chance.uniform(0.5, 1.1))
        if spot.type == "signature":
            self._signs(kind, spot)
        elif kind == "ringed":
            self._ring(middle, 1.25 * (x1 - x0) + 4, 0.85 * (y1 - y0) + 4)
        elif kind == "beside":
            self._tick("hook", (x0 - reach - self.chance.uniform(0.2, 1.2) * PX_PER_MM, middle[1]), reach)
        elif kind in ("struck", "scribbled"):
            self._tick(self.chance.choice(("hook", "cross")), middle, reach)
            self._takes_back(kind, middle, max(reach, (x1 - x0) / 2))
        elif kind != "empty":
            self._tick(kind, middle, (x1 - x0) / 2 if kind == "filled" else reach)

    def _tick(self, kind: str, at: Point, reach: float) -> None:
        strokes: dict[str, Sequence[Sequence[Point]]] = {
            "hook": [[(-0.9, 0.0), (-0.3, 0.8), (1.1, -1.1)]],
            "tail": [[(-0.9, 0.0), (-0.3, 0.8), (1.9, -1.7)]],
            "dash": [[(-0.9, 0.0), (0.9, 0.0)]],
            "cross": [[(-1, -1), (1, 1)], [(-1, 1), (1, -1)]],
            "slash": [[(-0.9, 0.9), (0.9, -0.9)]],
            "filled": [[((-1) ** step * 0.8, -0.8 + step * 0.1) for step in range(17)]],
        }
        for stroke in strokes[kind]:
            self._stroke([(at[0] + x * reach, at[1] + y * reach) for x, y in stroke], 0.12 * reach)

    def _takes_back(self, kind: str, at: Point, reach: float) -> None:
        """Strikes a mark out with one or two lines, or scribbles over it."""
        beyond = reach * self.chance.uniform(1.3, 2.2)
        if kind == "scribbled":
            turns = self.chance.randint(4, 9)
            ways = [(at[0] + (-1) ** n * beyond * 0.8, at[1] - reach + 2 * reach * n / turns) for n in range(turns + 1)]
            self._stroke(ways, 0.15 * reach)
            return
        lean = self.chance.uniform(-0.5, 0.5)
        for line in range(self.chance.randint(1, 2)):
            lift = (line - 0.3) * 0.4 * reach
            ends = [(at[0] + end * beyond, at[1] + lift + end * lean * beyond) for end in (-1, 1)]
            self._stroke(ends, 0.05 * reach)

    def _ring(self, at: Point, wide: float, high: float) -> None:
        turn = self.chance.uniform(0, 6)
        around = [turn + step * 2 * math.pi / 40 for step in range(43)]
        self._stroke([(at[0] + wide * math.cos(each), at[1] + high * math.sin(each)) for each in around], 0.5)

    def _signs(self, kind: str, spot: Spot) -> None:
        x0, y0, x1, y1 = spot.box
        wide, high, middle = x1 - x0, min(y1 - y0, 130), (y0 + y1) / 2
        if kind == "struck":
            self._stroke([(x0 + 0.15 * wide, middle + high * 0.3), (x0 + 0.8 * wide, middle - high * 0.3)], 2)
        elif kind != "empty":
            share = self.chance.uniform(0.3, 0.7) if kind == "signed" else self.chance.uniform(0.1, 0.2)
            turns, start = (self.chance.uniform(4, 9) if kind == "signed" else 2.5), self.chance.uniform(0.05, 0.25)
            phase, lean = self.chance.uniform(0, 6), self.chance.uniform(0.05, 0.35)
            ways = []
            for step in range(300):
                part = step / 299
                angle = part * turns * 2 * math.pi + phase
                tall = high * 0.38 * (1 - 0.5 * part) * (0.6 + 0.4 * math.sin(phase + part * 9))
                x = x0 + wide * (start + share * part) + tall * lean * math.sin(angle) + 12 * math.cos(angle)
                ways.append((x, middle - tall * math.sin(angle)))
            self._stroke(ways, 0)

    def _stroke(self, ways: Sequence[Point], waver: float) -> None:
        """A line of the pen, each point a little beside its place."""
        told = [
            ((x + self.chance.gauss(0, waver)) * self.scale, (y + self.chance.gauss(0, waver)) * self.scale)
            for x, y in ways
        ]
        self.pen.line(told, fill=245, width=max(1, round(self.wide * self.scale)), joint="curve")
