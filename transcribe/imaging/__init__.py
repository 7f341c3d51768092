"""What can be done with any page picture: background, skew, rotation, tiling, crops, quality, barcodes."""

from transcribe.imaging.barcodes import BARCODE_SOURCE, Barcode, barcodes, barcodes_on_page
from transcribe.imaging.crops import cover, crop, page_picture
from transcribe.imaging.masks import Mask, grown_mask, painted_over
from transcribe.imaging.orientation import MIN_UPRIGHT_CLARITY, MIN_WORD_LETTERS, way_up
from transcribe.imaging.quality import OutsidePhoto, Quality, photo_scale, quality, with_geometry
from transcribe.imaging.resizing import shrunk, shrunk_to
from transcribe.imaging.rotation import MIN_SKEW_DEGREES, skew, straightened
from transcribe.imaging.threads import use_one_thread
from transcribe.imaging.tiling import (
    background,
    evened,
    flatten,
    grey,
    patience,
    shadow,
    shrinking,
    smoothed,
    tiles,
    widened_tile,
)

__all__ = [
    "BARCODE_SOURCE",
    "MIN_SKEW_DEGREES",
    "MIN_UPRIGHT_CLARITY",
    "MIN_WORD_LETTERS",
    "Barcode",
    "Mask",
    "OutsidePhoto",
    "Quality",
    "background",
    "barcodes",
    "barcodes_on_page",
    "cover",
    "crop",
    "evened",
    "flatten",
    "grey",
    "grown_mask",
    "page_picture",
    "painted_over",
    "patience",
    "photo_scale",
    "quality",
    "shadow",
    "shrinking",
    "shrunk",
    "shrunk_to",
    "skew",
    "smoothed",
    "straightened",
    "tiles",
    "use_one_thread",
    "way_up",
    "widened_tile",
    "with_geometry",
]
