"""Patterns of fields: whether a text is of its pattern, and the text with the separators that the pattern asks for."""

from __future__ import annotations

import re
from functools import lru_cache

_SEPARATOR = re.compile(r"\\[-./_ ]|[-/_ ]")
"""A separator in a pattern."""

_LOOSE = r"[-./_ ]*"
"""The separators that a text may have instead."""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def breaks_pattern(text: str, pattern: str | None) -> bool:
    """Whether there is a pattern and the whole text is not of it."""
    return pattern is not None and _compiled(pattern).fullmatch(text) is None


@lru_cache(maxsize=65536)
def shaped_by_pattern(text: str, pattern: str | None) -> str:
    """The text as the pattern writes it: case and separators mended where only these differ, upper case otherwise.

    With "BC-\\d{4}-\\d{2}", "bc 2024/07" and "BC202407" are "BC-2024-07". A text that is not of the pattern keeps its
    separators.
    """
    upper = text.upper()
    if pattern is None:
        return upper
    for written in (upper, text, text.lower()):
        if not breaks_pattern(written, pattern):
            return written
    pieces, separators = _pieces(pattern)
    if separators:
        loose = _compiled(_LOOSE.join(f"({piece})" for piece in pieces))
        for written in (upper, text, text.lower()):
            match = loose.fullmatch(written)
            if match is None:
                continue
            joined = match[1] + "".join(
                mark + piece for mark, piece in zip(separators, match.groups()[1:], strict=True)
            )
            if not breaks_pattern(joined, pattern):
                return joined
    return upper


@lru_cache(maxsize=256)
def _pieces(pattern: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A pattern cut at its separators, and these; in one piece where groups or alternatives make that unsafe."""
    if set(pattern) & set("(|"):
        return (pattern,), ()
    pieces, separators, at, depth = [""], [], 0, 0
    while at < len(pattern):
        found = _SEPARATOR.match(pattern, at)
        if (
            found is not None
            and depth == 0
            and pieces[-1]
            and pattern[found.end() : found.end() + 1] not in tuple("*+?{")
        ):
            separators.append(found[0][-1])
            pieces.append("")
            at = found.end()
            continue
        step = 2 if pattern[at] == "\\" else 1
        depth += (pattern[at] in "[{") - (pattern[at] in "]}")
        pieces[-1] += pattern[at : at + step]
        at += step
    if not pieces[-1]:
        return (pattern,), ()
    return tuple(pieces), tuple(separators)
