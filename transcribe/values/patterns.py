"""The pattern of a field: whether a text keeps to it, and the same text with the separators that it asks for.

Patterns come with forms and texts from anybody. RE2 matches them in time that grows with the text and no faster:
Python's own engine takes for ever over forty letters and "([A-Z]+)+[0-9]".
"""

from __future__ import annotations

import re
from functools import lru_cache

import re2

_SEPARATOR = re.compile(r"\\[-./_ ]|[-/_ ]")
"""A separator in a pattern."""

_LOOSE = r"[-./_ ]*"
"""The separators that a text may have instead."""


_CLASSES = {"d": r"\p{Nd}", "w": r"\p{L}\p{N}_", "D": r"\P{Nd}"}
"""Classes of characters -> how RE2 writes them so that digits and letters of every script count, as in Python's
patterns."""

_ALONE = {"d": r"\p{Nd}", "w": r"[\p{L}\p{N}_]", "D": r"\P{Nd}", "W": r"[^\p{L}\p{N}_]", "Z": r"\z"}
"""The same outside square brackets."""


_UNKNOWN_TO_RE2 = {
    r"\(\?=": ("a look-ahead", "write what must stand there as a part of the pattern, all that is allowed joined by |"),
    r"\(\?!": ("a negative look-ahead", "write what is allowed there instead of what is not, joined by |"),
    r"\(\?<=": (
        "a look-behind",
        "write what must stand there as a part of the pattern, all that is allowed joined by |",
    ),
    r"\(\?<!": ("a negative look-behind", "write what is allowed there instead of what is not, joined by |"),
    r"(?<!\\)(?:\\\\)*\\[1-9]|\(\?P=\w+\)": ("a reference back", "write the pattern of that group once more"),
    r"\(\?\(": ("a condition", "write both ways it may go on, joined by |"),
    r"\(\?>": ("an atomic group", "write (?: for it, as RE2 never goes back"),
    r"[*+?}]\+": ("a possessive repetition", "leave the second sign away, as RE2 never goes back"),
}
"""Constructs of Python's patterns that RE2 lacks: (pattern, its name, what to write instead)."""


def pattern_fault(pattern: str) -> str | None:
    """Why a pattern cannot be used; None where it can.

    It is no pattern, or has what no engine matches in bounded time.
    """
    try:
        _compiled(pattern)
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
    return None


def pattern_advice(pattern: str) -> str:
    """The construct of a pattern that RE2 lacks and what to write instead; "" where nothing better is known."""
    for construct, (what, instead) in _UNKNOWN_TO_RE2.items():
        found = re.search(construct, pattern)
        if found is not None:
            return f"{found[0]} is {what}: {instead}"
    return ""


def found_pattern(text: str, pattern: str) -> tuple[int, int] | None:
    """Start and end of the first place in a text that is of a pattern."""
    found = _compiled(pattern).search(text)
    return found.span() if found else None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    options = re2.Options()
    options.log_errors = False
    compiled: re.Pattern[str] = re2.compile(_in_every_script(pattern), options)
    return compiled


def _in_every_script(pattern: str) -> str:
    """The pattern with its classes of characters in RE2's spelling."""
    said, at, inside = [], 0, False
    while at < len(pattern):
        step = pattern[at : at + 2] if pattern[at] == "\\" else pattern[at]
        if len(step) == 2:
            said.append((_CLASSES if inside else _ALONE).get(step[1], step))
        else:
            inside = step == "[" or (inside and step != "]")
            said.append(step)
        at += len(step)
        if step == "[" and pattern[at : at + 1] == "^":
            said.append("^")
            at += 1
        if step in ("[", "[^") and pattern[at : at + 1] == "]":  # the first one is a character
            said.append(r"\]")
            at += 1
    return "".join(said)


def breaks_pattern(text: str, pattern: str | None) -> bool:
    """Whether there is a pattern and the whole text does not match it."""
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
        joined_loosely = _LOOSE.join(f"({piece})" for piece in pieces)
        if pattern_fault(joined_loosely):
            return upper
        loose = _compiled(joined_loosely)
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
