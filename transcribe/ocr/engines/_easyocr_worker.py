"""The process in which EasyOCR's network runs: pictures of lines in, words out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy
import onnxruntime

from transcribe.imaging import grey
from transcribe.ocr.engines._ctc_decoder import words
from transcribe.ocr.engines._rapidocr_messages import ReadWord
from transcribe.sandbox import serve

if TYPE_CHECKING:
    from transcribe.model import Picture

MAX_DATA_BYTES = 2_000_000_000
"""Bytes of data that a child may hold."""

LINE_HEIGHT_PX = 64
"""The height of the lines that the network was trained on."""

LEAST_CONTRAST = 0.5
"""The contrast to which fainter lines are stretched, as EasyOCR does: (p90 - p10) / (p90 + p10) of their shades."""

ALPHABET = (
    "",
    *"0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ €ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
)
"""What the network's symbols stand for. Symbol 0 is the blank."""


def answer(request: object) -> list[tuple[ReadWord, ...]]:
    """The words of the line on each picture."""
    return [tuple(_read(picture)) for picture in cast("Sequence[Picture]", request)]


def _read(line: Picture) -> list[ReadWord]:
    """The words of one line, read alone: in a batch its width, and so its text, would depend on other lines."""
    shades = grey(line)
    width = max(LINE_HEIGHT_PX, round(LINE_HEIGHT_PX * shades.shape[1] / shades.shape[0]))
    scaled = cv2.resize(_stretched(shades), (width, LINE_HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    ready = (scaled.astype(numpy.float32) / 127.5 - 1.0)[numpy.newaxis, numpy.newaxis]
    return words(_network().run(None, {"picture": ready})[0][0], ALPHABET)


def _stretched(shades: Picture) -> Picture:
    low, high = (float(each) for each in numpy.percentile(shades, (10, 90)))
    if (high - low) / max(10.0, high + low) >= LEAST_CONTRAST:
        return shades
    scale = 200.0 / max(10.0, high - low)
    return numpy.asarray(numpy.clip((shades.astype(numpy.float32) - low + 25.0) * scale, 0, 255), dtype=numpy.uint8)


@lru_cache(maxsize=1)
def _network() -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    model = files("transcribe.ocr.engines") / "networks" / "english_g2.onnx"
    return onnxruntime.InferenceSession(model.read_bytes(), options, providers=["CPUExecutionProvider"])


if __name__ == "__main__":
    serve(answer, bytes_of_memory=MAX_DATA_BYTES)
