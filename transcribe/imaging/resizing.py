"""Pictures made smaller: each pixel is the mean of those that it stands for."""

from __future__ import annotations

import cv2
import numpy

from transcribe.model import Picture


def shrunk(picture: Picture, scale: float) -> Picture:
    """The picture with its sides times `scale`; the picture itself where that would not make it smaller."""
    if scale >= 1:
        return picture
    return numpy.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), numpy.uint8)


def shrunk_to(picture: Picture, width: int, height: int) -> Picture:
    """The picture averaged to this size; the picture itself where it has it."""
    if picture.shape[:2] == (height, width):
        return picture
    return numpy.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), numpy.uint8)
