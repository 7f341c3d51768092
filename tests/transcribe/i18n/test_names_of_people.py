"""What nobody can be called: every such name is refused with a reason, and no other one."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from transcribe.i18n.names_of_people import (
    NO_ACTOR,
    NO_DIRECTION,
    NO_DOUBLE,
    NO_MIXTURE,
    NO_NAME,
    NO_SHAPE,
    name_refusal,
    plain_name,
)

REFUSED = {
    "(command line)": NO_NAME, "=1+1": NO_NAME, "@olga": NO_NAME, "-olga": NO_NAME, "ol\x1bga": NO_NAME, "": NO_NAME,
    "Ivo\texpert\tfr en": NO_NAME, " olga": NO_NAME, "ol\nga": NO_NAME, "o" * 101: NO_NAME, "ol\u200bga": NO_NAME,
    "ol\u202ega": NO_DIRECTION, "\uff4f\uff4c\uff47\uff41": NO_SHAPE, "o\ufb01": NO_SHAPE,
    "\u043elga": NO_MIXTURE, "olg\u03b1": NO_MIXTURE, "command line, root": NO_ACTOR, "Token abcd": NO_ACTOR,
    "Operator": NO_ACTOR, "serve": NO_ACTOR, "OLGA": NO_DOUBLE, "Olga": NO_DOUBLE,
}  # fmt: skip

WELCOME = ("Zo\u00eb", "Zoe\u0308", "O'Neil", "J. R. Pe\u00f1a-D\u00edaz", "\u041e\u043b\u044c\u0433\u0430",
           "\u5c71\u7530 \u30cf\u30ca\u5b50", "\ud64d\uae38\ub3d9", "\u0645\u062d\u0645\u062f", "7up",
           "team (night)", "tokenring")  # fmt: skip


@pytest.mark.parametrize(("name", "why"), REFUSED.items())
def test_a_name_that_could_be_taken_for_another_is_refused_with_the_reason(name: str, why: str) -> None:
    assert name_refusal(name, ["olga"]) == why


@pytest.mark.parametrize("name", WELCOME)
def test_names_of_people_are_names(name: str) -> None:
    assert name_refusal(name, ["olga"]) == ""


@given(st.text(max_size=30))
@examples(200)
def test_no_name_that_is_taken_is_a_cell_of_a_sheet_a_line_or_another_name(name: str) -> None:
    if not name_refusal(name, ["olga"]):
        assert name.isprintable() and name[0].isalnum()  # noqa: PT018
        assert plain_name(name) == unicodedata.normalize("NFC", name).casefold() or plain_name(name) != "olga"
        assert name_refusal(name, [name.upper()]) in ("", NO_DOUBLE)
