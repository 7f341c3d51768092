"""What was written beyond the form's print, and what kind of marks it is."""

from transcribe.ink.barcode_removal import unbarred, without_bars
from transcribe.ink.comb_compaction import CompactLine, ShownLine, compacted_page, joined_words
from transcribe.ink.components import Patch
from transcribe.ink.faint_strokes import added_strokes
from transcribe.ink.handwriting import crossed_out
from transcribe.ink.hidden_print import HiddenPrint
from transcribe.ink.ink_layer import A4_HEIGHT, Ink, InkLayer, ink_layer, strength
from transcribe.ink.mark_detection import probability_signed, probability_ticked
from transcribe.ink.print_mask import NEAR, low_print

__all__ = [
    "A4_HEIGHT",
    "NEAR",
    "CompactLine",
    "HiddenPrint",
    "Ink",
    "InkLayer",
    "Patch",
    "ShownLine",
    "added_strokes",
    "compacted_page",
    "crossed_out",
    "ink_layer",
    "joined_words",
    "low_print",
    "probability_signed",
    "probability_ticked",
    "strength",
    "unbarred",
    "without_bars",
]
