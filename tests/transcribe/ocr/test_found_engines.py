"""Engines are found by entry points and take options; a broken one, and a wrong option, are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from transcribe import ocr
from transcribe.errors import EngineMissing, SettingsError
from transcribe.ocr import engine as found_engines

STRANGER = """
from dataclasses import dataclass
from transcribe.errors import EngineMissing

@dataclass(frozen=True, kw_only=True)
class Scribe:
    ink: int
    quill: str
    name: str = "scribe"
    source: str = "scribe 1"
    view: str = "page"

def scribe(languages: tuple[str, ...], *, ink: int = 3, quill: str = "goose") -> Scribe:
    return Scribe(ink=ink, quill=quill)

def locked(languages: tuple[str, ...], *, address: str) -> Scribe:
    raise EngineMissing(f"nobody answers at {address}: start it")

def falling(languages: tuple[str, ...]) -> Scribe:
    raise RuntimeError("no such tape")
"""
POINTS = """[fairhand.engines]
scribe = stranger_engine:scribe
locked = stranger_engine:locked
falling = stranger_engine:falling
absent = no_such_module:engine
"""
FRENCH = ("fra",)


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A distribution of others with engines, one of which can be used."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "stranger_engine.py").write_text(STRANGER, encoding="utf-8")
    info = tmp_path / "stranger-1.5.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: stranger\nVersion: 1.5\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(POINTS, encoding="utf-8")
    found_engines._points.cache_clear()
    yield
    found_engines._points.cache_clear()


def test_an_unknown_engine_lists_the_known_ones() -> None:
    with pytest.raises(EngineMissing) as refused:
        ocr.load("crystal-ball", FRENCH)
    assert all(name in str(refused.value) for name in ("rapidocr", "tesseract", *ocr.names()))


@pytest.mark.usefixtures("stranger")
def test_options_come_as_the_types_that_the_engine_says() -> None:
    assert {"scribe", "tesseract", "rapidocr", "absent"} <= set(ocr.names())
    assert ocr.load("scribe", FRENCH) == ocr.load("scribe", FRENCH, {"ink": "3", "quill": "goose"})
    assert ocr.load("scribe", FRENCH, {"ink": "7"}).ink == 7  # type: ignore[attr-defined]


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("scribe", {"ing": "7"}, "The engine scribe has no option ing: it has ink, quill"),
        ("scribe", {"ink": "much"}, "The engine scribe cannot use its ink: Input should be a valid integer"),
        ("locked", {}, "The engine locked cannot use its address: Missing required keyword only argument"),
        ("falling", {"ink": "7"}, "The engine falling has no option ink: it has none"),
    ],
)
def test_a_wrong_option_is_refused_by_name_with_what_there_is(name: str, options: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as refused:
        ocr.load(name, FRENCH, options)
    assert str(refused.value).startswith(told)
    assert ocr.problem(name, FRENCH, options) == str(refused.value)


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("locked", {"address": "here"}, "nobody answers at here: start it"),
        ("falling", {}, "The engine falling is broken (RuntimeError, no such tape): pip install --upgrade stranger"),
        ("absent", {}, "The engine absent is broken (ModuleNotFoundError, No module named 'no_such_module'): pip"),
    ],
)
def test_an_engine_that_cannot_read_here_says_why_and_what_mends_it(
    name: str, options: dict[str, str], told: str
) -> None:
    assert ocr.problem(name, FRENCH, options).startswith(told)
    with pytest.raises(EngineMissing):
        ocr.load(name, FRENCH, options)
    assert ocr.problem("scribe", FRENCH) == ""
