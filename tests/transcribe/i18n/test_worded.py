"""Sentences that know what they were made of: English by themselves, and in another language with all in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from transcribe.i18n import in_words, languages, translation, worded

PACKAGES = [Path(__file__).parents[3] / name for name in ("transcribe", "reconcile", "flows")]
PLACES = re.compile(r"%\((\w+)\)")


def calls(*names: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function or method of these names, with the file and line that it stands in."""
    for file in (each for package in PACKAGES for each in package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in names:
                yield f"{file.name}:{node.lineno}", node


def sentences() -> Iterator[tuple[str, str, set[str]]]:
    """Every sentence that is made with its values: where, the message or what commands say, the names of the values."""
    for where, call in calls("worded", "refuse"):
        given = {each.arg for each in call.keywords if each.arg} - {"command"} | {"form", "rule"}
        texts = [*call.args, *(each.value for each in call.keywords if each.arg == "command")]
        if all(each.arg for each in call.keywords):
            yield from ((where, str(each.value), given) for each in texts if isinstance(each, ast.Constant))


def french(sentence: str) -> str:
    return in_words(sentence, translation("fr").gettext)


def test_a_sentence_is_english_by_itself_and_said_in_another_language_with_its_values() -> None:
    said = worded("Only %(name)s reads: machines then decide no text, people read it all.", name=worded("no engine"))
    assert said == "Only no engine reads: machines then decide no text, people read it all."
    assert french(said).startswith("Seul aucun moteur lit")


def test_a_percent_sign_in_a_value_or_a_sentence_without_values_stays() -> None:
    assert worded("%(folder)s cannot be written.", folder="/100%s") == "/100%s cannot be written."
    assert french(worded("%(folder)s cannot be written.", folder="/100%s")).startswith("/100%s ")
    assert french(worded("100 % of it")) == "100 % of it"


def test_what_does_not_know_what_it_was_made_of_stays_as_it_is() -> None:
    assert french("no such file: state.db") == "no such file: state.db"


def test_what_commands_say_in_other_words_is_on_pages_the_message_with_the_same_values() -> None:
    said = worded("Its type is %(type)s.", command="type is %(type)r, in %(file)s", type="odd", file="slip.toml")
    assert said == "type is 'odd', in slip.toml"
    assert in_words(said, str) == "Its type is odd."


@pytest.mark.parametrize("language", languages())
def test_every_sentence_is_filled_with_its_values_in_every_language(language: str) -> None:
    found = list(sentences())
    assert len(found) > 100
    for where, text, given in found:
        for each in (text, translation(language).gettext(text)):
            assert set(PLACES.findall(each)) <= given, where
            filled = each % dict.fromkeys(given, "x") if PLACES.search(each) else each
            assert "%(" not in filled, where
