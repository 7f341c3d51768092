"""The eight forms of this world by name, and which of them no fit may see."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.bench.world import definition
from tests.bench.world.definition import About
from tests.bench.world.layouts import english, french, german, spanish
from tests.bench.world.sheet import Sheet

NEVER_FITTED = ("wartungsauftrag", "parts-order")
"""Forms on which figures are printed and nothing is ever fitted or tuned."""


class Layout(NamedTuple):
    """A form: what it is called, its empty sheet, and what draws it."""

    about: About
    sheet: Callable[[], Sheet]
    draw: Callable[[Sheet], None]


LAYOUTS = {
    layout.about.name: layout
    for layout in (
        Layout(french.FICHE, french.fiche, french.draw_fiche),
        Layout(german.BESTELLUNG, german.bestellung, german.draw_bestellung),
        Layout(spanish.PEDIDO, spanish.pedido, spanish.draw_pedido),
        Layout(english.SUPPLY, english.supply, english.draw_supply),
        Layout(french.COUPON, french.coupon, french.draw_coupon),
        Layout(german.AUFTRAG, german.auftrag, german.draw_auftrag),
        Layout(spanish.ALBARAN, spanish.albaran, spanish.draw_albaran),
        Layout(english.PARTS, english.parts, english.draw_parts),
    )
}


def drawn(name: str, scale: float = 1.0) -> Sheet:
    """The form, drawn at so many times 200 pixels an inch."""
    empty = LAYOUTS[name].sheet()
    sheet = Sheet(
        width=empty.width, height=empty.height, scale=scale, family=empty.family, colour=empty.colour, paper=empty.paper
    )
    LAYOUTS[name].draw(sheet)
    return sheet


@cache
def written(name: str, folder: Path) -> Path:
    """The form's definition in `folder`, its blank beside it."""
    path = folder / f"{name}.toml"
    return path if path.is_file() else definition.write(LAYOUTS[name].about, drawn(name), folder)
