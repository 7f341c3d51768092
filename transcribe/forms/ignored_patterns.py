"""Patterns of forms that were used before RE2 matched patterns, and that RE2 does not know."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from transcribe.forms.schema import pattern_refusal


def ignored_patterns(path: Path) -> list[str]:
    """Every pattern of a definition that cannot be used: file, field, which construct, and what to write instead.

    A file that is no definition has none: loading it says what is wrong with it.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    tables = _listed(content, "table")
    fields = [("", each) for each in _listed(content, "field")]
    fields += [(f"{table.get('name')}.", each) for table in tables for each in _listed(table, "column")]
    found = ((f"{part}{each.get('name')}", pattern_refusal(str(each.get("pattern") or ""))) for part, each in fields)
    return [f'{path.name}: field "{name}" pattern: {refusal}' for name, refusal in found if refusal]


def _listed(content: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    listed = content.get(key)
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
