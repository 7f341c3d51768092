"""Lists in which nothing stands say so, in a sentence; in JSON they are empty."""

from __future__ import annotations

import pytest

from flows.home.home import Home, now
from tests.flows.house import House

LISTS = (
    (("appeals",), "Nobody has appealed yet."),
    (("appeals", "list", "--open"), "No appeal is open."),
    (("appeals", "outcomes"), "No appeal was heard yet."),
    (("questions",), "Nobody has asked about a field yet."),
    (("questions", "list", "--open"), "No question is open."),
    (("questions", "examples"), "No picture is in the guide of a field yet."),
    (("disputes",), "Nobody has contested measured time yet."),
    (("disputes", "list", "--open"), "No dispute is open."),
    (("people", "list"), "Nobody is there yet: fairhand people add NAME"),
    (("tokens", "list"), "No program has a token yet: fairhand tokens add NAME --scope SCOPE"),
    (("webhooks", "list"), "No program is told of orders yet: fairhand webhooks add NAME URL"),
    (("announce", "list"), "No work is announced."),
    (("log", "list"), "Nothing was done yet."),
    (("log", "list", "--after", "7"), "There is no line after 7."),
    (("gold", "list"), "No value is held to be known."),
    (("batch", "list"), "Nothing came in a batch yet: fairhand ingest --batch NAME --form FORM PATH..."),
)


@pytest.mark.parametrize(("words", "said"), LISTS, ids=[" ".join(words) for words, _ in LISTS])
def test_a_list_in_which_nothing_stands_says_so(house: House, rooms: Home, words: tuple[str, ...], said: str) -> None:
    told = house.run(*words)
    assert (told.code, told.out, told.err) == (0, f"{said}\n", "")
    as_json = house.run(*words, *([] if len(words) > 1 else ["list"]), "--json")
    assert (as_json.code, as_json.out) == (0, "")


def test_deliveries_and_sessions_that_there_are_not_are_said_to_be_none(house: House, rooms: Home) -> None:
    assert house.run("webhooks", "add", "erp", "https://erp.example/orders").code == 0
    assert house.run("webhooks", "deliveries", "erp").out == "There is no such delivery.\n"
    assert house.run("people", "add", "Mina").code == 0
    rooms.store.revoke_links(rooms.store.transcribers()[0].id, now())
    assert house.run("people", "sessions", "Mina").out == "They are signed in nowhere, and no link is unused.\n"
