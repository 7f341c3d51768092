"""docs/security.md names tests that exist, and the templates leave escaping on."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent.parent


def test_every_test_named_beside_a_promise_exists() -> None:
    promised = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text(encoding="utf-8")))
    written = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert len(promised) > 30
    assert promised - written == set()


def test_no_template_marks_a_text_as_safe() -> None:
    templates = sorted((ROOT / "transcribe" / "review" / "templates").glob("*.html"))

    marked = [path.name for path in templates if re.search(r"\|\s*safe\b|autoescape", path.read_text(encoding="utf-8"))]

    assert templates
    assert marked == []
