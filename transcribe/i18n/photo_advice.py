"""Advice on photographs: for each code one sentence that says what is wrong and what to do better."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from transcribe.codes import BESIDE_BOXES, FIELDS_OUTSIDE, TEXT_OUTSIDE, TWO_FORMS
from transcribe.i18n.catalogues import N_

ADVICE: Mapping[str, str] = {
    "blurred": N_("It is blurred: hold the camera still, let it focus, and photograph it again."),
    "faint": N_("Its print is faint: photograph it again in more light, with no shadow on it."),
    "dark": N_("It is too dark: photograph it again in more light."),
    "too small": N_("Its letters are too small: go closer, or scan it with 200 dots an inch or more."),
    "cut off": N_("A part of the page is cut off: photograph it again with all its edges in the picture."),
    "glare": N_("Light is reflected on it: photograph it again without flash, where nothing shines on it."),
    "not fitting": N_(
        "It does not lie on its form: see whether it is this form, "
        "and photograph it again, flat, from right above, in even light."
    ),
    "page missing": N_("A page of the form is missing: put the pictures of all its pages in one folder or PDF."),
    "page left over": N_(
        "A picture more than the form has pages: one was not read; put each order in a folder of its own."
    ),
    BESIDE_BOXES: N_(
        "What is filled in stands beside its boxes, so people are asked: where a printer fills it in, move its print."
    ),
    TWO_FORMS: N_("More than one form lies on it, and only one was read: take a photograph of each."),
    FIELDS_OUTSIDE: N_(
        "A part of the form's fields is not on the photograph: photograph it again with all its edges in the picture."
    ),
    TEXT_OUTSIDE: N_(
        "Something is written on it outside the form's fields, and is in no value: read it, and act on it yourself."
    ),
}
"""Every code of `ReadResult.advice`."""


def advice(codes: Iterable[str], translate: Callable[[str], str] = str) -> str:
    """The sentences for these codes of a photograph; `translate` gives the reader's language."""
    return " ".join(translate(ADVICE.get(code, code)) for code in codes)
