"""What the tesseract program may write that is no table of words, and what a reader that is killed leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from transcribe.errors import EngineError
from transcribe.model import Page
from transcribe.ocr.engines.tesseract import Tesseract

PROGRAM = """#!/bin/sh
cat > /dev/null
printf '%s' "$TABLE"
"""
WAITING = 'echo $$ > "$BEGUN"; exec sleep 60'
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
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(EngineError, match="no table of words"):
        Tesseract(languages=("eng",), version="5").words(Page(number=1, picture=numpy.full((40, 40), 255, numpy.uint8)))


READING = """
import numpy
from transcribe.model import Page
from transcribe.ocr.engines.tesseract import Tesseract
Tesseract(languages=("eng",), version="5").words(Page(number=1, picture=numpy.full((40, 40), 255, numpy.uint8)))
"""


def test_a_reader_that_is_killed_leaves_no_page_behind(tmp_path: Path) -> None:
    begun, program, temporary = tmp_path / "begun", tmp_path / "tesseract", tmp_path / "temporary"
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo tesseract 5.5.0 && exit\n{WAITING}')
    program.chmod(0o755)
    temporary.mkdir()
    os.mkfifo(begun)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TMPDIR": str(temporary), "BEGUN": str(begun)}
    reader = subprocess.Popen([sys.executable, "-c", READING], env=environment)
    waiting = int(begun.read_text())
    reader.kill()
    reader.wait()
    os.kill(waiting, signal.SIGKILL)
    assert list(temporary.iterdir()) == []
