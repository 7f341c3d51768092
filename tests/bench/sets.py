"""The shared sets of real readings as collections, each with the truth apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from reconcile.collection.items import Item, SourceReading

Told = list[tuple[Item, str]]
"""Items without gold, each with its truth."""


def rows(path: Path) -> Iterator[dict[str, object]]:
    """The objects of a JSON Lines file."""
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(row) for row in file)


def crowdspeech(data: Path, part: str, readers: int = 7) -> Told:
    """Sentences typed from audio ("dev-clean" or "dev-other") by the first so many of seven paid workers."""
    return [
        (Item(name=str(row["item"]), field="text", type="text", readings=said(row)[:readers]), str(row["truth"]))
        for row in rows(data / "crowdspeech" / f"{part}.jsonl")
    ]


def micropasts(data: Path) -> tuple[Told, list[bool]]:
    """Index cards typed by volunteers, those with a reference that is not empty; and whether a reading supports it."""
    told, supported = [], []
    for row in rows(data / "micropasts_cards" / "fields.jsonl"):
        item = Item(
            name=str(row["item"]), field=str(row["field"]), type="text", scan=str(row["card"]), readings=said(row)
        )
        told.append((item, str(row["truth"] or "")))
        supported.append(bool(row["truth_supported"]))
    return told, supported


def weather(data: Path, name: str) -> Told:
    """Ship's logs ("header_fields" or "observation_fields") where a panel of five or more agrees: not a known truth."""
    return [
        (Item(name=str(row["item"]), field=str(row["field"]), readings=said(row)), str(panel["text"]))
        for row in rows(data / "weather_detective" / f"{name}.jsonl")
        if isinstance(panel := row.get("panel_consensus"), dict)
    ]


def said(row: dict[str, object]) -> tuple[SourceReading, ...]:
    """The readings of a row."""
    readings = row["readings"]
    assert isinstance(readings, list)
    return tuple(SourceReading(source=reading.get("who"), text=reading["text"]) for reading in readings)


def with_gold(told: Told, golden: set[str]) -> list[Item]:
    """The items, those named with their truth as gold."""
    return [replace(item, gold=truth) if item.name in golden else item for item, truth in told]
