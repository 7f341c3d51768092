"""The same order again: pairs are found by picture and by values, settled, reopened, and end with their scans."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from tests.transcribe.store.world import World, after
from transcribe.errors import NotFound, SettingsError
from transcribe.model import Duplicate, PageFingerprint, Scan

MOST = 0.24


def bits(seed: int, *, differing: float = 0.0, noise: int = 0) -> bytes:
    own = numpy.random.default_rng(seed).integers(0, 2, 2048, dtype=numpy.uint8)
    other = numpy.random.default_rng(noise).random(2048) < differing
    return numpy.packbits(own ^ other).tobytes()


def shown(here: World, scan: Scan, *pages: bytes, policy: Any = "flag") -> list[str]:
    prints = [PageFingerprint(number=number, bits=each) for number, each in enumerate(pages, 1)]
    return here.store.put_fingerprints(scan.id, prints, MOST, policy, after(1))


def pairs(here: World) -> list[Duplicate]:
    return here.store.duplicates()


def two_alike(here: World, policy: Any = "flag") -> tuple[Scan, Scan]:
    one, other = here.scan("a"), here.scan("b")
    shown(here, one, bits(1))
    assert shown(here, other, bits(1, differing=0.1), policy=policy) == [one.id]
    return one, other


def test_pages_that_look_alike_are_a_pair_whose_newer_scan_waits_again_and_others_are_not(here: World) -> None:
    one, other, third = here.scan("a"), here.scan("b"), here.scan("c")
    for scan in (one, other, third):
        here.decide(scan)
    assert shown(here, other, bits(1)) == []
    assert shown(here, third, bits(2)) == []
    assert shown(here, one, bits(1, differing=0.18)) == [other.id], "the older may be read after the newer"
    (pair,) = pairs(here)
    assert (pair.older, pair.newer, pair.settled, pair.waits) == (one.id, other.id, "open", True)
    assert pair.differing is not None
    assert 0.14 < pair.differing < 0.22
    assert [each.scan.id for each in here.store.claim_waiting(9, after(2))] == [other.id]


def test_all_pages_have_to_look_alike(here: World) -> None:
    one, other, third = here.scan("a"), here.scan("b"), here.scan("c")
    shown(here, one, bits(1), bits(2))
    assert shown(here, other, bits(1), bits(3)) == []
    assert shown(here, third, bits(1), bits(2, differing=0.05)) == [one.id]


def test_a_new_picture_that_looks_otherwise_ends_the_pair(here: World) -> None:
    _, other = two_alike(here)
    shown(here, other, bits(9))
    assert pairs(here) == []


@pytest.mark.promise("A value in doubt,")
def test_the_same_values_are_a_pair_where_both_are_sure(here: World) -> None:
    one, other, third = here.scan("a"), here.scan("b"), here.scan("c")
    values = ("number=7", "total=12.50")
    assert here.store.put_identities(one.id, {values: 0.99}, "flag", after(1)) == []
    assert here.store.put_identities(other.id, {values: 0.8}, "flag", after(1)) == [], "a doubtful reading is no match"
    assert here.store.put_identities(third.id, {("else",): 0.99, values: 0.98}, "hold", after(1)) == [one.id]
    (pair,) = pairs(here)
    assert (pair.older, pair.newer, pair.policy, pair.is_held) == (one.id, third.id, "hold", True)
    assert here.store.put_identities(third.id, {}, "hold", after(2)) == [], "a value is asked again"
    assert len(pairs(here)) == 1, "that says of no two papers that they are two"
    words = [dict(each) for each in here.store.db.all("identities_of", scan_id=here.store.scan_row(one.id)["id"])]
    assert words
    assert "12.50" not in str(words), "only a keyed hash is kept"


def test_one_value_that_surely_is_another_ends_a_pair_though_the_others_are_not_decided(here: World) -> None:
    """Different orders of one form look alike: 16 of 636 pairs did. They waited until every value was decided."""
    one, other = two_alike(here)
    here.store.put_identity_parts(one.id, {"number": ("7", 0.99), "total": ("12.50", 0.4)}, after(1))
    here.store.put_identity_parts(other.id, {"number": ("8", 0.7), "total": ("12.60", 0.99)}, after(1))
    assert len(pairs(here)) == 1, "in doubt it stays"
    here.store.put_identity_parts(other.id, {"number": ("8", 0.98)}, after(1))
    assert pairs(here) == []
    here.store.put_identity_parts(other.id, {"number": ("7", 0.98)}, after(1))
    assert len(pairs(here)) == 1, "it was misread"
    words = here.store.db.all("identity_parts", scan_id=here.store.scan_row(one.id)["id"])
    assert "12.50" not in str([dict(each) for each in words]), "only keyed hashes are kept"
    here.store.forget(one.id, after(9))
    assert here.store.db.all("identity_parts", scan_id=here.store.scan_row(one.id)["id"]) == []


def test_a_pair_is_settled_with_who_and_why_and_opened_again(here: World) -> None:
    one, other = two_alike(here)
    here.ask(other, "total")
    here.store.settle_duplicate("b", "a", "duplicate", "olga", "sent twice", after(3))
    assert here.store.lease("ann", 9, after(4)) == [], "nobody is asked about a duplicate"
    here.ask(other, "total", now=after(5))
    assert here.store.lease("ann", 9, after(6)) == []
    (act,) = here.store.acts(other.id)
    assert (act.verb, act.by, act.reason) == ("duplicate settled", "olga", "sent twice")
    assert act.detail == {"older": one.id, "as": "duplicate", "before": "open"}
    assert [line.actor for line in here.store.audit() if line.action == "duplicate settled"] == ["olga"]

    here.store.settle_duplicate("a", "b", "open", "olga", "too early", after(7))
    here.ask(other, "total", now=after(8))
    assert len(here.store.lease("ann", 9, after(9))) == 1
    assert [each.settled for each in pairs(here)] == ["open"]
    with pytest.raises(SettingsError, match="one scan"):
        here.store.settle_duplicate("a", "a", "duplicate", "olga", "why", after(9))
    with pytest.raises(SettingsError, match="not as"):
        here.store.settle_duplicate("a", "b", "twins", "olga", "why", after(9))  # type: ignore[arg-type]


def test_what_is_the_same_order_and_has_no_record_is_with_no_machine_any_more(here: World) -> None:
    one, other = two_alike(here)
    here.decide(one)
    here.store.settle_duplicate(one.id, other.id, "duplicate", "olga", "sent twice", after(2))
    assert here.store.scan_state(other.id).word == "set aside"
    while here.store.sum_up(after(3)):
        pass
    words = {each.what for each in here.store.scan_counts() if each.what.startswith("state ") and each.count}
    assert "state set aside" in words
    here.store.settle_duplicate(one.id, other.id, "open", "olga", "a slip", after(4))
    assert here.store.scan_state(other.id).word == "not weighed"


def test_what_is_settled_as_different_is_never_asked_again(here: World) -> None:
    one, other = two_alike(here)
    here.store.settle_duplicate(one.id, other.id, "different", "olga", "two orders", after(3))
    shown(here, other, bits(1, differing=0.05))
    here.store.put_identities(one.id, {("number=7",): 0.99}, "flag", after(4))
    here.store.put_identities(other.id, {("number=7",): 0.99}, "flag", after(4))
    assert [(each.settled, each.waits, each.is_marked) for each in pairs(here)] == [("different", False, False)]


def test_two_scans_that_nothing_has_found_may_be_settled_too(here: World) -> None:
    one, other = here.scan("a"), here.scan("b")
    here.store.settle_duplicate(other.id, one.id, "duplicate", "olga", "the customer says so", after(1))
    assert [(each.older, each.newer, each.settled) for each in pairs(here)] == [(one.id, other.id, "duplicate")]
    here.store.settle_duplicate(other.id, one.id, "open", "olga", "no", after(2))
    assert pairs(here) == []


def test_forgotten_scans_and_those_aside_are_no_partners(here: World) -> None:
    one, other = two_alike(here)
    here.store.put_scan_aside(one.id, "olga", "a test", after(2))
    assert pairs(here) == []
    assert shown(here, here.scan("c"), bits(1)) == [other.id]
    here.store.bring_scan_back(one.id, "olga", "no test", after(3))
    assert {(each.older, each.newer) for each in pairs(here)} >= {(one.id, other.id)}
    here.decide(other)
    here.store.forget(one.id, after(4))
    assert all(one.id not in (each.older, each.newer) for each in pairs(here))
    assert other.id in {each.scan.id for each in here.store.claim_waiting(9, after(5))}, "its record says it no more"
    assert here.store.db.all("identities_of", scan_id=1) == []
    assert shown(here, here.scan("d"), bits(1, differing=0.02))[0] != one.id
    with pytest.raises(NotFound):
        here.store.settle_duplicate(one.id, other.id, "different", "olga", "why", after(6))


def test_a_duplicate_is_no_partner_of_what_comes_later(here: World) -> None:
    one, other = two_alike(here)
    here.store.settle_duplicate(one.id, other.id, "duplicate", "olga", "sent twice", after(3))
    assert shown(here, here.scan("c"), bits(1, differing=0.05)) == [one.id]


@pytest.mark.parametrize(
    ("policy", "waits", "is_marked", "is_held"),
    [
        ("link", False, False, False),
        ("flag", True, True, False),
        ("hold", True, True, True),
        ("retake", True, True, True),
    ],
)
def test_a_policy_says_what_becomes_of_it(
    here: World, policy: str, waits: bool, is_marked: bool, is_held: bool
) -> None:
    two_alike(here, policy)
    (pair,) = pairs(here)
    assert (pair.waits, pair.is_marked, pair.is_held) == (waits, is_marked, is_held)
