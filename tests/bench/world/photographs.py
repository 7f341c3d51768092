"""Photographs of this world: each made once and kept by what made it, its truth beside it."""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

import numpy
from PIL import Image

from tests.bench.world import forms, pasted, writing
from tests.bench.world.conditions import CONDITIONS
from tests.bench.world.scene import Scene
from tests.bench.world.values import Author
from tests.bench.world.writing import Pen

SCALE = 1.5
"""Pages are drawn at 300 pixels an inch, blanks at 200."""

HANDS = ("typed", "hand")
PASTED = "pasted"
"""Typed, with lines of the shared real sets in the fields that take any text; only where it is asked for."""

CACHE = Path(__file__).parents[3] / ".bench-cache"
"""Where what is made is kept, unless FAIRHAND_BENCH_CACHE says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photograph: its file, the definition of its form, how it was made, and what is written on it."""

    file: str
    form: str
    definition: str
    condition: str
    hand: str
    pen: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What photograph is wanted; the same wish is the same photograph."""

    form: str
    condition: str
    hand: str
    number: int
    seed: int

    @property
    def name(self) -> str:
        return f"{self.form}-{self.condition}-{self.hand}-{self.seed}-{self.number}"


def wishes(
    conditions: Sequence[str], hands: Sequence[str], names: Sequence[str], count: int, seed: int
) -> Iterator[Wish]:
    """`count` photographs for each condition and hand, spread over the forms: the same whatever else is asked for."""
    # steps of two reach every second form, and the others once these are through; all of an odd number anyway
    half = len(names) // 2 if len(names) % 2 == 0 else count
    for condition in conditions:
        place = list(CONDITIONS).index(condition)
        for other, hand in enumerate(hands):
            for number in range(count):
                form = names[(2 * number + number // half + place + other) % len(names)]
                yield Wish(form=form, condition=condition, hand=hand, number=number, seed=seed)


def cache_folder() -> Path:
    return Path(os.environ.get("FAIRHAND_BENCH_CACHE") or CACHE)


@cache
def code_digest() -> str:
    """A hash of the code that makes photographs."""
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def photo(wish: Wish, pens: Sequence[Pen] | None = None) -> Photo:
    """The photograph, made where it is not kept yet."""
    folder = cache_folder() / "world" / code_digest()
    kept = folder / f"{wish.name}.json"
    if not kept.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        made = _made(wish, folder, pens or writing.pens(wish.hand, cache_folder()))
        part = kept.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(asdict(made), ensure_ascii=False), encoding="utf-8")
        part.replace(kept)
    made = Photo(**json.loads(kept.read_text(encoding="utf-8")))
    return replace(made, file=str(folder / made.file), definition=str(folder / made.definition))


def _made(wish: Wish, folder: Path, pens: Sequence[Pen]) -> Photo:
    """The photograph made; its files are named as they lie in the folder."""
    layout, condition = forms.LAYOUTS[wish.form], CONDITIONS[wish.condition]
    chance = random.Random(wish.name)
    sheet = forms.drawn(wish.form, SCALE)
    truth = Author(layout.about.language, chance).fills(sheet)
    pen = _pen(pens, truth, chance)
    other = chance.choice([name for name in forms.LAYOUTS if name != wish.form])
    seed = chance.getrandbits(63)
    real, said = pasted.paste(sheet, truth, chance) if wish.hand == PASTED else (None, {})
    ink = writing.written(sheet, truth | dict.fromkeys(said, ""), pen, chance)
    scene = Scene(
        chance=numpy.random.default_rng(seed), sheet=sheet, truth=truth | said, other=forms.drawn(other, SCALE)
    )
    picture = condition.ink(numpy.asarray(sheet.picture), ink if real is None else numpy.maximum(ink, real), scene)
    for step in condition.steps:
        picture = step(picture, scene)
    file = folder / (f"{wish.name}.jpg" if condition.quality else f"{wish.name}.png")
    image = Image.fromarray(picture)
    if condition.quality:
        image.save(file, quality=condition.quality)
    else:
        image.convert("1").save(file)
    return Photo(
        file=file.name,
        form=wish.form,
        definition=str(forms.written(wish.form, folder / "forms").relative_to(folder)),
        condition=wish.condition,
        hand=wish.hand,
        pen=Path(pen.path).stem,
        fields=truth | said,
    )


def _pen(pens: Sequence[Pen], truth: dict[str, str], chance: random.Random) -> Pen:
    """A pen that has every character of the page; ValueError where there is none."""
    needed = set("".join(truth.values())) - {" "}
    order = list(pens)
    chance.shuffle(order)
    for pen in order:
        if needed <= writing.letters(pen.path):
            return pen
    raise ValueError(f"no pen can write all of {''.join(sorted(needed))}")
