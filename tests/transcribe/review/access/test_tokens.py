"""The colours of the pages: 4.5 to 1 for every text, 3 to 1 for every edge of what can be pressed, light and dark."""

from __future__ import annotations

import re

import pytest

from transcribe.review.rendering import STATIC_FOLDER

TOKENS = (STATIC_FOLDER / "tokens.css").read_text(encoding="utf-8")
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")

TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "faint", "green", "warn", "bad") for ground in ("paper", "sheet")),
    *((text, "soft") for text in ("ink", "faint", "green")),
    ("green-ink", "green"),
    ("warn", "warn-soft"),
    ("ink", "warn-soft"),
    ("bad", "bad-soft"),
    ("ink", "bad-soft"),
    ("paper", "ink"),
]
EDGE_PAIRS = [(edge, ground) for edge in ("line", "green", "focus", "bad", "warn") for ground in ("paper", "sheet")]


def colours(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", text))


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_edges_stand_out_from_what_lies_behind_them(scheme: str) -> None:
    known = colours(LIGHT) | (colours(DARK) if scheme == "dark" else {})
    weak = [
        f"{front} on {ground}: {contrast(known[front], known[ground]):.2f}"
        for pairs, least in ((TEXT_PAIRS, 4.5), (EDGE_PAIRS, 3.0))
        for front, ground in pairs
        if contrast(known[front], known[ground]) < least
    ]
    assert weak == []
