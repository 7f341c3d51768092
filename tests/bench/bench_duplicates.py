"""How often different orders of one form look alike by their pictures, and how often two pictures of one sheet do.

`python -m tests.bench.bench_duplicates [--count N] [--fields 3,8] [--changed 1,3,8]`: sheets of every form with so many
fields filled in by one pen, each photographed twice. They are orders of one customer: they differ in so many of
these fields. The limit in force was not fitted on any of these sheets.
"""

from __future__ import annotations

import argparse
import io
import random
import tempfile
from itertools import combinations
from pathlib import Path

import numpy
from numpy.typing import NDArray
from PIL import Image

from flows.duplicates.duplicate_policy import MAX_DIFFERING_SHARE
from tests.bench.world import forms as world
from tests.bench.world import writing
from tests.bench.world.photographs import cache_folder
from tests.bench.world.values import Author
from tests.camera import Level, photograph
from transcribe.forms import definition
from transcribe.model import Form, Page, PageFingerprint
from transcribe.registration.fingerprint import FINGERPRINT_BITS, fingerprints, with_alignments

LEVELS: tuple[Level, ...] = ("phone", "hard", "scan", "blurred")
"""How they are photographed."""
SEED = 4194
SCALE = 1.0
SMALLER = 1.5
"""The sides of a phone's picture are divided by this: it makes photographs in half the time."""


def main() -> None:
    """Print both rates for each number of fields and level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=4, help="sheets of each form")
    parser.add_argument("--fields", default="3,8", help="how many fields are filled in")
    parser.add_argument("--changed", default="1,3,8", help="in how many of them two orders differ at most")
    parser.add_argument("--forms", default=",".join(world.LAYOUTS), help="names of forms")
    parser.add_argument("--hand", default="hand", choices=["typed", "hand"])
    asked = parser.parse_args()
    print("| form | fields filled | differing | level | one sheet: pairs | found alike | most apart |", end="")
    print(" other sheets: pairs | said to be alike | nearest | no fingerprint |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in asked.forms.split(","):
        for fields in map(int, asked.fields.split(",")):
            for changed in (each for each in map(int, asked.changed.split(",")) if each <= fields):
                for level in LEVELS:
                    row(name, fields, changed, level, asked.count, asked.hand)


def row(name: str, fields: int, changed: int, level: Level, count: int, hand: str) -> None:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        form = definition.load(str(world.written(name, Path(folder))))
        taken = [pictures(name, form, (fields, changed), level, number, hand) for number in range(count)]
    without = sum(not each for sheet in taken for each in sheet)
    same = [share for one, other in taken for share in differing(one, other)]
    pairs = [(one, other) for a, b in combinations(taken, 2) for one in a for other in b]
    others = [share for one, other in pairs for share in differing(one, other)]
    found, wrong = (sum(share <= MAX_DIFFERING_SHARE for share in shares) for shares in (same, others))
    print(
        f"| {name} | {fields} | {changed} | {level} | {len(taken)} | {found} | {max(same, default=0):.2f} "
        f"| {len(pairs)} | {wrong} | {min(others, default=1):.2f} | {without} of {2 * len(taken)} |",
        flush=True,
    )


def pictures(
    name: str, form: Form, filled: tuple[int, int], level: Level, number: int, hand: str
) -> tuple[list[PageFingerprint], list[PageFingerprint]]:
    """The fingerprints of two photographs of one sheet with so many fields filled in."""
    fields, changed = filled
    chance, own = random.Random(f"{SEED} {name} {fields} {hand}"), random.Random(f"{SEED} {name} {fields} {number}")
    sheet, language = world.drawn(name, SCALE), world.LAYOUTS[name].about.language
    truth = Author(language, chance).fills(sheet)
    others = Author(language, own).fills(sheet)
    chosen = chance.sample(sorted(key for key, text in truth.items() if text and others[key]), fields)
    few = (
        dict.fromkeys(truth, "") | {key: truth[key] for key in chosen} | {key: others[key] for key in chosen[:changed]}
    )
    pens = writing.pens(hand, cache_folder())
    ink = writing.written(sheet, few, pens[0], random.Random(SEED))
    paper = numpy.asarray(sheet.picture.convert("RGB")).astype(numpy.float32)
    paper = paper * (1 - 0.85 * (ink.astype(numpy.float32) / max(1.0, float(ink.max())))[..., None])
    made = [
        fingerprint(
            photograph(
                paper.astype(numpy.uint8), level, numpy.random.default_rng([SEED, number, side]), smaller=SMALLER
            ),
            form,
        )
        for side in range(2)
    ]
    return made[0], made[1]


def fingerprint(content: bytes, form: Form) -> list[PageFingerprint]:
    """The fingerprint of a photograph; none where too little is written on it."""
    with Image.open(io.BytesIO(content)) as image:
        picture: NDArray[numpy.uint8] = numpy.asarray(image.convert("RGB"), numpy.uint8)
    page = Page(number=1, picture=picture)
    return fingerprints(with_alignments([page], form), form)


def differing(one: list[PageFingerprint], other: list[PageFingerprint]) -> list[float]:
    """The share of bits in which two fingerprints differ; nothing where there are not two."""
    if not one or not other:
        return []
    bits = int.from_bytes(one[0].bits) ^ int.from_bytes(other[0].bits)
    return [bits.bit_count() / FINGERPRINT_BITS]


if __name__ == "__main__":
    main()
