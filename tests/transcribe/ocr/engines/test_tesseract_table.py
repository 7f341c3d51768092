"""What the tesseract program may write that is no table of words: an EngineError, and nothing worse."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytesseract
import pytest

from transcribe.errors import EngineError
from transcribe.model import Page
from transcribe.ocr.engines.tesseract import Tesseract

PROGRAM = """#!/bin/sh
printf '%s' "$TABLE" > "$2.tsv"
"""
HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"


@pytest.mark.parametrize(
    "table",
    [
        "",
        "garbage",
        "garbage\nand more\n",
        f"{HEAD}\n5\t1\t1\t1\t1\t1\tleft\t0\t9\t9\t96\tword\n",
        f"{HEAD}\n5\t1\t1\t1\t1\t1\t0\t0\t9\t9\tsure\tword\n",
    ],
)
def test_a_program_that_ends_well_with_garbage_is_an_engine_error(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tesseract"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    monkeypatch.setenv("TABLE", table)
    monkeypatch.setattr(pytesseract.pytesseract, "tesseract_cmd", str(program))
    with pytest.raises(EngineError, match="no table of words"):
        Tesseract(languages=("eng",), version="5").words(Page(number=1, picture=numpy.full((40, 40), 255, numpy.uint8)))
