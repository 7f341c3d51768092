"""What of a page lies outside its photograph, and the stripes by which people see that it is no paper."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy

from transcribe.geometry import Box, Homography, project
from transcribe.imaging.masks import Mask
from transcribe.model import Picture

MAX_CORNER_DISTANCE_PX = 30_000
"""Corners farther away are moved to this distance: OpenCV draws no farther."""

STRIPE_WIDTH_PX = 9
"""Width of a stripe, and of the gap after it. Chosen by hand: a field's box shows two of each and more."""

STRIPE_GREY_LEVELS = (150, 190)
"""The greys of the two stripes: paper is lighter, ink is darker. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class OutsidePhoto:
    """Where a page lies outside its photo: `mask` is 1 there, else 0."""

    mask: Mask

    @classmethod
    def beyond(cls, homography: Homography, photo: tuple[int, int], page: tuple[int, int]) -> OutsidePhoto:
        """What a page has beyond its photo, of which both (rows, columns) are given, and the homography to the page."""
        mask = numpy.ones(page, numpy.uint8)
        rim = numpy.array(project(homography, Box(0, 0, *photo[::-1]).corners))
        corners = rim.clip(-MAX_CORNER_DISTANCE_PX, MAX_CORNER_DISTANCE_PX)
        cv2.fillConvexPoly(mask, numpy.rint(corners).astype(numpy.int32), (0,))
        return cls(mask)

    def share(self, box: Box) -> float:
        """The share of a box that lies outside the photo."""
        part = self.mask[box.clipped(self.mask.shape[1], self.mask.shape[0]).slices]
        return float(part.mean()) if part.size else 0.0

    def striped(self, picture: Picture) -> Picture:
        """The page with grey stripes where it lies outside its photo; the picture itself is not changed."""
        if not self.mask.any():
            return picture
        rows, columns = numpy.nonzero(self.mask)
        dark, light = STRIPE_GREY_LEVELS
        shown = picture.copy()
        stripes = numpy.where((rows + columns) // STRIPE_WIDTH_PX % 2, light, dark).astype(numpy.uint8)
        shown[rows, columns] = stripes if picture.ndim == 2 else stripes[:, None]
        return shown
