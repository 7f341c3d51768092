"""The conditions under which pages are seen, by name: how they are written, and what happens to them in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.bench.world import camera, light, paper, wear
from tests.bench.world.scene import Picture, Scene, Step
from tests.bench.world.writing import Ink


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How ink gets onto the page, what happens to it then, and how good the file is saved (JPEG's quality)."""

    steps: tuple[Step, ...]
    ink: Callable[[Picture, Ink, Scene], Picture] = paper.by_pen
    quality: int = 88


CONDITIONS = {
    "scan": Condition(steps=(paper.grained, camera.scanned)),
    "soft": Condition(steps=(paper.grained, light.soft, camera.phone)),
    "edge": Condition(steps=(paper.grained, light.edge, camera.phone)),
    "worn": Condition(steps=(wear.worn, camera.scanned)),
    "fold": Condition(steps=(paper.grained, paper.folded, camera.phone)),
    "lowlight": Condition(steps=(paper.grained, camera.phone, light.dim), quality=80),
    "motion": Condition(steps=(paper.grained, light.soft, camera.phone, camera.moved)),
    "second": Condition(steps=(paper.grained, camera.phone_over_page)),
    "stamp": Condition(steps=(paper.grained, paper.stamped, camera.scanned)),
    "pencil": Condition(steps=(paper.grained, light.soft, camera.phone), ink=paper.by_pencil),
    "tinted": Condition(steps=(paper.tinted, paper.grained, camera.phone), ink=paper.by_coloured_pen),
    "fax": Condition(steps=(camera.faxed,), quality=0),
    "screen": Condition(steps=(camera.on_screen,)),
    "all": Condition(steps=(partial(wear.worn, share=0.2), light.soft, light.edge, camera.phone)),
}
"""Each of these stands alone; "all" is soft and sharp shadow over lightly worn paper, from a phone."""
