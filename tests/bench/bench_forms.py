"""How forms are known: fit and identity by level, what the door costs, and what a draft finds.

`python -m tests.bench.bench_forms [--small]`; everything is generated, nothing is downloaded.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable
from typing import Any

import cv2
import numpy
from PIL import Image

from tests.camera import USUAL, Level
from tests.orders import FORMS, Made, make
from transcribe.forms import definition
from transcribe.model import Form, Page
from transcribe.registration.align import identify, sure_guess
from transcribe.sandbox import decoding
from transcribe.sandbox.limits import Limits

LIMITS = Limits()
SEED = 4178


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="two photos a level and form instead of twelve")
    count = 2 if parser.parse_args().small else 12
    forms = [definition.load(name) for name in FORMS]
    print("| level | photos | identified | wrong | fit lowest | fit median | inliers lowest |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for level in USUAL:
        made = [make(n, SEED, each.name, level, ("typed", "block")[n % 2]) for n in range(count) for each in forms]
        print(identity_row(level, made, forms))
    print()
    door([make(n, SEED, FORMS[n % 2], "phone", "typed") for n in range(2 * count)], forms)


def identity_row(level: Level, made: list[Made], forms: list[Form]) -> str:
    """One row: how many photos of a level are known for what they are."""
    fits, inliers, right, wrong = [], [], 0, 0
    for each in made:
        picture, _ = decoding.decode(each.content, 1, LIMITS)
        guesses = identify([Page(number=1, picture=picture)], forms)
        own = next(guess for guess in guesses if guess.form.name == each.truth["form"])
        best = sure_guess(guesses)
        right += best is own
        wrong += best is not None and best is not own
        fits.append(own.fit)
        inliers.append(own.inliers)
    return (
        f"| {level} | {len(made)} | {right} | {wrong} | {min(fits):.2f} | {statistics.median(fits):.2f} "
        f"| {min(inliers)} |"
    )


def door(made: list[Made], forms: list[Form]) -> None:
    """What taking in a photo of eight megapixels costs: decoding here, decoding in the confined process, laying."""
    page = Page(number=1, picture=decoding.decode(made[0].content, 1, LIMITS)[0])
    identify([page], forms)  # the blank's features are found once a process
    rows = {
        "decoded here (Pillow)": _seconds(made, lambda content: numpy.asarray(Image.open(io.BytesIO(content)))),
        "decoded in the confined process": _seconds(made, lambda content: decoding.decode(content, 1, LIMITS)),
        "checked in the confined process": _seconds(made, lambda content: decoding.check(content, LIMITS)),
        "decoded here (OpenCV)": _seconds(
            made, lambda content: cv2.imdecode(numpy.frombuffer(content, numpy.uint8), cv2.IMREAD_COLOR)
        ),
    }
    print("| step, a photo of 8 megapixels | ms, median |\n| --- | --- |")
    for name, seconds in rows.items():
        print(f"| {name} | {1000 * seconds:.0f} |")


def _seconds(made: list[Made], work: Callable[[bytes], Any]) -> float:
    taken = []
    for each in made:
        began = time.perf_counter()
        work(each.content)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
