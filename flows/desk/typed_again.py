"""A form that was refused, shown again with what was typed in it: its page is made anew, and its fields are filled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

Attributes = dict[str, str | None]

FORM_ID = "typed-again"
"""The HTML id that the error message links to: the start of the form."""

STANDS_THERE = re.compile(r'<p id="stands-there">.*?</p>', re.DOTALL)
"""What is said only where the form has something that was typed."""

FILE_AGAIN = re.compile(r'<span class="file-again">.*?</span>', re.DOTALL)
"""The sentence of a page that a file has to be chosen again: it goes where its form asks for none."""

SEEN = "seen"
"""What a form says that its page had shown: it stays as it was sent, for who looks has not seen what stands now."""

SURE = "sure"
"""The tick of what cannot be undone: it is asked for again."""

KEPT_TYPES = frozenset({"hidden", "file", "password", "submit", "button", "image", "reset"})
"""Inputs that stay as the page makes them. A browser lets nobody fill in files."""

TICKED_TYPES = frozenset({"checkbox", "radio"})
"""Inputs that are ticked or not."""


@dataclass(slots=True)
class _Tag:
    """A tag of the page: where it stands, and for a text area where its text does."""

    name: str
    attributes: Attributes
    begin: int
    end: int
    inner: tuple[int, int] = (0, 0)
    select: str = ""


@dataclass(slots=True)
class _Form:
    """A form of the page with its fields, and the folds that it stands in."""

    tag: _Tag
    folds: tuple[_Tag, ...]
    fields: list[_Tag] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {str(each.attributes["name"]) for each in self.fields if each.attributes.get("name")}


def typed_again(page: str, address: str, method: str, sent: Mapping[str, Sequence[str]]) -> str:
    """The page with the form that was sent to this address filled as it was sent, in an open fold.

    The page as it is where it has no such form any more. What was sent and has no field there is kept beside: a page
    with JavaScript may have made its field. What it had shown stays what it was: sent once more, it is refused again.
    """
    forms = _forms(page)
    found = [
        each
        for each in forms
        if urlsplit(each.tag.attributes.get("action") or "").path == address
        and (each.tag.attributes.get("method") or "get").lower() == method.lower()
    ]
    if not found:
        return page
    chosen = max(found, key=lambda each: _alike(each, sent))
    edits = [(each.begin, each.end, text) for each in chosen.fields if (text := _filled(each, page, sent)) is not None]
    edits += [(*each.inner, f"\n{escape(sent[name][0])}") for each, name in _areas(chosen, sent)]
    edits += [(each.begin, each.end, _written(each, {**each.attributes, "open": ""})) for each in chosen.folds]
    beside = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, values in sent.items()
        if name not in chosen.names
        for value in values
    )
    tag = chosen.tag
    edits.append((tag.end, tag.end, f'<span id="{FORM_ID}"></span>{beside}'))
    for begin, end, text in sorted(edits, reverse=True):
        page = page[:begin] + text + page[end:]
    if not any(_is_typed(each) for each in chosen.fields):
        page = STANDS_THERE.sub("", page)
    return page if any(each.attributes.get("type") == "file" for each in chosen.fields) else FILE_AGAIN.sub("", page)


def _alike(form: _Form, sent: Mapping[str, Sequence[str]]) -> int:
    """How many of the hidden values of a form are those that were sent: they say what it is about."""
    hidden = [each.attributes for each in form.fields if each.attributes.get("type") == "hidden"]
    return sum((each.get("value") or "") in sent.get(each.get("name") or "", ()) for each in hidden)


def _areas(form: _Form, sent: Mapping[str, Sequence[str]]) -> Iterator[tuple[_Tag, str]]:
    for each in form.fields:
        name = each.attributes.get("name") or ""
        if each.name == "textarea" and sent.get(name):
            yield each, name


def _filled(tag: _Tag, page: str, sent: Mapping[str, Sequence[str]]) -> str | None:
    """A field as it was sent; None where it stays as it is."""
    attributes = dict(tag.attributes)
    kind = (attributes.get("type") or "text").lower()
    if tag.name == "option":
        chosen = (attributes.get("value") or "") in sent.get(tag.select, ())
        return _written(tag, _marked(attributes, "selected", is_on=chosen)) if tag.select in sent else None
    name = attributes.get("name") or ""
    if name == SEEN and sent.get(name) and _types_anything(sent):
        return _written(tag, {**attributes, "value": sent[name][0]})
    if tag.name != "input" or name in ("", SURE) or kind in KEPT_TYPES:
        return None
    if kind in TICKED_TYPES:
        is_on = (attributes.get("value") or "on") in sent.get(name, ())
        return _written(tag, _marked(attributes, "checked", is_on=is_on))
    return _written(tag, {**attributes, "value": sent[name][0]}) if sent.get(name) else None


def _is_typed(field: _Tag) -> bool:
    """Whether something is typed, chosen or ticked in a field."""
    kind = field.attributes.get("type") or ""
    return field.name in ("textarea", "select") or (field.name == "input" and kind not in ("hidden", "submit", "file"))


def _types_anything(sent: Mapping[str, Sequence[str]]) -> bool:
    """Whether a form sent more than what its page had written in it."""
    return bool(set(sent) - {"csrf", SEEN})


def _marked(attributes: Attributes, mark: str, *, is_on: bool) -> Attributes:
    rest = {name: value for name, value in attributes.items() if name != mark}
    return {**rest, mark: ""} if is_on else rest


def _written(tag: _Tag, attributes: Attributes) -> str:
    said = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f"<{tag.name}{said}>"


def _forms(page: str) -> list[_Form]:
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    return reader.forms


class _Reader(HTMLParser):
    """Finds the forms of a page with their fields, and where each stands in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._starts = [0]
        for line in page.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._folds: list[_Tag] = []
        self._form: _Form | None = None
        self._select = ""
        self._area: _Tag | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        begin = self._at()
        found = _Tag(tag, dict(attrs), begin, begin + len(self.get_starttag_text() or ""))
        if tag == "details":
            self._folds.append(found)
        elif tag == "form":
            self._form = _Form(found, tuple(self._folds))
            self.forms.append(self._form)
        elif self._form is not None and tag in ("input", "textarea", "select", "option", "button"):
            found.select = self._select
            self._form.fields.append(found)
            self._select = found.attributes.get("name") or "" if tag == "select" else self._select
            self._area = found if tag == "textarea" else self._area

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._folds:
            self._folds.pop()
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area is not None:
            self._area.inner, self._area = (self._area.end, self._at()), None

    def _at(self) -> int:
        line, column = self.getpos()
        return self._starts[line - 1] + column
