"""How sure it is that a field is filled: its ink, a detector of text and the plain view's words, each as far as it is
clear."""

from __future__ import annotations

from math import exp, log

from transcribe.recognition.form_fields import FieldRegion

SEEN_LOG_ODDS = 4.0
"""What text that a detector sees in a box speaks for writing. It saw none in 1,139 blank boxes of 45 photographs, and
in 16 of 742 on 36 others."""

MOST_UNSEEN_LOG_ODDS = -4.6
"""What the detector's silence speaks against it at most: it missed 13 of 1,511 filled fields, nearly all single digits.
Where it misses more of the form's own print, its silence says as much less."""

MAX_INK_LOG_ODDS = 3.0
"""The most that ink speaks for writing, or against it: 57 of 1,139 blank boxes had ink that was light, wear or a fold,
and 3 of 1,511 filled ones had none."""

DOUBTFUL_LOG_ODDS = 2.0
"""What ink speaks for writing at least where it cannot say that a box is blank: strokes too pale, light too bright, a
neighbour's writing. Chosen by hand."""

MIN_READ_CONFIDENCE, MIN_HEEDED_CONFIDENCE = 0.1, 0.02
"""Confidence of what is read where nothing is seen from which it speaks for writing, and up to which it is silence:
digits that the detector missed had 0.12 and more, what is read in paper mostly less than 0.05."""

READ_LOG_ODDS, UNREAD_LOG_ODDS = 2.5, -1.5
"""What words of the plain view speak for writing where the detector sees none, and its silence against it: there were
surer words in 5 of 7 filled boxes and in 4 of 69 blank ones that had ink."""

ROW_LOG_ODDS = 2.0
"""What text in the other cells of a row speaks for writing in this one: of cells in which only ink sees something 7 of
19 were filled in such rows, single digits all, and none of 64 elsewhere (116 photographs)."""

NOTHING_WRITTEN = 0.05
"""Where it is less probable that something is written, what engines say of a box is no reading of it."""


def filled_probability(region: FieldRegion, read_confidence: float | None) -> float:
    """How probable it is that something is written in a field, 0 to 1.

    `read_confidence` is that of the plain view's words, 0 where it says nothing, None where it was not asked. Where no
    detector looked ink alone says it.
    """
    ink = region.ink.filled
    if not region.is_witnessed:
        return ink
    told = max(-MAX_INK_LOG_ODDS, min(MAX_INK_LOG_ODDS, log(max(ink, 1e-9) / max(1 - ink, 1e-9))))
    odds = max(told, DOUBTFUL_LOG_ODDS) if region.ink.doubtful else told
    unseen = max(MOST_UNSEEN_LOG_ODDS, log(max(region.missed_share, 1e-9)))
    odds += SEEN_LOG_ODDS if region.stretches else unseen + _plain_log_odds(read_confidence)
    if region.in_filled_row:
        odds += ROW_LOG_ODDS
    return 1 / (1 + exp(-odds))


def _plain_log_odds(confidence: float | None) -> float:
    """What the plain view speaks for writing where no detector sees any."""
    if confidence is None or MIN_HEEDED_CONFIDENCE <= confidence < MIN_READ_CONFIDENCE:
        return 0.0
    return READ_LOG_ODDS if confidence >= MIN_READ_CONFIDENCE else UNREAD_LOG_ODDS
