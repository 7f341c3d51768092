"""The templates leave escaping on."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent


def test_no_template_marks_a_text_as_safe() -> None:
    templates = sorted((ROOT / "transcribe" / "review" / "templates").glob("*.html"))

    marked = [path.name for path in templates if re.search(r"\|\s*safe\b|autoescape", path.read_text(encoding="utf-8"))]

    assert templates
    assert marked == []
