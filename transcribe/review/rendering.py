"""HTML from templates, in the reader's language, always escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

from babel import Locale
from fastapi.responses import HTMLResponse
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from transcribe.fields import facts_of
from transcribe.i18n import direction, said, translation
from transcribe.review.views import formatting

TEMPLATES_FOLDER = Path(__file__).parent / "templates"
"""The folder of the templates."""
STATIC_FOLDER = Path(__file__).parent / "static"
"""The folder of the static files."""


IN_LANGUAGE: Mapping[str, Callable[..., str]] = {
    "amount": formatting.amount,
    "exact": formatting.exact_amount,
    "placed": formatting.placed_amount,
    "full": formatting.full_amount,
    "number": formatting.number,
    "share": formatting.share,
    "spent": formatting.spent,
    "certainty": formatting.certainty,
    "weekday": formatting.weekday,
    "short_weekday": formatting.short_weekday,
    "month_words": formatting.month,
    "moment_of": formatting.moment,
}
"""How amounts, numbers and times are written in a template's language, by the names that templates know."""


class Rendering:
    """Fills templates. Every text is escaped. An undefined name is an error."""

    def __init__(
        self, languages: tuple[str, ...], desk: str = "", folders: Sequence[Path] = (), asked_by: str = ""
    ) -> None:
        """`desk` is the address of the operator's pages, "" where there are none. Templates lie in `folders` too.

        `asked_by` is who asks for the work, "" where nobody said so.
        """
        self._environments = {language: _environment(language, languages, desk, folders) for language in languages}
        for each in self._environments.values():
            each.globals["whom"] = asked_by

    def show_tabs(self, tabs: Sequence[tuple[str, str, bool]]) -> None:
        """Show these tabs of the desk on pages of operators: an address, a message, whether who is limited has none."""
        for each in self._environments.values():
            each.globals["desk_tabs"] = tuple(tabs)

    def page(self, template: str, language: str, status: int = 200, **values: object) -> HTMLResponse:
        """A page in a language."""
        return HTMLResponse(self.text(template, language, **values), status)

    def text(self, template: str, language: str, **values: object) -> str:
        """The HTML of a template in a language."""
        return self._environments[language].get_template(template).render(**values)


class _Compiled(BytecodeCache):
    """Templates as they were compiled once, for the environments of all languages."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@cache
def _compiled() -> _Compiled:
    """The one of this process."""
    return _Compiled()


def _environment(language: str, languages: tuple[str, ...], desk: str, folders: Sequence[Path]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader([TEMPLATES_FOLDER, *folders]),
        bytecode_cache=_compiled(),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = translation(language)
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # given by the i18n extension
        catalogue.gettext, catalogue.ngettext, newstyle=True, pgettext=catalogue.pgettext
    )

    def kind_words(kind: str) -> str:
        """The name of a type of fields."""
        return said(facts_of(kind).plural, language) or kind

    environment.globals.update(
        language=language,
        direction=direction(language),
        languages={each: Locale.parse(each).get_display_name(each) for each in languages},
        static=static_address,
        desk=desk,
        desk_tabs=(),
        kind_words=kind_words,
        whole=formatting.whole_due,
        **{name: partial(write, language=language) for name, write in IN_LANGUAGE.items()},
    )
    environment.filters["kind_words"] = kind_words
    return environment


@cache
def static_digest() -> str:
    """A digest of all static files. It stands in their addresses, so that browsers may keep them for ever."""
    together = hashlib.sha256()
    for path in sorted(STATIC_FOLDER.iterdir()):
        together.update(path.name.encode() + b"\0" + path.read_bytes())
    return together.hexdigest()[:12]


def static_address(name: str) -> str:
    """The address of a static file."""
    return f"/static/{static_digest()}/{name}"
