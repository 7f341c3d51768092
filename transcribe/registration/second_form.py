"""Whether a photograph shows a form twice: one is read, and the other must not be passed over without a word."""

from __future__ import annotations

import cv2
import numpy

from transcribe.geometry import Box, project
from transcribe.imaging import grey
from transcribe.model import Form, Picture
from transcribe.registration.align import Aligned
from transcribe.registration.matching import SURE, features, match

ROOM = 0.55
"""Share of the photo that a page covers at most where another of its size can lie beside it."""


def shows_second_form(photo: Picture, laid: Aligned, form: Form) -> bool:
    """Whether as many features as of a page that surely matches agree with some page of the form, all of them beside
    the page that was laid. Nothing is sought where that page fills the photo."""
    if laid.homography is None or not laid.fits:
        return False
    corners = Box(0, 0, *form.blanks[laid.number - 1].size).corners
    page = numpy.array(project(numpy.linalg.inv(laid.homography), corners), numpy.float32)
    if cv2.contourArea(page) > ROOM * photo.shape[0] * photo.shape[1]:
        return False
    rest = grey(photo).copy()
    cv2.fillConvexPoly(rest, numpy.rint(page).astype(numpy.int32), int(numpy.median(rest[::4, ::4])))
    seen = features(rest)
    return any(match(seen, form, number).inliers >= SURE for number in range(1, len(form.blanks) + 1))
