"""OCR engines behind one contract, words read from hOCR, and words as readings."""

from transcribe.ocr import hocr
from transcribe.ocr.engine import Engine, load, names, problem
from transcribe.ocr.engine_fallback import TRIES, FallbackEngine, without_failed
from transcribe.ocr.hocr import Beside, is_beside
from transcribe.ocr.machine_readings import MOST_ALTERNATIVES, alternatives_of, confidence_of, reading, spread, text_of

__all__ = [
    "MOST_ALTERNATIVES",
    "TRIES",
    "Beside",
    "Engine",
    "FallbackEngine",
    "alternatives_of",
    "confidence_of",
    "hocr",
    "is_beside",
    "load",
    "names",
    "problem",
    "reading",
    "spread",
    "text_of",
    "without_failed",
]
