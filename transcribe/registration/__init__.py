"""A photo laid onto its blank form, and which form it is."""

from transcribe.registration.align import FITS, Aligned, align
from transcribe.registration.cache import remember_alignment, remembered_alignment
from transcribe.registration.fingerprint import fingerprints, with_alignments
from transcribe.registration.identify import Guess, identify, sure_guess
from transcribe.registration.second_form import shows_second_form
from transcribe.registration.similarity import Similarity

__all__ = [
    "FITS",
    "Aligned",
    "Guess",
    "Similarity",
    "align",
    "fingerprints",
    "identify",
    "remember_alignment",
    "remembered_alignment",
    "shows_second_form",
    "sure_guess",
    "with_alignments",
]
