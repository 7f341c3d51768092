"""Headings in light print on a dark or coloured band: nobody writes there, and engines read their negative."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy

from transcribe.form_drafting.borderless_tables import MIN_WORD_CONTRAST_LEVELS
from transcribe.geometry import Box
from transcribe.imaging import grey
from transcribe.model import Page

if TYPE_CHECKING:
    from transcribe.model import Picture

MAX_DARK_BAND_LEVEL = 128
"""A place whose median grey is below is a dark band. Chosen by hand."""

MAX_LETTER_ASPECT = 4.0
"""Width over height up to which a light place on a dark band may be letters of a heading. Chosen by hand."""


def is_on_dark_band(page: Page, box: Box) -> bool:
    """Whether a place is a band behind light print, or a letter on one."""
    picture = grey(page.picture)
    height, width = picture.shape
    lower = box._replace(y0=round(box.middle[1]))  # room above a line on a band may reach above the band
    around = box.padded(box.height) if box.width < MAX_LETTER_ASPECT * box.height else box
    ground, near = (picture[each.clipped(width, height).slices] for each in (lower, around))
    dark = min(float(numpy.median(each)) for each in (ground, near)) < MAX_DARK_BAND_LEVEL
    return dark or _is_light_print(near, float(numpy.median(ground)))


def heading_of(page: Page, heads: list[Box]) -> tuple[Page, list[Box]]:
    """The page and the regions to read a table's headings from.

    On a band they are cut to it, and where its print is light the page is shown as a negative.
    """
    picture = grey(page.picture)
    strip = picture[heads[0]._replace(x1=heads[-1].x1).slices]
    levels = numpy.median(strip, axis=1)
    band = levels < numpy.median(picture) - MIN_WORD_CONTRAST_LEVELS
    if band.mean() <= 0.5:
        return page, heads
    top, bottom = heads[0].y0 + int(band.argmax()) + 3, heads[0].y1 - int(band[::-1].argmax()) - 3
    cut = [head._replace(y0=top, y1=bottom) for head in heads]
    ground = float(numpy.median(levels[band]))
    if not _is_light_print(strip[band], ground):
        return page, cut
    negative = numpy.clip((255.0 - picture) * (255 / (255 - ground)), 0, 255).astype(numpy.uint8)
    return Page(number=page.number, picture=negative), cut


def _is_light_print(picture: Picture, ground: float) -> bool:
    """Whether what stands on this ground, a level of grey, is mostly lighter than it."""
    darkest, lightest = numpy.percentile(picture, (1, 99))
    return bool(lightest - ground > max(MIN_WORD_CONTRAST_LEVELS, ground - darkest))
