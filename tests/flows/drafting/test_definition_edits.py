"""Edits of a definition: what is not asked about stays letter by letter, entries are told apart by their number."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.drafting.definition_edits import Entry, SentDefinition, edited
from transcribe.errors import FormError
from transcribe.forms.definition import definition

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
