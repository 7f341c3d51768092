"""Patterns of forms that were used before RE2 matched patterns, and that RE2 does not know."""

from __future__ import annotations

from pathlib import Path

from transcribe.errors import FormError
from transcribe.forms.definition_text import definition_content, listed
from transcribe.forms.schema import pattern_refusal


def ignored_patterns(path: Path) -> list[str]:
    """Every pattern of a definition that cannot be used: file, field, which construct, and what to write instead.

    A file that is no definition has none: loading it says what is wrong with it.
    """
    try:
        content = definition_content(path.name, path.read_bytes())
    except (OSError, FormError):
        return []
    tables = listed(content, "table")
    fields = [("", each) for each in listed(content, "field")]
    fields += [(f"{table.get('name')}.", each) for table in tables for each in listed(table, "column")]
    found = ((f"{part}{each.get('name')}", pattern_refusal(str(each.get("pattern") or ""))) for part, each in fields)
    return [f'{path.name}: field "{name}" pattern: {refusal}' for name, refusal in found if refusal]
