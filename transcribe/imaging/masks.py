"""Masks of pixels."""

from __future__ import annotations

import cv2
import numpy
from numpy.typing import NDArray

Mask = NDArray[numpy.uint8]
"""Rows x columns of 0 and 1."""


def grown_mask(mask: Mask, pixels: int) -> Mask:
    """A mask with so many pixels around."""
    side = 2 * pixels + 1
    return numpy.asarray(cv2.dilate(mask, numpy.ones((side, side), numpy.uint8)), dtype=numpy.uint8)
