"""What the tesseract program may write that is no table of words, and what a reader that is killed leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from transcribe.errors import EngineError
from transcribe.model import Page
from transcribe.ocr.engines._ctc_decoder import words
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


ALPHABET = ("blank", "a", "b", "1", "7", " ", ".")


def steps(*columns: dict[str, float]) -> NDArray[numpy.float32]:
    """One row a step; what is not named shares the rest."""
    table = numpy.zeros((len(columns), len(ALPHABET)), numpy.float32)
    for row, column in enumerate(columns):
        rest = (1.0 - sum(column.values())) / (len(ALPHABET) - len(column))
        table[row] = [column.get(letter, rest) for letter in ALPHABET]
    return table


def sure(text: str) -> NDArray[numpy.float32]:
    columns: list[dict[str, float]] = []
    for letter in text:
        columns += [{letter: 1.0}, {"blank": 1.0}]
    return steps(*columns)


def test_repeated_steps_are_one_letter_and_a_blank_parts_two() -> None:
    (word,) = words(steps({"a": 1.0}, {"a": 1.0}, {"blank": 1.0}, {"a": 1.0}, {"b": 1.0}), ALPHABET)
    assert word.text == "aab"


def test_spaces_part_words_with_their_places() -> None:
    first, second = words(sure("ab b"), ALPHABET)
    assert (first.text, second.text) == ("ab", "b")
    assert first.end <= second.start


def test_a_doubtful_letter_gives_a_runner_up_with_its_probability() -> None:
    (word,) = words(steps({"1": 0.6, "7": 0.39}, {"blank": 0.99}, {"b": 0.99}), ALPHABET)
    assert word.text == "1b"
    assert word.confidence == pytest.approx(0.6, abs=0.03)
    assert word.alternatives[0][0] == "7b"
    assert word.alternatives[0][1] == pytest.approx(0.39, abs=0.03)


def test_a_sure_word_has_no_runner_up() -> None:
    assert words(sure("ab"), ALPHABET)[0].alternatives == ()


def test_nothing_but_blank_is_no_word() -> None:
    assert words(steps({"blank": 1.0}, {"blank": 1.0}), ALPHABET) == []


@pytest.mark.parametrize(
    ("dots", "said"), [([1.0, 1.0, 1.0], "ab"), ([0.5], "ab"), ([0.97], "ab."), ([0.4, 0.4], "ab"), ([], "ab")]
)
def test_a_row_of_dots_behind_a_text_or_a_doubtful_one_is_none_and_makes_nothing_less_sure(
    dots: list[float], said: str
) -> None:
    behind = [column for dot in dots for column in ({".": dot}, {"blank": 1.0})]
    (word,) = words(steps({"a": 1.0}, {"blank": 1.0}, {"b": 0.95}, {"blank": 1.0}, *behind), ALPHABET)
    assert word.text == said
    assert word.confidence >= 0.9
    assert word.end >= (3 + 2 * len(dots)) / (4 + 2 * len(dots)), "it covers the dots"


def test_dots_within_a_text_and_dots_alone_are_read() -> None:
    assert [each.text for each in words(sure("1.7"), ALPHABET)] == ["1.7"]
    assert [each.text for each in words(sure("a. b"), ALPHABET)] == ["a.", "b"]
    assert [each.text for each in words(sure(".."), ALPHABET)] == [".."]


def test_steps_whose_letters_are_all_barred_still_give_an_answer() -> None:
    barred = numpy.full((3, len(ALPHABET)), 1e-6, numpy.float32)
    assert all(word.confidence < 1e-3 for word in words(barred, ALPHABET))


@given(st.text(alphabet="ab17", min_size=1, max_size=8))
def test_what_is_sure_is_read_back(text: str) -> None:
    (word,) = words(sure(text), ALPHABET)
    assert word.text == text
    assert word.confidence == pytest.approx(1.0)


@given(st.lists(st.lists(st.floats(0.01, 1.0), min_size=6, max_size=6), min_size=1, max_size=7))
def test_probabilities_of_texts_add_up_to_at_most_one(rows: list[list[float]]) -> None:
    table = numpy.array(rows, numpy.float32)
    table /= table.sum(axis=1, keepdims=True)
    for word in words(table, ALPHABET):
        assert word.confidence + sum(share for _, share in word.alternatives) <= 1.001
