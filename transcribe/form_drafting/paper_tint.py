"""What is tinted on a blank page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy
from numpy.typing import NDArray

if TYPE_CHECKING:
    from transcribe.model import Picture

MIN_TINT_LEVELS = 6
"""Grey levels by which a tint is darker than the paper, at least. Chosen by hand."""

MAX_TINT_LEVELS = 90
"""Grey levels by which a tint is darker than the paper, at most: what is darker is print. Chosen by hand."""


def tinted(picture: Picture) -> NDArray[numpy.bool_]:
    """Which pixels of a grey page are tinted: a little darker than its paper, the commonest grey from 128 on."""
    paper = int(numpy.bincount(picture.ravel(), minlength=256)[128:].argmax()) + 128
    tint: NDArray[numpy.bool_] = (picture <= paper - MIN_TINT_LEVELS) & (picture >= paper - MAX_TINT_LEVELS)
    return tint
