"""A page that features lay right is believed though wear makes it hardly like its blank; one laid wrongly is not."""

from __future__ import annotations

import numpy
import pytest

from transcribe.forms import blank_grey, definition
from transcribe.registration.align import Similarity, similarity


@pytest.mark.parametrize("name", ["bon-de-commande", "order-form"])
def test_wear_takes_likeness_and_no_belief_and_a_page_beside_its_place_has_none(name: str) -> None:
    form = definition.load(name)
    blank = blank_grey(str(form.blanks[0].path)).astype(numpy.float32)
    chance = numpy.random.default_rng(3)
    grain = numpy.repeat(numpy.repeat(chance.normal(size=(780, 552)), 3, axis=0), 3, axis=1)[
        : blank.shape[0], : blank.shape[1]
    ]
    worn = numpy.clip(0.3 * blank + 110 + 40 * grain, 0, 255).astype(numpy.uint8)
    alike = similarity(worn, form, 1)
    assert alike.fit < 0.5
    assert alike.is_everywhere
    for down, right in ((20, 20), (30, 0), (40, 40)):
        assert not similarity(numpy.roll(worn, (down, right), axis=(0, 1)), form, 1).is_everywhere


def test_a_page_like_its_blank_in_three_quarters_alone_is_not_like_it_everywhere() -> None:
    middles = numpy.array([[x, y] for x in range(0, 1000, 100) for y in range(0, 1000, 100)], numpy.float64)
    alike = numpy.where((middles[:, 0] > 450) & (middles[:, 1] > 450), 0.0, 0.6).astype(numpy.float32)
    assert not Similarity(0.6, alike, middles).is_everywhere
    assert Similarity(0.3, numpy.full(100, 0.3, numpy.float32), middles).is_everywhere
