"""Every message of the code stands in every catalogue, translated, with the same places to fill."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import catalogues
from tests.catalogues import catalogue, messages, update
from transcribe.forms import definition
from transcribe.i18n.catalogues import LOCALE, SOURCE_LANGUAGE, direction, languages, said, translation
from transcribe.i18n.form_words import FORM_WORDS

OTHERS = [language for language in languages() if language != SOURCE_LANGUAGE]
LOOSE = re.compile(r"(?<=\S) (?=[?!:;»]|%(?!\())|« ")
SHIPPED = Path(definition.__file__).parent / "shipped"
OTHER_WORDS = {
    "fr": re.compile(r"\bbarrée?s?\b|\bopérateurs?\b(?! de saisie)|\bReprendre le dernier|\(s\)|revient à %"),
    "es": re.compile(r"\boperador(es)?\b|\bperíodo|\baudita|\(s\)|hora equivale a"),
}
"""Crossed out is "rayé", operators are "responsables", audits are "contrôles" and "controles"; no "page(s)"."""
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def test_french_and_spanish_are_spoken() -> None:
    assert {"en", "es", "fr"} <= set(languages())


@pytest.mark.parametrize("language", OTHERS)
def test_no_message_is_missing_fuzzy_or_left_over(language: str) -> None:
    """`python -m tests.catalogues` adds the new ones, for a person to translate."""
    known = {message.id for message in messages() if message.id}
    there = {message.id: message for message in catalogue(language) if message.id}

    assert known == set(there)
    assert [message.id for message in there.values() if message.fuzzy] == []
    assert [key for key, message in there.items() if not all(_all(message.string))] == []


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the catalogues, which is brought up to date in their stead."""
    monkeypatch.setattr(catalogues, "LOCALE", shutil.copytree(LOCALE, tmp_path / "locale"))
    return tmp_path / "locale"


def _contents(folder: Path) -> dict[Path, bytes]:
    return {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*.po")}


def test_a_catalogue_that_is_up_to_date_stays_as_it_is(copied: Path) -> None:
    update([])
    assert _contents(copied) == _contents(LOCALE)


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["fr"], 2)])
def test_help_and_unknown_arguments_write_no_catalogue(copied: Path, arguments: list[str], code: int) -> None:
    file = copied / "fr" / "LC_MESSAGES" / "fairhand.po"
    file.write_bytes(file.read_bytes() + b'\nmsgid "a message that is in no code"\nmsgstr "rien"\n')
    before = _contents(copied)
    with pytest.raises(SystemExit) as ended:
        update(arguments)
    assert ended.value.code == code
    assert _contents(copied) == before


@pytest.mark.parametrize("language", OTHERS)
def test_translations_fill_the_same_places(language: str) -> None:
    for message in catalogue(language):
        wanted = set(PLACES.findall(_all(message.id)[-1]))
        for text in _all(message.string):
            assert not message.id or set(PLACES.findall(text)) == wanted, text


def test_french_marks_stay_on_the_line_of_their_word() -> None:
    """Before ? ! : ; » and %, and after «, French has a space at which no line ends."""
    loose = [text for each in catalogue("fr") if each.id for text in _all(each.string) if LOOSE.search(text)]
    assert loose == []


def test_a_message_is_said_in_the_readers_language() -> None:
    assert translation("fr").gettext("Blank") == "Vide"
    assert translation("es").gettext("Blank") == "Vacío"
    assert translation("en").gettext("Blank") == "Blank"
    assert translation("xx").gettext("Blank") == "Blank"


def test_a_form_speaks_the_readers_language_where_it_can() -> None:
    label = {"fr": "N° de commande", "en": "Order number"}

    assert said(label, "fr") == "N° de commande"
    assert said(label, "es") == "N.º de pedido"
    assert said({"en": "Moon phase", "fr": "Lune"}, "es") == "Moon phase"
    assert said({"de": "Bestellnummer"}, "es") == "Bestellnummer"
    assert said({}, "es") == ""


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.toml")), ids=lambda file: file.stem)
def test_the_shipped_forms_are_read_in_every_language_of_the_pages(file: Path) -> None:
    assert [words for words in words_of(tomllib.loads(file.read_text("utf-8"))) if words not in FORM_WORDS] == []


def words_of(told: object) -> Iterator[str]:
    """The titles, labels and help of a definition, as they are in English."""
    for value in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        yield from words_of(value)
    if isinstance(told, dict):
        yield from (told[key]["en"] for key in ("title", "label", "help") if isinstance(told.get(key), dict))


def test_one_thing_has_one_name() -> None:
    """Words that a clerk would take for something else, or that were said in two ways."""
    found = [
        (language, text)
        for language, words in OTHER_WORDS.items()
        for each in catalogue(language)
        if each.id
        for text in _all(each.string)
        if words.search(text)
    ]
    assert found == []


def test_arabic_is_written_from_right_to_left() -> None:
    assert direction("ar") == "rtl"
    assert direction("fr") == "ltr"


def _all(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())
