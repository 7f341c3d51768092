"""Corrections say what a value is to be, and never that two photographs are of two papers."""

from __future__ import annotations

import secrets
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.home.home import Home, now
from flows.mending.settle_duplicates import settle
from flows.steps.reconcile_scans import reconcile_home
from flows.webhooks import add_webhook
from reconcile.records import query
from tests.flows.duplicates.test_find_duplicates import OLGA, found, received, ticket
from transcribe.model import FieldKey, PageFingerprint, Scan

CORRECTED = st.tuples(
    st.sampled_from(["first", "again"]),
    st.sampled_from([("number", "B-77"), ("day", "14/05/2025"), ("total", "12.60"), ("customer", "BRAND"), ("", "")]),
)
"""Which scan is corrected, in which field and to what; without a field its last correction is withdrawn."""

NUMBERS = count(300_000)


def correct(rooms: Home, scan: Scan, name: str, text: str, made: list[str]) -> None:
    if name:
        made.append(rooms.store.correct_value(scan.id, FieldKey(name), text, "erp", "our price", now()))
    elif made:
        rooms.store.withdraw_reading(made.pop(), "olga", "a slip", now())
    reconcile_home(rooms)


@pytest.mark.promise("**What was corrected never", "A pair that was")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(CORRECTED, max_size=2), after=st.lists(CORRECTED, min_size=1, max_size=4), looks=st.booleans())
def test_no_corrections_make_a_pair_of_one_paper_disappear(
    rooms: Home, tmp_path: Path, before: list[tuple[str, tuple[str, str]]], after: list[tuple[str, tuple[str, str]]],
    looks: bool,
) -> None:  # fmt: skip
    """Corrected before the second photograph came or later, one of the two or both, and withdrawn or not."""
    rooms.use_form(str(ticket(tmp_path)))
    number = f"A-{next(NUMBERS)}"
    first, made = received(rooms, number=number), list[str]()
    for _, (name, text) in before:
        correct(rooms, first, name, text, made)
    again = received(rooms, number=number)
    if looks:
        prints = [PageFingerprint(number=1, bits=secrets.token_bytes(64))]
        for scan in (first, again):
            rooms.store.put_fingerprints(scan.id, prints, 0.1, "flag", now())
        reconcile_home(rooms)
    marked = f"may be the same as {first.id}"
    assert marked in found(rooms)[again.id]
    for which, (name, text) in after:
        correct(rooms, {"first": first, "again": again}[which], name, text, made)
        assert marked in found(rooms)[again.id]


def told(rooms: Home) -> list[tuple[str, str | None]]:
    rooms.store.fill_queue("erp", query.position(rooms.settings.records), now())
    return [(each.type, each.scan) for each in rooms.store.deliveries("erp") if each.type.startswith("duplicate")]


@pytest.mark.promise("A pair that was", "With `hold` it stays", "what `duplicate.found` told holds")
def test_a_pair_that_is_one_no_more_is_taken_back_by_an_event(rooms: Home, tmp_path: Path) -> None:
    add_webhook(rooms, "erp", "https://10.0.0.7/hook", now(), after=0, private=True)
    rooms.use_form(str(ticket(tmp_path)))
    first, again = received(rooms), received(rooms)
    pair = [("duplicate.found", again.id)]
    assert told(rooms) == pair
    rooms.store.correct_value(again.id, FieldKey("total"), "12.60", "erp", "our price", now())
    reconcile_home(rooms)
    assert told(rooms) == pair
    settle(rooms, first.id, again.id, "different", OLGA)
    settle(rooms, first.id, again.id, "open", OLGA)
    rooms.store.forget(first.id, now())
    assert told(rooms) == [*pair, ("duplicate.lifted", again.id)] * 2


@pytest.mark.promise("With `hold` it stays")
@pytest.mark.parametrize("corrected", ["first", "again"])
def test_what_is_held_stays_held_whatever_is_corrected(rooms: Home, tmp_path: Path, corrected: str) -> None:
    rooms.use_form(str(ticket(tmp_path, 'duplicates = "hold"')))
    first, again = received(rooms), received(rooms)
    scan = {"first": first, "again": again}[corrected]
    rooms.store.correct_value(scan.id, FieldKey("total"), "12.60", "erp", "our price", now())
    reconcile_home(rooms)
    assert found(rooms) == {first.id: []}


def test_a_misread_number_that_is_mended_finds_the_pair_that_it_hid(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(ticket(tmp_path)))
    first, again = received(rooms, number="A-204179"), received(rooms)
    assert found(rooms)[again.id] == []
    rooms.store.correct_value(first.id, FieldKey("number"), "A-204178", "olga", "an eight", now())
    reconcile_home(rooms)
    assert found(rooms)[again.id] == [f"may be the same as {first.id}"]
