"""Fits what ink says of boxes to tick: `python -m tests.bench.fit_marks` writes `transcribe/ink/mark_weights.py`.

Photographs of four of the eight forms of `bench_marks`, with other seeds than its own, and flat sheets of them; what
was done to a box is known, so that one layer of tanh learns it from the shape of its ink.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from unittest import mock

import cv2
import numpy
from numpy.typing import NDArray

from tests.bench.bench_marks import FITTED, SEEN_IN, boxes, wishes
from tests.bench.world import marks
from transcribe.geometry import Box
from transcribe.ink import InkLayer, added_strokes, ink_layer
from transcribe.ink.mark_detection import mark_shape

TARGET = Path(__file__).parents[2] / "transcribe" / "ink" / "mark_weights.py"
PHOTO_WEIGHTS = {11: marks.TICK_WEIGHTS, 12: (6, 4, 3, 1, 1, 1, 4, 3, 4, 0, 0)}
"""How often each of `marks.TICKS` is on the photographs of a seed; each form is seen in each second condition."""

SHEETS, PLAIN_EVERY = range(120), 5
"""Flat sheets; so many of them are forms for each plain one, whose boxes differ in nothing but the look."""

SHEET_WEIGHTS = (6, 4, 3, 2, 2, 1, 3, 3, 3, 1, 1)
"""What takes a tick back, and a tick beside its box, oftener than on paper. Chosen by hand, as those above."""

INNER_COUNT, DECAY = 12, 0.3
"""Values of the inner layer, and what keeps weights small. Of 8, 12 and 16, and .3, 1 and 3, these erred least."""

CLASSES = {"empty": 0} | dict.fromkeys(("hook", "cross", "slash", "filled", "tail", "dash"), 1)
"""What was done to a box as a class; all else is the third."""

SAYS = {
    "HIDDEN": "What each number of a shape adds to each value of the inner layer; fitted.",
    "HIDDEN_BIAS": "What each value of the inner layer is of a shape of zeros; fitted.",
    "SHOWN": "What each value of the inner layer speaks for a bare box, a ticked one, and another; fitted.",
    "SHOWN_BIAS": "What speaks for each of them beforehand; fitted.",
}

Shape = list[float]


def photographed(folder: Path, wish: tuple[str, str, int]) -> list[tuple[Shape, int]]:
    """The shape of the ink of every box to tick of a photograph, and its class."""
    seen: dict[tuple[int, ...], Shape] = {}

    def kept(sheet: InkLayer, box: Box, strokes: float, others: Iterable[Box]) -> Shape:
        seen[tuple(box)] = mark_shape(sheet, box, strokes, others)
        return seen[tuple(box)]

    with mock.patch("transcribe.ink.mark_detection.mark_shape", kept):
        found = boxes(folder, wish, PHOTO_WEIGHTS[wish[2]])
    return [(seen[each.place], CLASSES.get(each.kind, 2)) for each in found if each.place in seen]


def flat(seed: int) -> list[tuple[Shape, int]]:
    """The same of a flat sheet: soft, grainy, some pixels off, and quick to make."""
    chance = random.Random(f"flat {seed}")
    plain = seed % PLAIN_EVERY == 0
    sheet = marks.plain(chance.choice(list(marks.LOOKS.values())[:4])) if plain else marks.drawn(FITTED[seed % 4])
    done = marks.kinds(sheet, chance, SHEET_WEIGHTS)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "blank.png")
        sheet.picture.convert("L").save(path)
        ink = numpy.asarray(marks.inked(sheet, done, chance), numpy.float32) / 255
        page = numpy.asarray(sheet.picture.convert("L"), numpy.float32) * (1 - chance.uniform(0.35, 0.9) * ink)
        off = 4 if seed % 2 else 1.5
        by = numpy.array([[1, 0, chance.uniform(-off, off)], [0, 1, chance.uniform(-off, off)]])
        moved = cv2.warpAffine(page, by, page.shape[::-1], borderValue=255)
        noise = numpy.random.default_rng(seed).normal(0, chance.uniform(1, 5), page.shape)
        soft = cv2.GaussianBlur(moved, (0, 0), chance.uniform(0.6, 2)) * 0.9 + noise
        seen = numpy.clip(soft, 0, 255).astype(numpy.uint8)
        layer, places = ink_layer(seen, path), [Box(*each.box) for each in sheet.spots]
        inks, found = layer.inks(places), []
        for spot, place, own in zip(sheet.spots, places, inks, strict=True):
            if spot.type == "checkbox":
                others = [patch.box for each in inks if each is not own for patch in each.patches]
                strokes = added_strokes(seen, path, place, layer.unit)
                found.append((mark_shape(layer, place, strokes, others), CLASSES.get(done[spot.key], 2)))
    return found


def fit(found: Sequence[tuple[Shape, int]]) -> list[tuple[str, NDArray[numpy.float64]]]:
    """The weights by name, those of the shape's scale in the first layer."""
    from sklearn.neural_network import MLPClassifier  # type: ignore[import-not-found]  # of the benchmarks' environment

    shown = numpy.array([shape for shape, _ in found])
    mean, spread = shown.mean(0), shown.std(0)
    net = MLPClassifier((INNER_COUNT,), "tanh", solver="lbfgs", alpha=DECAY, max_iter=500, random_state=0)
    net.fit((shown - mean) / spread, [label for _, label in found])
    (first, second), (bias, last) = net.coefs_, net.intercepts_
    hidden = first / spread[:, None]
    return [("HIDDEN", hidden), ("HIDDEN_BIAS", bias - mean @ hidden), ("SHOWN", second), ("SHOWN_BIAS", last)]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    asked = [each for seed in PHOTO_WEIGHTS for each in [*wishes(len(SEEN_IN), FITTED, seed)][1::2]]
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(given.workers) as pool:
        found = [each for some in pool.map(flat, SHEETS) for each in some]
        found += [each for some in pool.map(partial(photographed, Path(folder)), asked) for each in some]
    lines = [
        f'"""Weights of `mark_shape`: `python -m tests.bench.fit_marks` fitted them on {len(found)} drawn boxes."""',
        "",
    ]
    for name, weights in fit(found):
        lines += [f"{name} = {numpy.round(weights, 3).tolist()}", f'"""{SAYS[name]}"""', ""]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return subprocess.run(["ruff", "format", str(TARGET)], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
