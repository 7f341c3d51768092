"""Features of two pictures are matched as OpenCV's own matcher does it."""

from __future__ import annotations

import cv2
import numpy
import pytest
from PIL import Image

from tests.flows.house import CASES
from transcribe.registration.matching import RATIO, Features, features, one_to_one


def seen_on(name: str) -> Features:
    return features(numpy.asarray(Image.open(CASES / name).convert("L")))


def by_opencv(seen: Features, known: Features) -> list[cv2.DMatch]:
    both = cv2.BFMatcher(cv2.NORM_L2).knnMatch(seen.descriptors, known.descriptors, 2)
    return [best for best, second in both if best.distance < RATIO * second.distance]


@pytest.mark.parametrize("name", ["bon-de-commande-phone-typed-0002.jpg", "receipt-007.jpg"])
def test_pairs_are_those_of_opencvs_matcher(name: str) -> None:
    seen, known = seen_on(name), seen_on("bon-de-commande-flat-typed-0000.png")
    for one, other in ((seen, known), (known, seen)):
        theirs = by_opencv(one, other)
        nearest = {each.trainIdx: each.queryIdx for each in sorted(theirs, key=lambda each: -each.distance)}
        assert one_to_one(one, other) == [(here, there) for there, here in nearest.items()]


def test_of_fewer_than_two_features_nothing_is_matched() -> None:
    known = seen_on("receipt-007.jpg")
    for count in (0, 1):
        few = Features(side=known.side, points=known.points[:count], descriptors=known.descriptors[:count])
        assert one_to_one(few, known) == one_to_one(known, few) == []
