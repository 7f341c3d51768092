"""The rules of the reading that `bench_ablation_reading` takes out, and what is there without each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy

from transcribe.ink.mark_detection import MarkShares

Change = tuple[str, Any]
"""An attribute, "module:name", and what it is without the rule; a `Told` makes that of what it is with it."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an attribute is without a rule, made of what it is with it."""

    made: Callable[[Any], Any]


def gives(value: Any) -> Any:
    """A function that gives a value whatever it is asked."""

    return lambda *seen, **more: value


def _blanked(number: int) -> Any:
    """A function that gives nothing but zeros of the shape of one of its arguments."""
    return lambda *seen, **more: numpy.zeros(seen[number].shape, numpy.uint8)


def _first(*seen: Any, **more: Any) -> Any:
    return seen[0]


INK, RECOGNITION, REGISTRATION = "transcribe.ink", "transcribe.recognition", "transcribe.registration"

PARTS: dict[str, tuple[Change, ...]] = {
    "ink: the paper's noise": ((f"{INK}.ink_layer:NOISE", 0.0),),
    "ink: what is left of lines": ((f"{INK}.ink_layer:RESIDUE", 9.0),),
    "ink: strokes across print": ((f"{INK}.ink_layer:_crossing", _blanked(0)),),
    "ink: rim": ((f"{INK}.ink_layer:at_rim", lambda boxes, shape: numpy.zeros(len(boxes), numpy.bool_)),),
    "ink: broad shadow": ((f"{INK}.ink_layer:shadow", _blanked(0)),),
    "ink: faint shadows stay": ((f"{INK}.ink_layer:SOFT", 0.0),),
    "ink: ticks too pale": ((f"{INK}.faint_strokes:pale", gives(False)),),
    "ink: print hidden": ((f"{INK}.ink_layer:hidden_print", gives(None)),),
    "ink: folds": ((f"{INK}.ink_layer:folds", gives(None)),),
    "ink: writing astride": ((f"{INK}.components:ASTRIDE", 2.0),),
    "ink: nearest box": ((f"{INK}.components:NEAREST", 2.0),),
    "comb: closed up": (
        (
            f"{RECOGNITION}.engine_words:compacted_page",
            Told(lambda made: lambda page, sheet, inks: made(page, sheet, [(ink, None) for ink, _ in inks])),
        ),
    ),
    "comb: miscounted": ((f"{INK}.comb_compaction:CompactLine.fits", gives(True)),),
    "comb: words joined": ((f"{RECOGNITION}.engine_words:joined_words", _first),),
    "ink: specks smoothed": ((f"{INK}.ink_layer:InkLayer.without_specks", lambda self, picture: picture),),
    "mark: second measure": (
        (f"{INK}.mark_detection:_both", lambda seen, strokes, ink: import_module(f"{INK}.ink_layer").sure(seen)),
    ),
    "mark: streaks": ((f"{INK}.mark_detection:_off_streaks", gives(1.0)),),
    "mark: one straight line": ((f"{INK}.mark_detection:STRAIGHT", -1),),
    "mark: shape": ((f"{INK}.mark_detection:mark_shares", gives(MarkShares(1.0, 1.0))),),
    "mark: fold": ((f"{INK}.mark_detection:crosses", gives(False)),),
    "mark: beside its box": ((f"{RECOGNITION}.presence:_marks_near", gives(())),),
    "mark: specks": ((f"{INK}.mark_detection:MIN_SIGNATURE_PX", 0),),
    "strokes: print sought around": ((f"{INK}.added_strokes:MIN_CORRELATION", 2.0),),
    "strokes: grain": ((f"{INK}.added_strokes:MIN_STROKE_AREA_PX", 0),),
    "flag: crossed out": ((f"{RECOGNITION}.asked_regions:crossed_out", gives(False)),),
    "flag: partly read": ((f"{RECOGNITION}.asked_regions:AskedRegion.is_partly", gives(False)),),
    "words: ink of the text alone": ((f"{RECOGNITION}.asked_regions:text_ink", lambda region, rows: region.ink),),
    "words: unsure ones in paper": ((f"{RECOGNITION}.presence:MIN_READ_CONFIDENCE", 0.0),),
    "words: read on the blank": ((f"{RECOGNITION}.asked_regions:_read_on_blank", gives("")),),
    "words: none where nothing is": ((f"{RECOGNITION}.asked_regions:NOTHING_WRITTEN", 0.0),),
    "looks: other crops": ((f"{RECOGNITION}.engine_words:_in_other_crops", gives(())),),
    "looks: trimmed": ((f"{RECOGNITION}.engine_words:_other_crops", Told(lambda f: lambda r, b: f(r, b)[1:])),),
    "looks: widened": ((f"{RECOGNITION}.engine_words:_other_crops", Told(lambda f: lambda r, b: f(r, b)[::2])),),
    "looks: whole box": ((f"{RECOGNITION}.engine_words:_other_crops", Told(lambda f: lambda r, b: f(r, b)[:2])),),
    "looks: in even light": ((f"{RECOGNITION}.engine_words:evened", _first),),
    "looks: further": ((f"{RECOGNITION}.engine_words:_looked_again", gives(())),),
    "plain: leaders": ((f"{RECOGNITION}.plain_page:_leaders", gives(())),),
    "plain: print painted over": ((f"{RECOGNITION}.plain_page:painted_over", _first),),
    "plain: rows trimmed": ((f"{RECOGNITION}.plain_page:TRIMMED_HEIGHTS", 0.0),),
    "plain: margin before the frame": ((f"{RECOGNITION}.plain_page:MARGIN_PX", 0),),
    "plain: a frame is no text": ((f"{RECOGNITION}.plain_page:MIN_PART_HEIGHTS", 0.0),),
    "presence: missed print": ((f"{RECOGNITION}.plain_page:_missed_share", gives(0.01)),),
    "presence: a closer look": ((f"{RECOGNITION}.plain_page:MOST_MISSED_SHARE", 2.0),),
    "presence: local dirt": ((f"{RECOGNITION}.form_fields:MISSED_IN_DIRT_SHARE", 0.0),),
    "presence: words of the plain view": ((f"{RECOGNITION}.presence:_plain_log_odds", gives(0.0)),),
    "presence: sure words": ((f"{RECOGNITION}.presence:SURELY_READ_LOG_ODDS", 2.5),),
    "presence: a filled row": ((f"{RECOGNITION}.plain_page:_with_rows", _first),),
    "presence: doubtful ink": ((f"{INK}.ink_layer:Ink.doubtful", property(gives(False))),),
    "presence: text beside": ((f"{RECOGNITION}.presence:_near", gives(())),),
    "presence: text needs ink": ((f"{RECOGNITION}.presence:_is_written", gives(True)),),
    "presence: all beside their boxes": ((f"{RECOGNITION}.presence:writing_offset", gives(None)),),
    "flag: letters beside words": ((f"{RECOGNITION}.asked_regions:letters_beside", gives(0)),),
    "flag: text without a word": ((f"{RECOGNITION}.asked_regions:MAX_BARE_HEIGHTS", 1e9),),
    "ink: burnt out": ((f"{INK}.hidden_print:BURNT_OUT", 256),),
    "comb: spaces put back": ((f"{INK}.comb_compaction:CompactLine.spaced", lambda self, words: list(words)),),
    "words: patches outside rows": ((f"{RECOGNITION}.text_ink:ABOVE_HEIGHTS", 99.0),),
    "words: high patches": ((f"{RECOGNITION}.text_ink:MAX_PATCH_HEIGHTS", 1e9),),
    "plain: text of another row": ((f"{RECOGNITION}.plain_page:_other_row", _first),),
    "presence: missed letters count": ((f"{RECOGNITION}.plain_page:MIN_WORD_HEIGHTS", 0.0),),
    "presence: asked where much is missed": ((f"{RECOGNITION}.presence:MIN_ASKED_PROBABILITY", 2.0),),
    "laid: parts astray": ((f"{REGISTRATION}.similarity:ASTRAY", -9.0),),
    "laid: astray by plain tiles alone": ((f"{REGISTRATION}.similarity:PLAIN_TILES", 1_000_000),),
    "laid: pressed flat": (
        (
            f"{REGISTRATION}.align:_pressed",
            lambda page, form, n: (page, import_module(f"{REGISTRATION}.similarity").similarity(page, form, n)),
        ),
    ),
    "laid: great waves first": ((f"{REGISTRATION}.dewarp:ROUNDS", Told(lambda rounds: rounds[1:])),),
    "laid: what great waves leave": ((f"{REGISTRATION}.dewarp:ROUNDS", Told(lambda rounds: rounds[::2])),),
    "laid: lines and folds": ((f"{REGISTRATION}.dewarp:ROUNDS", Told(lambda rounds: rounds[:2])),),
    "laid: print that is not alike": ((f"{REGISTRATION}.dewarp:ALIKE", -1.0),),
    "laid: places that do not come back": ((f"{REGISTRATION}.dewarp:LOST_PX", 1e9),),
    "laid: flat pages are left": ((f"{REGISTRATION}.align:FLAT", 2.0),),
    "laid: sought again": ((f"{REGISTRATION}.align:_sought_again", lambda page, form, laid: laid),),
    "laid: like it everywhere": ((f"{REGISTRATION}.similarity:Similarity.is_everywhere", property(gives(False))),),
    "laid: dark photos lightened": ((f"{REGISTRATION}.matching:DIM", 0),),
    "laid: small copy first": ((f"{REGISTRATION}.matching:STEPS", ((1000, 60), (2000, 0))),),
    "laid: large photos averaged": ((f"{REGISTRATION}.align:shrunk", lambda picture, scale: picture),),
}
"""What is taken out, by name."""
