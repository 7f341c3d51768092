"""Lists of known values: CSV as spreadsheets write it, typed values, one list a field, and refusals that help."""

from __future__ import annotations

import pytest

from flows.drafting.draft_files import Draft
from flows.drafting.known_values import add_list, read_table
from transcribe.errors import FormError


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_of_a_spreadsheet_becomes_known_values(draft: Draft, separator: str) -> None:
    lines = ["number|name", "C1|Quist, Nora", "C2|Poole & Söhne"]
    content = "\r\n".join(line.replace(",", "" if separator == "," else ",").replace("|", separator) for line in lines)
    add_list(draft, "hirer", *read_table(b"\xef\xbb\xbf" + content.encode()), "name", "number")
    (master,) = draft.form().masters
    assert dict(master.values) in (
        {"Quist Nora": "C1", "Poole & Söhne": "C2"},
        {"Quist, Nora": "C1", "Poole & Söhne": "C2"},
    )


def test_a_list_takes_the_place_of_the_one_before_and_leaves_those_of_other_fields(draft: Draft) -> None:
    for field, value in (("hirer", "one"), ("slip_number", "two"), ("hirer", "three"), ("lines.bike", "City bike")):
        add_list(draft, field, ["value"], [{"value": value}], "value", "")
    assert {each.field: each.values for each in draft.form().masters} == {
        "slip_number": (("two", "two"),),
        "hirer": (("three", "three"),),
        "lines.bike": (("City bike", "City bike"),),
    }


def test_a_single_column_needs_no_name(draft: Draft) -> None:
    add_list(draft, "hirer", *read_table(b"customer\nNora Quist\n"), "", "")
    assert draft.form().masters[0].values == (("Nora Quist", "Nora Quist"),)


def test_a_wrong_list_says_what_is_wrong_with_it(draft: Draft) -> None:
    before = draft.text
    with pytest.raises(FormError, match="UTF-8"):
        read_table("Söhne".encode("latin-1"))
    with pytest.raises(FormError, match="no rows"):
        read_table(b"only a head\n")
    with pytest.raises(FormError, match="Say which column holds the values: it has a, b"):
        add_list(draft, "hirer", *read_table(b"a,b\n1,2\n"), "", "")
    with pytest.raises(FormError, match='no column "c": it has a, b'):
        add_list(draft, "hirer", *read_table(b"a,b\n1,2\n"), "a", "c")
    assert draft.text == before
