"""A photo laid onto its blank form, and which form it is."""

from transcribe.registration.align import (
    FITS,
    Aligned,
    Guess,
    Similarity,
    align,
    identify,
    remember_alignment,
    remembered_alignment,
    shows_second_form,
    sure_guess,
)
from transcribe.registration.deblurring import deblurred
from transcribe.registration.fingerprint import fingerprints, with_alignments
from transcribe.registration.writing_offset import Offset, is_text, writing_offset

__all__ = [
    "FITS",
    "Aligned",
    "Guess",
    "Offset",
    "Similarity",
    "align",
    "deblurred",
    "fingerprints",
    "identify",
    "is_text",
    "remember_alignment",
    "remembered_alignment",
    "shows_second_form",
    "sure_guess",
    "with_alignments",
    "writing_offset",
]
