"""What ink says of boxes to tick and to sign counts where the page surely lies on its blank."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from transcribe.forms import blank_grey
from transcribe.forms import definition as forms
from transcribe.ink import ink_layer
from transcribe.model import Page
from transcribe.recognition.form_fields import Circumstances, field_regions
from transcribe.recognition.form_page import readings
from transcribe.registration import FITS


@pytest.mark.parametrize(("fit", "are_sure"), [(FITS, False), (FITS + 0.01, True)])
def test_no_mark_is_sure_on_a_page_that_is_taken_as_laid_though_it_is_little_like_its_blank(
    fit: float, are_sure: bool
) -> None:
    """Stripes of a dirty roller ran through an empty box, which was ticked with .997."""
    form = forms.load("bon-de-commande")
    path = str(form.blanks[0].path)
    page = blank_grey(path)
    layer = ink_layer(page, path)
    marks = [each for each in field_regions(form, 1, layer) if each.is_mark]
    here = Circumstances(scan="s" * 64, at=datetime(2026, 1, 2, tzinfo=UTC), fit=fit, quality=1.0)
    said = readings(Page(number=1, picture=page), layer, marks, [], here)
    assert len(said) == len(marks) > 0
    assert {each.text for each in said} == {"false" if are_sure else None}
