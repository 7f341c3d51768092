"""Engines behind one contract, words read from hOCR, words as readings."""

from transcribe.ocr.engine import Engine, load, names

__all__ = ["Engine", "load", "names"]
