"""The one gate of form definitions: what a text must be before any parser sees it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from transcribe.errors import FormError
from transcribe.forms.mistakes import ENTRIES, Mistake, mistake, require_no_nul
from transcribe.i18n import worded

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

_TOML_PLACE = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)$")
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MAX_NESTED_COUNT}}}")
_LONG_NUMBER = re.compile(rf"(?<![\w.-])(?:0[xob][0-9a-fA-F]|[0-9])[0-9a-fA-F_]{{{MAX_DIGITS_COUNT}}}")


def definition_content(name: str, text: str | bytes) -> dict[str, object]:
    """What a definition says, as TOML has it; `name` is its file's. FormError names what keeps it from being one."""
    if len(text) > MAX_DEFINITION_BYTES:
        said = worded("The text is longer than any form. Look for what is in it twice.", most=MAX_DEFINITION_BYTES,
                      command="this is longer than %(most)s bytes, and no form definition.")  # fmt: skip
        raise FormError(mistake(name, (), said))
    try:
        plain = text if isinstance(text, str) else text.decode("utf-8-sig")  # Windows begins such files with a mark
        _require_plain(name, plain)
        content = tomllib.loads(plain)
    except UnicodeDecodeError as error:
        said = worded(
            "This is no text. Save it as UTF-8.",
            command="this is no text in UTF-8. Name the TOML file of a form; where it is one, save it as UTF-8.",
        )
        raise FormError(mistake(name, (), said)) from error
    except ValueError as error:  # also of dates and numbers that there are not
        raise FormError(mistake(name, (), _no_toml(error))) from error
    require_no_nul(name, content)
    columns = sum(len(listed(table, "column")) for table in listed(content, "table"))
    _require_few(name, columns + sum(len(listed(content, key)) for key in ENTRIES))
    return content


def _no_toml(error: ValueError) -> str:
    """What TOML's reader has against a text. Until Python 3.14 it says where only in its sentence."""
    command = "this is no TOML: %(fault)s."
    if found := _TOML_PLACE.search(str(error)):
        return worded(
            "The text cannot be read. Look at line %(line)s, character %(column)s: a quote, a bracket or = is missing.",
            command=command, fault=error, line=found[1], column=found[2],
        )  # fmt: skip
    return worded(
        "The text cannot be read: something stands twice, or a quote or bracket is missing at its end.",
        command=command, fault=error,
    )  # fmt: skip


def _require_plain(name: str, text: str) -> None:
    """FormError where a parser would take long or much: with the line and the part that is too much."""
    bare = _SAID.sub(lambda said: "s" + "\n" * said[0].count("\n"), text)
    for what, most, pattern in (("parts", MAX_NESTED_COUNT, _LONG_KEY), ("digits", MAX_DIGITS_COUNT, _LONG_NUMBER)):
        if found := pattern.search(bare):
            raise FormError(_at(name, bare, found, worded(
                "“%(said)s…” is longer than anything of a form. Take it out.",
                command="%(said)s... has more than %(most)s %(what)s.", said=found[0][:20], most=most, what=what,
            )))  # fmt: skip
    depth = 0
    for found in re.finditer(r"[\[{]|[\]}]", bare):
        depth += 1 if found[0] in "[{" else -1
        if depth > MAX_NESTED_COUNT:
            raise FormError(_at(name, bare, found, worded(
                "More brackets stand inside each other than in any form. Take them out.",
                command="this is nested too deep for a form definition.",
            )))  # fmt: skip
    _require_few(name, bare.count("[["))


def _at(name: str, bare: str, found: re.Match[str], said: str) -> Mistake:
    """The mistake that was found, with the key and the line that it stands in."""
    begin = bare.rfind("\n", 0, found.start()) + 1
    key = bare[begin : begin + 200].partition("\n")[0].partition("=")[0].strip()
    line = bare.count("\n", 0, begin) + 1
    return mistake(
        name, (key[:20],), worded("Line %(line)s: %(said)s", command="line %(line)s: %(said)s", line=line, said=said)
    )


def _require_few(name: str, entries: int) -> None:
    if entries > MAX_FIELDS_COUNT:
        said = worded("A form has at most %(count)s fields.", count=MAX_FIELDS_COUNT,
                      command="a form has at most %(count)s fields, columns and rules.")  # fmt: skip
        raise FormError(mistake(name, ("field",), said))


def listed(content: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The tables of a list of a definition; none where it is no list."""
    said = content.get(key)
    return [each for each in said if isinstance(each, Mapping)] if isinstance(said, list) else []
