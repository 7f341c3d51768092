"""A drawn form as the product takes it: its definition in TOML and its blank page as PNG."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.world.sheet import Column, Sheet, Spot

LANGUAGES = {"fr": ("fra", "fr_FR"), "de": ("deu", "de_DE"), "es": ("spa", "es_ES"), "en": ("eng", "en_GB")}
"""Tesseract's name and the locale of a form's language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a form is called, its language, and the rules that its paper states."""

    name: str
    title: str
    language: str
    currency: str = "EUR"
    rules: tuple[str, ...] = ()


def write(about: About, sheet: Sheet, folder: Path) -> Path:
    """The definition's file, its blank beside it. Several processes may write the same."""
    folder.mkdir(parents=True, exist_ok=True)
    own = f"{os.getpid()}.part"
    sheet.picture.save(folder / f"{about.name}.{own}", format="PNG", dpi=(200, 200))
    (folder / f"{about.name}.{own}").replace(folder / f"{about.name}.png")
    path = folder / f"{about.name}.toml"
    path.with_suffix(f".{own}").write_text("\n".join(_lines(about, sheet)) + "\n", encoding="utf-8")
    path.with_suffix(f".{own}").replace(path)
    return path


def _lines(about: About, sheet: Sheet) -> Iterator[str]:
    language, locale = LANGUAGES[about.language]
    yield f"name = {_said(about.name)}"
    yield "version = 1"
    yield f"title = {{ {about.language} = {_said(about.title)} }}"
    yield f"languages = [{_said(language)}]"
    yield f"locale = {_said(locale)}"
    yield f"currency = {_said(about.currency)}"
    yield f"blank = {_said(f'{about.name}.png')}"
    for spot in sheet.spots:
        if spot.row is None:
            yield from ("", "[[field]]", *_field(about, spot), f"box = {list(spot.box)}")
            if spot.required:
                yield "required = true"
    for table in sheet.tables:
        yield from ("", "[[table]]", f"name = {_said(table.name)}")
        yield from (f"box = {list(table.area)}", f"rows = {table.rows}")
        for each, span in zip(table.columns, table.spans(), strict=True):
            yield from ("", "[[table.column]]", *_field(about, each), f"span = {list(span)}")
    for rule in about.rules:
        yield from ("", "[[rule]]", f"check = {_said(rule)}")


def _field(about: About, spot: Spot | Column) -> Iterator[str]:
    yield f"name = {_said(spot.name)}"
    yield f"type = {_said(spot.type)}"
    yield f"label = {{ {about.language} = {_said(spot.label)} }}"
    if spot.pattern:
        yield f"pattern = '{spot.pattern}'"


def _said(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
