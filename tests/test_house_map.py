"""The picture and the table in docs/ are those of the code, and the program that makes them follows it."""

from __future__ import annotations

import os

import pytest

from tests import house_map
from tests.house_map import Index, doors, floors, rooms_table
from tests.house_rules import ROOT, source, sources

pytestmark = pytest.mark.xdist_group("sources")
"""One worker reads all sources, once."""

MOST_ROOMS_OF_A_PAGE = 8
ANEW = "It is not that of the code any more: run `python -m tests.house_map`."


def test_the_picture_of_the_path_is_that_of_the_code() -> None:
    assert house_map.PICTURE.read_text(encoding="utf-8") == house_map.picture(sources()), ANEW


def test_a_page_that_is_read_crosses_few_rooms() -> None:
    used = doors(Index(sources()), "transcribe.recognition", "read")
    rooms = {room for room in used if (ROOT / room.replace(".", "/")).is_dir()}
    assert len(rooms | {"transcribe.recognition"}) <= MOST_ROOMS_OF_A_PAGE


def test_calls_are_followed_inside_a_room_and_end_at_its_doors() -> None:
    files = [
        source("transcribe/recognition/__init__.py", "from transcribe.recognition.read import read\n"),
        source(
            "transcribe/recognition/read.py",
            "from transcribe.ink import ink_layer\nfrom transcribe import ocr\nfrom transcribe.model import Page\n"
            "from transcribe.recognition.result import Builder\nfrom transcribe.forms import combs, Comb\n"
            "def read(page: Page, comb: Comb):\n    builder = Builder()\n    _read(page)\n    return builder\n"
            "def _read(page):\n    ocr.load(ink_layer(page))\ndef _other():\n    combs()\n",
        ),
        source(
            "transcribe/recognition/result.py",
            "from transcribe.imaging import crop\nclass Builder:\n    def put(self):\n        crop(self)\n",
        ),
        source("transcribe/ink/__init__.py", "from transcribe.ink.layer import ink_layer\n"),
        source("transcribe/ink/layer.py", "from transcribe.imaging import grey\ndef ink_layer(it):\n    grey(it)\n"),
        *(source(f"transcribe/{room}/__init__.py", "") for room in ("ocr", "forms", "imaging")),
        source("transcribe/model.py", ""),
    ]
    assert doors(Index(files), "transcribe.recognition", "read") == {
        "transcribe.ocr": ["load"],
        "transcribe.ink": ["ink_layer"],
        "transcribe.forms": [],
        "transcribe.imaging": ["crop"],
    }


def test_a_room_stands_above_the_rooms_that_it_imports() -> None:
    assert floors({"a": ["b", "c"], "b": ["c"]}) == {"c": 1, "b": 2, "a": 3}


def test_the_table_says_what_a_room_gives_and_imports() -> None:
    files = [
        source("transcribe/model.py", '"""Nouns."""'),
        source("transcribe/ocr/__init__.py", '"""Engines. And more."""'),
        source("transcribe/ink/__init__.py", '"""Ink."""'),
        source("transcribe/ink/layer.py", "from transcribe.ocr import load\nfrom transcribe.model import Page\n"),
    ]
    assert rooms_table(files).splitlines()[2:5] == [
        "| `model.py` | Nouns. |  |",
        "| `ocr/` | Engines. |  |",
        "| `ink/` | Ink. | ocr |",
    ]


def test_what_belongs_together_is_run_by_one_worker(request: pytest.FixtureRequest) -> None:
    """The scheduler goes by the group in a test's id; a pytest that pytest-xdist does not know lacks it in silence."""
    if "PYTEST_XDIST_WORKER" in os.environ and request.config.getoption("dist") == "loadgroup":
        assert request.node.nodeid.endswith("@sources")
