"""Who weighs a scan: one process at a time, and what another one has claimed since is not kept by the first."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from flows.home.home import Home, now, policy
from flows.steps.reconcile_scans import Claim, ReconciledScans, reconcile_home, reconcile_waiting
from tests.flows.steps.test_reconcile_scans import no_reading, received
from transcribe.errors import FormError
from transcribe.model import Form
from transcribe.store import CLAIM_SECONDS

LATER = timedelta(seconds=CLAIM_SECONDS + 1)


def weighed_beside(rooms: Home, *, breaks: bool = False) -> tuple[ReconciledScans, list[str]]:
    """One process stands still in the middle of a scan while another weighs that; then the first one goes on."""
    decisions: list[str] = []

    def forms(name: str, version: int) -> Form:
        if not decisions:
            other = reconcile_waiting(
                rooms.store, rooms.forms, policy(rooms.settings), lambda: now() + LATER, no_reading
            )
            assert other.scans == 1, "the claim of the first one had run out"
            decisions.extend(kept(rooms))
            if breaks:
                raise FormError("The definition is gone.")
        return rooms.forms(name, version)

    done = reconcile_waiting(rooms.store, forms, policy(rooms.settings), now, no_reading)
    return done, decisions


def kept(rooms: Home) -> list[str]:
    (scan,) = (state.scan.id for state in rooms.store.scan_states())
    keys = {each.key for each in rooms.store.readings(scan)}
    return sorted(repr(rooms.store.field_history(scan, key)) for key in keys)


def test_what_another_process_has_claimed_and_weighed_since_is_not_kept_twice(rooms: Home) -> None:
    received(rooms)
    before = len(rooms.store.audit())
    done, decisions = weighed_beside(rooms)
    assert done.scans == 0
    assert done.failed == ()
    assert kept(rooms) == decisions
    assert len(rooms.store.audit()) == before
    assert reconcile_home(rooms).scans == 0


def test_a_scan_that_another_process_has_weighed_since_is_not_set_apart(rooms: Home) -> None:
    received(rooms)
    done, decisions = weighed_beside(rooms, breaks=True)
    assert [message for _, message in done.failed] == ["The definition is gone."]
    assert rooms.store.quarantined() == []
    assert kept(rooms) == decisions


def test_a_claim_is_renewed_while_its_scans_are_weighed(rooms: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        received(rooms)
    waiting = rooms.store.claim_waiting(9, now())
    at: list[datetime] = [now()]
    clock = [0.0]
    monkeypatch.setattr("flows.steps.reconcile_scans.time.monotonic", lambda: clock[0])
    claim = Claim(rooms.store, waiting[0].claim, lambda: at[0], renewed=0.0)
    for each in waiting:
        at[0] += timedelta(seconds=CLAIM_SECONDS / 2)
        clock[0] += CLAIM_SECONDS / 2
        assert claim.still_holds(each)
        assert rooms.store.claim_waiting(9, at[0]) == [], "half of its time is left at least"
    at[0] += LATER
    assert rooms.store.claim_waiting(9, at[0])
    assert not claim.still_holds(waiting[0])
