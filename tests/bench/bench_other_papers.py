"""Whether the machine can tell a photograph of a form from one of something else taken in as that form.

Others are those of the shared sets, sheets of other forms, and blank sheets. Nothing was fitted on any of them; the
limit was chosen by hand.
"""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import numpy
from PIL import Image

from flows.steps.identify_tasks import LEAST_FOUND_FIT
from tests.bench.read_samples import data_folder
from tests.bench.rows import Row
from tests.bench.world import forms, photographs
from tests.bench.world.conditions import CONDITIONS
from tests.camera import USUAL, photograph
from transcribe.forms import definition
from transcribe.model import Form, Page
from transcribe.registration import align

SETS = ("factures_odoo_fr", "funsd", "invoices_mixed", "lichen_labels", "receipts_de", "sroie", "testaments_fr")
"""The shared sets with pictures."""

SHIPPED = ("order-form", "bon-de-commande")
"""The forms that ship with a blank."""

SEED = 4183
PAPER_SIZE = (2338, 1654)
"""Rows and columns of an A4 sheet at 200 pixels an inch."""


def rows(small: bool) -> Iterator[Row]:
    """For each kind of picture how often nothing of the form's print was found, and the fits."""
    count = 1 if small else 4
    for name, fits in [*others(data_folder(None), count), *blank_sheets(count)]:
        yield _row(f"{name} on another form", fits)
    for name, own, fits in world(count):
        yield _row(f"{name} on {'its own' if own else 'another'} form", fits)


def _row(of: str, fits: list[float]) -> Row:
    found = sum(fit < LEAST_FOUND_FIT for fit in fits)
    return Row(of=f"{of}: nothing found, fits", figure=f"{found} of {len(fits)}, {min(fits):.2f} to {max(fits):.2f}")


def pictures_of(folder: Path, count: int) -> Iterator[tuple[str, list[numpy.ndarray]]]:
    """So many pictures of each shared set."""
    chance = random.Random(SEED)
    for name in SETS:
        files = sorted((folder / name / "images").glob("*"))
        yield name, [_picture(path) for path in chance.sample(files, min(count, len(files)))]


def others(folder: Path, count: int) -> Iterator[tuple[str, list[float]]]:
    """Pictures of the shared sets laid onto the shipped forms."""
    shipped = [definition.load(name) for name in SHIPPED]
    for name, pictures in pictures_of(folder, count):
        yield name, [_fit(picture, form) for picture in pictures for form in shipped]


def blank_sheets(count: int) -> Iterator[tuple[str, list[float]]]:
    """Photographs of a sheet of nothing, in every light of the demo's camera."""
    chance = numpy.random.default_rng(SEED)
    sheet = numpy.full((*PAPER_SIZE, 3), 255, numpy.uint8)
    shipped = [definition.load(name) for name in SHIPPED]
    taken = [photograph(sheet, level, chance) for level in USUAL for _ in range(count)]
    yield "blank sheets", [_fit(_decoded(each), form) for each in taken for form in shipped]


def world(count: int) -> Iterator[tuple[str, bool, list[float]]]:
    """Photographs of generated forms in every condition, each laid onto its own form, and onto a shipped one."""
    shipped = definition.load(SHIPPED[0])
    for condition in CONDITIONS:
        own, other = [], []
        for wish in photographs.wishes([condition], ["typed"], list(forms.LAYOUTS), count, SEED):
            made = photographs.photo(wish)
            picture = _picture(Path(made.file))
            own.append(_fit(picture, definition.load(made.definition)))
            other.append(_fit(picture, shipped))
        yield condition, True, own
        yield condition, False, other


def _fit(picture: numpy.ndarray, form: Form) -> float:
    return align(Page(number=1, picture=picture), form).fit


def _decoded(content: bytes) -> numpy.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        return numpy.asarray(image.convert("RGB"), numpy.uint8)


def _picture(path: Path) -> numpy.ndarray:
    with Image.open(path) as image:
        return numpy.asarray(image.convert("RGB"), numpy.uint8)
