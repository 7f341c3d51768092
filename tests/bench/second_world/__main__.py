"""Makes the second world: `python -m tests.bench.second_world FOLDER` writes its pages, truth.jsonl and forms.

Pages are in an order of which each first part is balanced over forms, conditions and hands. What is there already is
kept. The same seed gives the same pages; `hash.txt` is of the code, the forms and the truth of seed 44.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy
from PIL import Image

from tests.bench.second_world import ink
from tests.bench.second_world.camera import CONDITIONS
from tests.bench.second_world.values import RECKONED, page
from transcribe.forms import load

HERE = Path(__file__).parent
SEED = 44
PAGES_COUNT = 300
HANDS = ("typed", "hand")


class Wish(NamedTuple):
    """A page that is wanted; the same wish is the same page."""

    number: int
    form: str
    condition: str
    hand: str
    seed: int

    @property
    def name(self) -> str:
        """The name of its file, without the suffix."""
        return f"{self.number:03}-{self.form}-{self.condition}-{self.hand}"

    @property
    def chance(self) -> Random:
        """What is drawn for it: first what is written, then pen, ink and camera."""
        return Random(f"{self.seed} {self.name}")


def wishes(count: int = PAGES_COUNT, seed: int = SEED) -> Iterator[Wish]:
    """The pages in their order: each sixty of them are all forms in all conditions by both hands."""
    forms, conditions = list(RECKONED), list(CONDITIONS)
    for number in range(count):
        hand = HANDS[(number // 5 + number // 30) % 2]
        yield Wish(number, forms[number % 5], conditions[number % 6], hand, seed)


def digest() -> str:
    """A hash of this world's code, blanks, definitions, word lists and of everything that is written on its pages."""
    found = hashlib.sha256()
    for file in sorted(each for each in HERE.rglob("*") if each.suffix in (".py", ".toml", ".png", ".json")):
        found.update(file.name.encode() + file.read_bytes())
    for wish in wishes():
        found.update(json.dumps(page(wish.form, wish.chance), sort_keys=True).encode())
    return found.hexdigest()


def make(wish: Wish, folder: Path) -> dict[str, object]:
    """The page's file in the folder, and its line of truth."""
    chance = wish.chance
    truth = page(wish.form, chance)
    pen = ink.pen(wish.hand, chance)
    sheet = ink.Page(load(HERE / "forms" / f"{wish.form}.toml"), pen, chance)
    written = sheet.fill(truth)
    made = numpy.random.default_rng(chance.getrandbits(64))
    picture = Image.fromarray(CONDITIONS[wish.condition](sheet.picture(), made))
    file = folder / f"{wish.name}.{'png' if wish.condition == 'copy' else 'jpg'}"
    if wish.condition == "copy":
        picture.convert("1").save(file)
    else:
        picture.save(file, quality=int(made.integers(72, 93)), dpi=(200, 200) if wish.condition == "flat" else (72, 72))
    said = {"form": wish.form, "definition": f"forms/{wish.form}.toml", "condition": wish.condition}
    return {"file": file.name, **said, "hand": wish.hand, "pen": pen.name, "fields": written}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=PAGES_COUNT, help="only so many pages, the first ones")
    parser.add_argument("--seed", type=int, default=SEED)
    given = parser.parse_args()
    shutil.copytree(HERE / "forms", given.folder / "forms", dirs_exist_ok=True)
    truth = given.folder / "truth.jsonl"
    kept = len(truth.read_text(encoding="utf-8").splitlines()) if truth.is_file() else 0
    with truth.open("a", encoding="utf-8") as lines:
        for wish in list(wishes(given.count, given.seed))[kept:]:
            lines.write(json.dumps(make(wish, given.folder), ensure_ascii=False) + "\n")
            lines.flush()


if __name__ == "__main__":
    main()
