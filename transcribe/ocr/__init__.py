"""OCR engines behind one contract, words read from hOCR, and words as readings."""

from transcribe.ocr import hocr
from transcribe.ocr.engine import (
    MAX_ALTERNATIVE_COUNT,
    TRIES,
    Engine,
    FallbackEngine,
    TimedEngine,
    alternatives_of,
    confidence_of,
    in_use,
    load,
    names,
    problem,
    reading,
    spread_words,
    text_of,
    without_failed,
)
from transcribe.ocr.hocr import HocrEngine, is_hocr_source

__all__ = [
    "MAX_ALTERNATIVE_COUNT",
    "TRIES",
    "Engine",
    "FallbackEngine",
    "HocrEngine",
    "TimedEngine",
    "alternatives_of",
    "confidence_of",
    "hocr",
    "in_use",
    "is_hocr_source",
    "load",
    "names",
    "problem",
    "reading",
    "spread_words",
    "text_of",
    "without_failed",
]
