"""Poison: no text, form or file stops a scan, a home or the server. Each test failed before its defect was mended."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from flows.home.home import FormLibrary
from reconcile.forms.rules import compile_rules
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.reconcile.made import field, form, machine, reading
from transcribe.errors import FormError, NotFound
from transcribe.fields import load as type_named
from transcribe.forms import definition
from transcribe.model import FieldKey, Form, Master
from transcribe.values import with_day_as_month
from transcribe.values.patterns import breaks_pattern, shaped_by_pattern

KEY = FieldKey("number")
MATCHING_SECONDS = 2.0
"""Within this any text is matched with any pattern, on a busy machine too. Chosen by hand."""

SMALL = """
name = "small"
version = 1
title = "Small"
languages = ["eng"]
locale = "en_GB"
[[field]]
name = "a"
type = "amount"
[[field]]
name = "code"
type = "code"
"""


def masters(values: int = 3) -> Form:
    """A form with one name field that has master data."""
    made = form(field("number", "name"))
    listed = tuple((f"Customer {number}", str(number)) for number in range(values))
    return replace(made, masters=(Master(field="number", values=listed, digest="0"),))


def written(folder: Path, text: str) -> Path:
    """A definition in a file."""
    file = folder / "small.toml"
    file.write_text(text, encoding="utf-8")
    return file


# --- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["2025---0-1", "2025-1--10", "----------", "2025-01-0-", "abcd-ef-gh"])
def test_a_date_with_dashes_too_many_is_no_other_date(text: str) -> None:
    assert with_day_as_month(text) is None
    dated = form(field("number", "date"))
    readings = [machine(KEY, "tesseract", text), reading(KEY, "ana", "12/03/2025"), reading(KEY, "ben", text)]
    assert KEY in weigh(dated, readings, shipped_parameters(), POLICY)


@pytest.mark.parametrize("kind", ["text", "name", "address", "code", "date", "amount", "integer", "checkbox", "email"])
@pytest.mark.parametrize("text", ["\0", "\0illegible", "a\0b", "\ud800", "\x1b[2J", "\x7f"])
def test_a_character_that_nobody_writes_is_weighed_like_any_text(kind: str, text: str) -> None:
    readings = [reading(KEY, "ana", text), reading(KEY, "ben", "12"), machine(KEY, "tesseract", "12")]
    assert KEY in weigh(form(field("number", kind)), readings, shipped_parameters(), POLICY)


@pytest.mark.parametrize("letters", [214, 265, 4000])
def test_a_word_of_any_length_is_weighed_against_master_data(letters: int) -> None:
    readings = [reading(KEY, "ana", "x" * letters), reading(KEY, "ben", "Customer 1")]
    posterior = weigh(masters(), readings, shipped_parameters(), POLICY)[KEY]
    assert posterior.candidates[0].text == "Customer 1"


# --- patterns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pattern", ["(a+)+$", "([A-Z]+)+[0-9]", "(a|a)*b", "(.*)*x", "([a-z]?){50}[a-z]{50}"])
def test_no_pattern_takes_longer_than_its_text(pattern: str) -> None:
    text, begun = "A" * 40 + "a" * 4000 + "!", time.perf_counter()
    for each in (text, text.lower(), text.upper()):
        breaks_pattern(each, pattern)
        shaped_by_pattern(each, pattern)
        type_named("code").faults(each, field("number", "code", pattern=pattern), form())
    assert time.perf_counter() - begun < MATCHING_SECONDS


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        (r"\d{3}", "١٢٣", True),
        (r"\w+", "Élan", True),
        (r"[\w-]+", "Élan-3", True),
        (r"[^\d]+", "abc", True),
        (r"[]a]+", "]a", True),
        (r"[^]a]+", "bc", True),
        (r"\W+", "é", False),
        (r"BC-\d{4}\Z", "BC-2025", True),
        (r"\\d", r"\d", True),
        (r"\[\d\]", "[1]", True),
    ],
)
def test_letters_and_digits_of_every_script_count_in_patterns(pattern: str, text: str, fits: bool) -> None:
    assert breaks_pattern(text, pattern) is not fits


# --- forms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "check",
    [
        "9**9**9**9 == a",
        "__import__('os').system('id') == a",
        "a == 1 == 1",
        "a",
        "(lambda: a)() == 1",
        "a == 'x'",
        "nothing == 1",
        "code == 1",
        "1 == 1",
        "a == " + "+".join("a" * 20_000),
        "a == " + "+".join("a" * 400),
        "a == " + "-" * 900 + "a",
        "a == " + "(" * 450 + "a" + ")" * 450,
        "a == " + "[" * 5000,
        "a == ",
    ],
)
def test_a_rule_outside_the_grammar_is_refused_by_name_when_the_form_is_loaded(tmp_path: Path, check: str) -> None:
    with pytest.raises(FormError, match=r'rule "strange" check: .*rule .strange'):
        definition.load(written(tmp_path, f'{SMALL}[[rule]]\nname = "strange"\ncheck = "{check}"\n'))


def test_every_form_that_loads_has_rules_that_compile(tmp_path: Path) -> None:
    check = "round(a * 2, 2) == a + " + " + ".join(["a"] * 60)
    loaded = definition.load(written(tmp_path, f'{SMALL}[[rule]]\ncheck = "{check}"\n'))
    (rule,) = compile_rules(loaded)
    assert rule.names == ("a",)


@pytest.mark.parametrize("text", ["x = " + "[" * 5000, "x = " + "{a=" * 3000, "[" + "a." * 5000 + "b]\nc = 1"])
def test_a_definition_nested_without_end_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FormError):
        definition.load(written(tmp_path, text))


@pytest.mark.parametrize("source", ["../../../../etc/passwd", "/etc/passwd", "..", "", "sub/list.csv", "a\\u0000.csv"])
def test_master_data_outside_the_folder_of_a_form_are_refused(tmp_path: Path, source: str) -> None:
    master = f'[[master]]\nfield = "code"\nsource = "{source}"\ncolumn = "no"\n'
    with pytest.raises(
        FormError, match=r"master .*source: .*folder of the definition|a NUL character stands in a text"
    ):
        definition.load(written(tmp_path, SMALL + master))


def test_a_link_out_of_the_folder_of_a_form_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "form"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("no\n1\n", encoding="utf-8")
    (folder / "list.csv").symlink_to(tmp_path / "secret.csv")
    master = '[[master]]\nfield = "code"\nsource = "list.csv"\ncolumn = "no"\n'
    with pytest.raises(FormError, match=r"list\.csv is a link out of the definition's folder"):
        definition.load(written(folder, SMALL + master))


@pytest.mark.parametrize(
    "name", ["/proc/kmsg", "../small", "small.toml", "..", "", "Small", "a/b", "a\n", "/etc/passwd"]
)
def test_a_form_asked_for_by_name_is_never_a_path(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr("transcribe.forms.load", lambda *asked: opened.append(asked))
    written(tmp_path, SMALL)
    with pytest.raises(NotFound):
        FormLibrary(tmp_path)(name, 1)
    assert opened == []
