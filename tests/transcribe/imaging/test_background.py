"""The paper under the ink, and pages with it divided out."""

from __future__ import annotations

import cv2
import numpy
import pytest

from transcribe.imaging.background import evened, flatten


@pytest.mark.parametrize("dark", [0.4, 0.6, 0.8])
def test_the_sharp_edge_of_a_shadow_through_a_word_goes_and_the_word_stays(dark: float) -> None:
    paper = numpy.full((300, 600), 230, numpy.uint8)
    word = cv2.putText(paper.copy(), "levier", (60, 160), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 60, 3)
    light = numpy.where(numpy.arange(600) > 120, dark, 1.0)[numpy.newaxis, :]
    bare, written = ((each * light).astype(numpy.uint8) for each in (paper, word))
    assert evened(bare).min() > 200
    ink = word < 120
    assert (evened(written)[ink] < 128).mean() > 0.95
    assert (evened(written)[word == 230] > 128).mean() > 0.97
    assert evened(bare).min() > flatten(bare).min(), "which leaves a line at the edge"
