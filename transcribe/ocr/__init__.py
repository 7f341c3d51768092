"""OCR engines behind one contract, words read from hOCR, and words as readings."""

from transcribe.ocr import hocr
from transcribe.ocr.engine import Engine, load, names, problem
from transcribe.ocr.engine_fallback import TRIES, FallbackEngine, without_failed
from transcribe.ocr.hocr import HocrEngine, is_hocr_source
from transcribe.ocr.machine_readings import (
    MAX_ALTERNATIVE_COUNT,
    alternatives_of,
    confidence_of,
    reading,
    spread_words,
    text_of,
)
from transcribe.ocr.timed_engine import TimedEngine

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
    "is_hocr_source",
    "load",
    "names",
    "problem",
    "reading",
    "spread_words",
    "text_of",
    "without_failed",
]
