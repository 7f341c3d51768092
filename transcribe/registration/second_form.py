"""Whether a photograph shows a form twice: one is read, and the other must not be passed over without a word."""

from __future__ import annotations

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box, Homography, project
from transcribe.imaging import grey
from transcribe.model import Form, Picture
from transcribe.registration.align import Aligned
from transcribe.registration.matching import SURE, features, match

Corners = NDArray[numpy.float32]

ROOM = 0.55
"""Share of the photo that a page covers at most where another of its size can lie beside it."""


def shows_second_form(photo: Picture, laid: Aligned, form: Form) -> bool:
    """Whether as many features as of a page that surely matches agree with some page of the form, all of them beside
    the page that was laid. Nothing is sought where that page fills the photo."""
    if laid.homography is None or not laid.fits:
        return False
    page = _corners(laid.homography, form.blanks[laid.number - 1].size)
    if cv2.contourArea(page) > ROOM * photo.shape[0] * photo.shape[1]:
        return False
    rest = features(_without(photo, page))
    return any(match(rest, form, number).inliers >= SURE for number in range(1, len(form.blanks) + 1))


def _corners(homography: Homography, size: tuple[int, int]) -> Corners:
    """Where the corners of the page lie on the photo."""
    return numpy.array(project(numpy.linalg.inv(homography), Box(0, 0, *size).corners), numpy.float32)


def _without(photo: Picture, page: Corners) -> Picture:
    """The photo in grey with the page painted over."""
    rest = grey(photo).copy()
    cv2.fillConvexPoly(rest, numpy.rint(page).astype(numpy.int32), int(numpy.median(rest[::4, ::4])))
    return rest
