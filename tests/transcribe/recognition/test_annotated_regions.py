"""What people showed of a page that does not lie on its form is read by the part for such pages, or kept."""

from __future__ import annotations

from dataclasses import replace

import numpy
import pytest

from tests.fakes import ScriptedEngine
from tests.transcribe.recognition.test_read import NOW, scan_of
from transcribe import extraction
from transcribe.archive_names import opened
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.model import FieldKey, Page, Place, Word
from transcribe.recognition.annotated_regions import read_annotated
from transcribe.recognition.layout_reader import DRAWN, Annotations, LayoutReader

KEY, FRAME = FieldKey("order_number"), Box(100, 300, 400, 340)
PAGE = Page(number=1, picture=numpy.full((1200, 900, 3), 235, numpy.uint8))


@pytest.mark.parametrize(("layouts", "said"), [(extraction, ["BC-17"]), (None, [])])
def test_a_frame_on_a_page_that_does_not_fit_has_its_picture_and_is_read_by_the_part(
    layouts: LayoutReader | None, said: list[str]
) -> None:
    form = definition.load("bon-de-commande")
    middle = Word(text="BC-17", box=Box(110, 30, 220, 58), confidence=0.9)  # on the piece around the frame
    drawn = Place(scan=scan_of(form).id, key=KEY, page=1, box=FRAME, confidence=DRAWN)
    beyond = replace(drawn, page=2)
    reads = read_annotated(
        scan_of(form),
        [PAGE],
        form,
        [ScriptedEngine(form=form, page=[middle])],
        Annotations(places=(drawn, beyond)),
        NOW,
        layouts,
    )
    assert [each.text for each in reads.readings] == said
    (place,) = reads.places
    assert (place.key, place.page, place.box, place.confidence) == (KEY, 1, FRAME, DRAWN)
    assert place.snippet is not None
    assert opened(place.snippet)[0] in reads.files
