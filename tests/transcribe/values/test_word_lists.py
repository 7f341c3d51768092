"""Word lists: the words of a subject from one file a language, and what is said of a broken file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from transcribe import fields
from transcribe.errors import SettingsError
from transcribe.extraction.page_text.label_roles import ROLES, labels_by_role
from transcribe.extraction.page_text.vocabulary import WORDS_FOLDER as EXTRACTION_WORDS
from transcribe.form_drafting.label_types import PAYMENT_SUBJECTS
from transcribe.form_drafting.label_types import WORDS_FOLDER as DRAFTING_WORDS
from transcribe.values import any_word, word_lists

EXTRACTION = EXTRACTION_WORDS.parent


def folder(tmp_path: Path, **files: str) -> Path:
    """A folder with these files, by language."""
    for language, text in files.items():
        (tmp_path / f"{language}.toml").write_text(text, "utf-8")
    return tmp_path


def test_english_comes_first_and_each_word_stands_once(tmp_path: Path) -> None:
    words = folder(
        tmp_path, de="sum = ['summe', 'total']", en="sum = ['total']\n[labels]\ntax = ['VAT']", fr="sum = []"
    )
    assert word_lists(words) == {"sum": ("total", "summe"), "labels.tax": ("VAT",)}
    assert any_word(words, "sum") == "(?:total|summe)"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("sum = ['total'", "no TOML"),
        ("sum = 'total'", "sum must be a list of texts"),
        ("sum = [3]", "sum must be a list of texts"),
        ("sum = ['']", "sum must be a list of texts"),
        ("[labels.sum]\ntax = ['VAT']", "labels.sum must be a list of texts"),
    ],
)
def test_a_broken_file_is_named_with_its_subject(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(SettingsError, match=re.escape("en.toml")) as error:
        word_lists(folder(tmp_path, en=text))
    assert fault in str(error.value)


def test_a_subject_without_words_and_a_broken_word_are_named(tmp_path: Path) -> None:
    words = folder(tmp_path, en="sum = ['tota(l']")
    with pytest.raises(SettingsError, match="no file has words of 'tax'"):
        any_word(words, "tax")
    with pytest.raises(SettingsError, match=re.escape("sum: 'tota(l' is no regular expression")):
        any_word(words, "sum")


def test_extraction_uses_every_list_and_has_every_list_that_it_uses() -> None:
    code = "".join(path.read_text("utf-8") for path in EXTRACTION.rglob("*.py"))
    asked = set(re.findall(r"\b(?:any_of|texts_of)\(['\"]([\w.]+)['\"]\)", code))
    lists = {subject for subject in word_lists(EXTRACTION_WORDS) if not subject.startswith("labels.")}
    assert asked == lists
    for subject in asked:
        any_word(EXTRACTION_WORDS, subject)


def test_every_list_of_labels_is_a_role_and_every_role_has_labels() -> None:
    names = {f"#{subject.removeprefix('labels.')}" for subject in word_lists(EXTRACTION_WORDS) if "labels." in subject}
    assert names == set(ROLES)
    assert all(labels_by_role().values())


def test_form_drafting_uses_every_list_and_has_every_list_that_it_uses() -> None:
    labels = {label for name in fields.names() for label in fields.facts_of(name).labels}
    of_types = {label.removeprefix("#") for label in labels if label.startswith("#")}
    assert set(word_lists(DRAFTING_WORDS)) == of_types | set(PAYMENT_SUBJECTS)
    for subject in word_lists(DRAFTING_WORDS):
        any_word(DRAFTING_WORDS, subject)
