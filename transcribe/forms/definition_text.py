"""The one gate of form definitions: what a text must be before any parser sees it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from transcribe.errors import FormError
from transcribe.forms.mistakes import ENTRIES, require_no_nul

MAX_DEFINITION_BYTES = 1_000_000
"""The longest definition. Chosen by hand."""

MAX_NESTED_COUNT = 8
"""Tables and lists inside each other, and parts of a key: twice what a definition needs. Parsers take memory with the
square of a key's parts: 20 KB of dots took 396 MB."""

MAX_DIGITS_COUNT = 18
"""Digits of a whole number: all of them are below 2^63, which databases hold."""

MAX_FIELDS_COUNT = 2000
"""Entries of a definition: no form has more fields than could be drawn. Chosen by hand."""

_SAID = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})?|' r"'''(?:[^']|'(?!''))*+(?:'{3,5})?|"
    r'"(?:[^"\\\n]|\\[^\n])*+"?|' r"'[^'\n]*+'?|#[^\n]*+", re.DOTALL
)  # fmt: skip
"""A text or a remark, also one without its end."""

_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MAX_NESTED_COUNT}}}")
_LONG_NUMBER = re.compile(rf"(?<![\w.-])(?:0[xob][0-9a-fA-F]|[0-9])[0-9a-fA-F_]{{{MAX_DIGITS_COUNT}}}")


def definition_content(name: str, text: str | bytes) -> dict[str, object]:
    """What a definition says, as TOML has it; `name` is its file's. FormError names what keeps it from being one."""
    if len(text) > MAX_DEFINITION_BYTES:
        raise FormError(f"{name}: this is longer than {MAX_DEFINITION_BYTES} bytes, and no form definition.")
    try:
        plain = text if isinstance(text, str) else text.decode("utf-8-sig")  # Windows begins such files with a mark
        _require_plain(name, plain)
        content = tomllib.loads(plain)
    except UnicodeDecodeError as error:
        raise FormError(
            f"{name}: this is no text in UTF-8. Name the TOML file of a form; where it is one, save it as UTF-8."
        ) from error
    except ValueError as error:  # also of dates and numbers that there are not
        raise FormError(f"{name}: this is no TOML: {error}.") from error
    require_no_nul(name, content)
    columns = sum(len(listed(table, "column")) for table in listed(content, "table"))
    _require_few(name, columns + sum(len(listed(content, key)) for key in ENTRIES))
    return content


def _require_plain(name: str, text: str) -> None:
    """FormError where a parser would take long or much: with the line and the part that is too much."""
    bare = _SAID.sub(lambda said: "s" + "\n" * said[0].count("\n"), text)
    for what, most, pattern in (("parts", MAX_NESTED_COUNT, _LONG_KEY), ("digits", MAX_DIGITS_COUNT, _LONG_NUMBER)):
        if found := pattern.search(bare):
            raise FormError(f"{name}: {_place(bare, found)}: {found[0][:20]}... has more than {most} {what}.")
    depth = 0
    for found in re.finditer(r"[\[{]|[\]}]", bare):
        depth += 1 if found[0] in "[{" else -1
        if depth > MAX_NESTED_COUNT:
            raise FormError(f"{name}: {_place(bare, found)}: this is nested too deep for a form definition.")
    _require_few(name, bare.count("[["))


def _place(bare: str, found: re.Match[str]) -> str:
    """The key and the line that something stands in."""
    begin = bare.rfind("\n", 0, found.start()) + 1
    key = bare[begin : begin + 200].partition("\n")[0].partition("=")[0].strip()
    return f"{key[:20]}: line {bare.count(chr(10), 0, begin) + 1}"


def _require_few(name: str, entries: int) -> None:
    if entries > MAX_FIELDS_COUNT:
        raise FormError(f"{name}: field: a form has at most {MAX_FIELDS_COUNT} fields, columns and rules.")


def listed(content: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The tables of a list of a definition; none where it is no list."""
    said = content.get(key)
    return [each for each in said if isinstance(each, Mapping)] if isinstance(said, list) else []
