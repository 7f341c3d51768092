"""Edits of a definition: what is not asked about stays letter by letter, entries are told apart by their number."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.parts.drafting.definition_edits import Entry, SentDefinition, edited
from flows.parts.drafting.draft_files import Draft
from tests.flows.desk.desk_site import page
from transcribe.errors import FormError
from transcribe.forms.definition import definition
from transcribe.i18n import in_words, translation

TEXT = definition("bon-de-commande")
WRITTEN = tomllib.loads(TEXT)


def numbered(key: str) -> list[Entry]:
    return [Entry(was=number) for number in range(len(WRITTEN.get(key, ())))]


def sent(**other: Any) -> SentDefinition:
    lists = {"fields": "field", "tables": "table", "rules": "rule", "masters": "master"}
    return SentDefinition(**{"values": {}, **{name: numbered(key) for name, key in lists.items()}, **other})


def test_what_nobody_changed_stays_letter_by_letter() -> None:
    assert edited(TEXT, sent()) == TEXT
    same = [Entry(was=at, values={"name": each["name"]}) for at, each in enumerate(WRITTEN["field"])]
    assert edited(TEXT, sent(values={"locale": WRITTEN["locale"]}, fields=same)) == TEXT


def test_one_changed_key_changes_one_line() -> None:
    fields = numbered("field")
    fields[1] = Entry(was=1, values={"required": True, "pattern": r"\d{4}"})
    before, after = TEXT.splitlines(), edited(TEXT, sent(fields=fields)).splitlines()
    assert len(after) - len(before) <= 2
    assert set(before) - set(after) <= {line for line in before if line.startswith(("pattern", "required"))}
    said = tomllib.loads("\n".join(after))["field"][1]
    assert (said["required"], said["pattern"]) == (True, r"\d{4}")


def test_comments_and_keys_that_are_not_asked_about_stay_with_their_field() -> None:
    text = '# head\nname = "x"\n[[field]]\nname = "a"  # first\nhelp = "why"\n[[field]]\nname = "b"\n'
    turned = edited(
        text, SentDefinition(values={}, fields=[Entry(was=1), Entry(was=0)], tables=[], rules=[], masters=[])
    )
    assert "# head" in turned
    assert [each["name"] for each in tomllib.loads(turned)["field"]] == ["b", "a"]
    assert tomllib.loads(turned)["field"][1]["help"] == "why"
    assert 'name = "a"  # first' in turned


def test_new_entries_and_columns_are_added_and_others_left_out() -> None:
    column = Entry(values={"name": "gift", "type": "checkbox", "span": [10, 20]})
    table = Entry(was=0, columns=[Entry(was=1), column])
    new = Entry(values={"name": "new", "type": "text", "label": {"en": "New", "fr": "Neuf"}, "box": [1, 2, 3, 4]})
    said = tomllib.loads(edited(TEXT, sent(fields=[new], tables=[table], rules=[], masters=[])))
    assert said["field"] == [{"name": "new", "type": "text", "label": {"en": "New", "fr": "Neuf"}, "box": [1, 2, 3, 4]}]
    assert [each["name"] for each in said["table"][0]["column"]] == [WRITTEN["table"][0]["column"][1]["name"], "gift"]
    assert "rule" not in said
    assert "master" not in said


def test_empty_values_take_keys_out() -> None:
    fields = [
        Entry(was=at, values={"required": False, "pattern": "", "label": {}}) for at in range(len(WRITTEN["field"]))
    ]
    said = tomllib.loads(edited(TEXT, sent(fields=fields)))
    assert not any({"required", "pattern", "label"} & each.keys() for each in said["field"])


def test_what_is_no_toml_says_so() -> None:
    with pytest.raises(FormError, match="no TOML"):
        edited("name = ", sent())


names = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=20)


@given(st.lists(st.tuples(st.none() | st.integers(0, len(WRITTEN["field"]) - 1), names, texts), max_size=8))
def test_what_was_sent_is_what_the_definition_says(entries: list[tuple[int | None, str, str]]) -> None:
    fields = [Entry(was=was, values={"name": name, "pattern": text}) for was, name, text in entries]
    said = tomllib.loads(edited(TEXT, sent(fields=fields)))
    assert [(each["name"], each.get("pattern", "")) for each in said.get("field", [])] == [
        (name, text) for _, name, text in entries
    ]
    others = {"field"}
    assert {key: said[key] for key in said if key not in others} == {
        key: WRITTEN[key] for key in WRITTEN if key not in others
    }


SLIP = """name = "slip"
version = 1
title = "Slip"
languages = ["eng"]
locale = "en_GB"
currency = "EUR"
blank = "slip.png"
[[field]]
name = "number"
type = "code"
box = [40, 80, 300, 130]
[[field]]
name = "day"
type = "date"
box = [40, 140, 300, 180]
[[field]]
name = "total"
type = "amount"
box = [40, 280, 300, 330]
[[table]]
name = "lines"
box = [40, 400, 600, 700]
rows = 4
[[table.column]]
name = "qty"
type = "integer"
span = [40, 200]
[[table.column]]
name = "price"
type = "amount"
span = [200, 600]
"""


def order(terms: Mapping[str, str]) -> str:
    """A mapping onto an electronic order, with these terms beside or instead of the right ones."""
    return '[order_x]\nlines = "lines"\n' + "".join(f"{it} = {{ {said} }}\n" for it, said in {**ORDER, **terms}.items())


WRONG = {
    'name = "number"': ['name = "Order No"', 'name = ""', 'name = "total"'],
    'type = "code"': [
        *('type = "cod"', 'type = "code"\npattern = "[A-"', 'type = "code"\npattern = "(?<=a)b"'),
        *('type = "code"\nrequierd = true', 'type = "code"\nzzz = true', 'type = "code"\npage = 3'),
        *('type = "code"\nexamples = [5]', 'type = "code"\ntarget = 1.2', 'type = "code"\npersonal = "secret"'),
        *('type = "code"\nrequired = 7', 'type = "code"\nhelp = 7'),
    ],
    "box = [40, 80, 300, 130]": ["box = [40, 80, 30, 130]", "box = [40, 80, 3000, 130]", "", "box = [1, 2]"],
    "box = [40, 280, 300, 330]": ["box = [40, 81, 300, 130]", 'box = ["a", 2, 3, 4]'],
    "rows = 4": ["", "rows = 0", "rows = -1", 'rows = "four"'],
    "span = [40, 200]": ["span = [200, 40]", "span = [0, 200]"],
    'languages = ["eng"]': ['languages = ["english"]', 'languages = "eng"', "languages = []"],
    'locale = "en_GB"': ['locale = "english"', ""],
    'currency = "EUR"': ['currency = "EURO"'],
    'blank = "slip.png"': ['blank = "gone.png"', 'blank = "../slip.png"', 'blank = "slip.png"\nretention_days = -1'],
    "version = 1": ["version = 0", 'version = "one"', "version = 1.5", "", "version = 1\nzzz = 2"],
}
"""What stands in it, and what is wrong in its place."""
RULES = (
    *("total == numbr", "total = 3", "total ==", "number > 3", "len(number) == 3", "total == total == 3", "1 == 1"),
    *("total == sum(lines.qty", "total == sum(lines.qty))"),
    *("total ** 2 > 1", "total == True", "total == round(total, 22)", "day + 1 > 2", "sum(sum(lines.qty)) == 1"),
    *("sum(total) == 1", "", "1 + " * 2000 + "total == 1", "(-" * 160 + "total" + ")" * 160 + " == 1"),
)
"""Rules that are none."""
LISTS = (
    *('field = "gone"\nsource = "l.csv"\ncolumn = "value"', 'field = "number"\nsource = "gone.csv"\ncolumn = "value"'),
    *('field = "number"\nsource = "l.csv"\ncolumn = "no"', 'field = "number"\nsource = "../x.csv"\ncolumn = "value"'),
    'field = "number"\nsource = "l.csv"',
)
"""Lists of known values that are none."""
ORDER = {
    **dict.fromkeys("number buyer_name".split(), 'field = "number"'),
    **{"date": 'field = "day"', "seller_name": 'value = "Ann"', "line_name": 'field = "lines.qty"'},
    **dict.fromkeys("line_quantity line_price line_amount".split(), 'field = "lines.price"'),
    "line_unit": 'value = "C62"',
}
"""Terms of an electronic order that are right."""
NO_TERMS = (
    *(("date", 'value = "2026-02-30"'), ("line_price", 'value = "much"'), ("line_unit", 'value = "KG"')),
    *(("line_unit", 'field = "number", codes = { "k" = "kilo" }'), ("line_gtin", 'value = "123"')),
    *(("line_tax_category", 'value = "Q"'), ("buyer_country", 'value = "UK"')),
    *(("note", 'field = "gone"'), ("buyer_id", 'field = "number", key = true'), ("note", "")),
    ("note", 'value = "x", key = true'),
)
"""Terms that are none."""
TEXTS = (
    *(SLIP.replace(right, wrong, 1) for right, several in WRONG.items() for wrong in several),
    *(f"{SLIP}[[rule]]\ncheck = '{each}'\n" for each in RULES),
    *(f"{SLIP}[[master]]\n{each}\n" for each in LISTS),
    *(f"{SLIP}{order({name: said})}" for name, said in NO_TERMS),
    SLIP + order({}).replace('"lines"', '"rows"', 1),
    SLIP.partition("[[field]]")[0],
)
"""Definitions with a mistake."""
OF_CODE = re.compile(r"RE2|regular|fairhand|\bx0\b|\[\[|docs/|TOML|grammar|'|\.toml|ISO|Tesseract|\bkey\b|UTF-8:")
"""What nobody who draws a form should have to read."""


def told(mistake: str, language: str) -> str:
    """What the pages say of a mistake."""
    return in_words(mistake, translation(language).gettext)


def mistakes(folder: Path, text: str) -> list[str]:
    """What is wrong in a definition, as a command says it."""
    (folder / "slip.toml").write_text(text, encoding="utf-8")
    (folder / "slip.png").write_bytes(page({}))
    (folder / "l.csv").write_text("value\na\n", encoding="utf-8")
    return Draft(name="slip", path=folder / "slip.toml").mistakes()


@pytest.mark.parametrize(
    "text",
    [pytest.param(each, marks=pytest.mark.needs("order-x" if "line_unit" in each else "")) for each in TEXTS],
    ids=range(len(TEXTS)),
)
def test_every_mistake_is_said_in_plain_words_in_three_languages(tmp_path: Path, text: str) -> None:
    found = mistakes(tmp_path, text)
    assert found, "the text has a mistake"
    for mistake in found:
        english, *others = (told(mistake, each) for each in ("en", "fr", "es"))
        for said in (english, *others):
            assert not OF_CODE.search(said), said
            assert said != mistake
        assert english not in others, english


def test_the_slip_itself_has_none(tmp_path: Path) -> None:
    assert mistakes(tmp_path, SLIP) == []
    assert mistakes(tmp_path, SLIP + order({})) == []


@pytest.mark.parametrize("rule", ["total == sum(lines.qty", "total == sum(lines.qty))"])
def test_a_bracket_of_a_rule_that_is_not_closed_is_said_to_be_so(tmp_path: Path, rule: str) -> None:
    (mistake,) = mistakes(tmp_path, f"{SLIP}[[rule]]\ncheck = '{rule}'\n")
    assert told(mistake, "en").startswith(f"{rule}: a bracket is opened and not closed")
