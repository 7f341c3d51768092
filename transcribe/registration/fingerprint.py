"""Fingerprints of what was written on a page, which tell one sheet of paper from another.

The print is taken away first, as forms of one kind look alike. What is left is the pattern of strokes in cells of about
a millimetre, without what is broader: where people write is the same on all of them. Signs of random projections of it
are its fingerprint (SimHash, Charikar 2002); two that differ in a share d of bits have the correlation cos(pi d).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.forms import blank_grey, field_boxes
from transcribe.geometry import Homography
from transcribe.imaging import grey, shrunk_to
from transcribe.model import Form, Page, PageFingerprint, Picture
from transcribe.registration.align import Aligned
from transcribe.registration.matching import blank_path, is_plausible, known_match, stepwise_match

CELLS_COUNT = 65_536
"""The most cells of a page, a power of two for fast projections: an A4 page in cells of a millimetre has 62,370."""

CELL_PX = 2
"""Pixels of a cell's side in the small picture that strokes are looked for in. Chosen by hand."""

FINGERPRINT_BITS = 2048
"""Bits of a fingerprint: the correlation of two is known to 0.02 then."""

MAX_STROKE_PX = 13
"""Side of the square that no stroke fills, in pixels of the small picture: what is broader is paper or shadow."""

FAINTEST_LEVELS = 12
"""Grey levels that a stroke is darker than paper and print at least, in the small picture. Chosen by hand."""

DARKEST_LEVELS = 80
"""Grey levels above which a stroke is no stronger: a ballpoint is as good as a marker. Chosen by hand."""

SOFTENED_CELLS = 0.7
"""Cells by which the pattern is softened: pages lie on their blank to about a third of a millimetre."""

BROAD_CELLS = 1.5
"""Cells above which a pattern is too broad to tell two sheets apart: it is where people write on this form."""

DARK_CELL = 4.0
"""Root of the grey levels of a cell from which there surely is a stroke: what is left of print is paler."""

LEAST_WRITTEN_CELLS = 120
"""Least cells with strokes of a page that has a fingerprint: ten letters of 3 mm have as many."""

SEED = 20261126
"""The seed of the random signs. With another one every kept fingerprint would be worth nothing."""


def with_alignments(pages: Sequence[Page], form: Form) -> list[Page]:
    """The pages with their alignments on the form, so that nobody finds them again."""
    return [page if form.free or known_match(page, form) else _found(page, form) for page in pages]


def fingerprints(pages: Sequence[Page], form: Form) -> list[PageFingerprint]:
    """The fingerprint of each page of a scan that lies on the form and has enough written on it, by the form's numbers.

    Pages know how they lie (`with_alignments`). A form without a blank has none, as its print is not known."""
    found: dict[int, PageFingerprint] = {}
    for page in () if form.free else pages:
        laid = known_match(page, form)
        if laid and laid.homography is not None and laid.number not in found:
            cells = _written(page.picture, laid.homography, form, laid.number)
            if cells is not None:
                found[laid.number] = PageFingerprint(number=laid.number, bits=_bits(cells))
    return list(found.values())


def _found(page: Page, form: Form) -> Page:
    found = stepwise_match(page.picture, form)
    if found.homography is None or not is_plausible(found.homography, page.picture.shape):
        return page
    laid = Aligned(page=page, fit=0.0, inliers=found.inliers, number=found.number, homography=found.homography)
    return replace(page, alignment=laid.laid(form))


