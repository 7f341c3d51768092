"""The peer: what anybody writes in an afternoon to read a form with a recogniser, in as many lines.

The whole photograph is laid on the blank by SIFT features and MAGSAC, each box is cropped inside its frame,
RapidOCR's recogniser reads the crop. It knows nothing of ink, light, types or print in boxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import cv2
import numpy
from numpy.typing import NDArray

Picture = NDArray[numpy.uint8]
Area = tuple[int, int, int, int]

INSET_PX = 6
"""So much of a box's border is left out: of 0 to 10 pixels at which 484 fields were tried, the peer is best at this."""

LONGEST_SIDE_PX = 2400
"""Of the photograph in which features are looked for. Chosen by hand."""

MIN_MATCHES = 12
"""Fewer features that agree lay no page. Chosen by hand."""


def plain_readings(photo: Picture, blank: Picture, boxes: Mapping[str, Area]) -> dict[str, tuple[str, float]]:
    """What stands in each box of a photograph (red green blue), and how sure the recogniser is; {} where the page is
    not found."""
    laid = laid_on(photo, blank)
    if laid is None:
        return {}
    found = {}
    for name, (x0, y0, x1, y1) in boxes.items():
        crop = laid[y0 + INSET_PX : y1 - INSET_PX, x0 + INSET_PX : x1 - INSET_PX]
        said = _recogniser()(crop, use_det=False, use_cls=False, use_rec=True)
        found[name] = (said.txts[0], float(said.scores[0])) if said.txts else ("", 0.0)
    return found


def laid_on(photo: Picture, blank: Picture) -> Picture | None:
    """The photograph (red green blue) on its blank, blue green red; None where the page is not found."""
    matrix = _onto(photo, blank)
    if matrix is None:
        return None
    height, width = blank.shape[:2]
    laid = cv2.warpPerspective(photo[..., ::-1], matrix, (width, height), flags=cv2.INTER_AREA)
    return numpy.asarray(laid, numpy.uint8)


def _onto(photo: Picture, blank: Picture) -> NDArray[numpy.float64] | None:
    """The homography from the photograph to the blank."""
    share = min(1.0, LONGEST_SIDE_PX / max(photo.shape[:2]))
    small = cv2.resize(photo, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    sift = cv2.SIFT.create(6000)
    seen, described = sift.detectAndCompute(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), None)
    wanted, told = sift.detectAndCompute(cv2.cvtColor(blank, cv2.COLOR_RGB2GRAY), None)
    pairs = cv2.FlannBasedMatcher({"algorithm": 1, "trees": 5}, {"checks": 64}).knnMatch(described, told, k=2)
    good = [first for first, second in pairs if first.distance < 0.75 * second.distance]
    if len(good) < MIN_MATCHES:
        return None
    here = numpy.array([seen[each.queryIdx].pt for each in good]) / share
    there = numpy.array([wanted[each.trainIdx].pt for each in good])
    matrix, agree = cv2.findHomography(here, there, cv2.USAC_MAGSAC, 4.0, maxIters=10000, confidence=0.999)
    return None if matrix is None or agree.sum() < MIN_MATCHES else numpy.asarray(matrix, numpy.float64)


@cache
def _recogniser() -> Any:
    from rapidocr import RapidOCR  # half a second, which whoever only counts what was read need not wait

    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    return RapidOCR(params={"Global.log_level": "critical", "Global.use_cls": False, **threads})