def _written(picture: Picture, homography: Homography, form: Form, number: int) -> NDArray[numpy.float32] | None:
    """How strong the strokes are in each cell of a page, as it lies on its blank; None where there are too few."""
    blank, scale = _small_blank(blank_path(form, number))
    height, width = blank.shape
    small, onto = _shrunk(grey(picture), homography, scale)
    laid = cv2.warpPerspective(small, onto, (width, height), flags=cv2.INTER_LINEAR, borderValue=255)
    strokes = cv2.subtract(blank, _without_paper(numpy.asarray(laid, numpy.uint8))).astype(numpy.float32)
    strokes = numpy.clip(strokes - FAINTEST_LEVELS, 0, DARKEST_LEVELS)
    strokes *= _inside_boxes(form, number, scale, strokes.shape)
    cells = numpy.sqrt(cv2.resize(strokes, (width // CELL_PX, height // CELL_PX), interpolation=cv2.INTER_AREA))
    if int((cells > DARK_CELL).sum()) < LEAST_WRITTEN_CELLS:
        return None
    soft = cv2.GaussianBlur(cells, (0, 0), SOFTENED_CELLS)
    return numpy.asarray(soft - cv2.GaussianBlur(soft, (0, 0), BROAD_CELLS), numpy.float32)


def _inside_boxes(form: Form, number: int, scale: float, shape: tuple[int, ...]) -> NDArray[numpy.float32]:
    """1 inside the boxes of a page's fields, 0 on their frames, elsewhere (shadows, folds, the table) and in what is
    masked, which is alike on all sheets."""
    inside = numpy.zeros(shape, numpy.float32)
    for _, field, box in field_boxes(form, number):
        if field.personal != "payment":
            x0, y0, x1, y1 = (round(side * scale) for side in box)
            inside[y0 + CELL_PX : y1 - CELL_PX, x0 + CELL_PX : x1 - CELL_PX] = 1
    return inside


def _shrunk(picture: Picture, homography: Homography, scale: float) -> tuple[Picture, Homography]:
    """A picture made about as coarse as the small blank, and its homography onto that: averaging takes noise away."""
    own = min(1.0, float(numpy.sqrt(abs(numpy.linalg.det(homography[:2, :2])))) * scale)
    height, width = picture.shape
    small = shrunk_to(picture, max(1, round(width * own)), max(1, round(height * own)))
    back = numpy.diag([width / small.shape[1], height / small.shape[0], 1.0])
    return small, numpy.diag([scale, scale, 1.0]) @ homography @ back


@lru_cache(maxsize=32)
def _small_blank(path: str) -> tuple[Picture, float]:
    """A blank, made so small that its cells are not too many, with its print a little thicker; and how small it is."""
    blank = blank_grey(path)
    height, width = blank.shape
    scale = min(1.0, CELL_PX * float(numpy.sqrt(CELLS_COUNT / (height * width))))
    small = shrunk_to(blank, int(width * scale), int(height * scale))
    return numpy.asarray(cv2.erode(_without_paper(small), numpy.ones((3, 3), numpy.uint8)), numpy.uint8), scale


def _without_paper(small: Picture) -> Picture:
    square = numpy.ones((MAX_STROKE_PX, MAX_STROKE_PX), numpy.uint8)
    paper = cv2.medianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, square), 9)
    return numpy.asarray(cv2.divide(small, paper, scale=255), numpy.uint8)


def _bits(cells: NDArray[numpy.float32]) -> bytes:
    """The signs of random projections of a pattern, by two rounds of random signs and a Hadamard transform."""
    first, second, chosen = _random_signs()
    values = numpy.zeros(CELLS_COUNT, numpy.float32)
    values[: cells.size] = cells.ravel()[:CELLS_COUNT]
    mixed = _hadamard(second * _hadamard(first * values))
    return numpy.packbits(mixed[chosen] > 0).tobytes()


def _hadamard(values: NDArray[numpy.float32]) -> NDArray[numpy.float32]:
    step = 1
    while step < len(values):
        pairs = values.reshape(-1, 2, step)
        values = numpy.stack((pairs[:, 0] + pairs[:, 1], pairs[:, 0] - pairs[:, 1]), axis=1).reshape(-1)
        step *= 2
    return values


@lru_cache(maxsize=1)
def _random_signs() -> tuple[NDArray[numpy.float32], NDArray[numpy.float32], NDArray[numpy.intp]]:
    chance = numpy.random.Generator(numpy.random.PCG64(SEED))
    signs = [chance.integers(0, 2, CELLS_COUNT).astype(numpy.float32) * 2 - 1 for _ in range(2)]
    return signs[0], signs[1], chance.choice(CELLS_COUNT, FINGERPRINT_BITS, replace=False).astype(numpy.intp)
