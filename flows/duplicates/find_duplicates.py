"""Finding the same order again, and what the record of one says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from flows.duplicates.duplicate_policy import View, are_apart, duplicate_policy, identities, identity_parts
from flows.home import Home, now
from transcribe.codes import RecordRule
from transcribe.model import (
    DuplicatePolicy,
    Form,
    PageFingerprint,
    Record,
    RuleException,
    Scan,
)
from transcribe.store import Store

MAX_DIFFERING_SHARE = 0.24
"""Share of bits of a fingerprint in which two pictures of one sheet differ at most.

Of 324 pairs of photographs of one sheet, under other light and from other sides, all differed in 0.18 or less; of
14,632 pairs of different sheets of one form, all in 0.29 or more.
"""

SAME_ORDER_RULE = RecordRule.SAME_ORDER
"""The rule that the record of an order breaks that came before: what it is the same as stands as found."""


def find_alike(home: Home, scan: str, form: Form, prints: Sequence[PageFingerprint]) -> list[str]:
    """Keep what tells the pages of a scan from others, and find the scans that look alike; gives their ids."""
    policy = duplicate_policy(home.settings.duplicates, form)
    return home.store.put_fingerprints(scan, prints, MAX_DIFFERING_SHARE, policy, now())


def find_same(
    store: Store,
    of_home: DuplicatePolicy,
    scan: Scan,
    form: Form,
    standing: View,
    on_paper: View,
    now: datetime,
) -> list[str]:
    """Keep what identifies the order of a scan, and find the scans with the same values; gives their ids.

    By one identifying value that surely is another, decided or not, two are told apart, and two that look alike by
    several of any other fields: by what stands on the paper, never by what was corrected.
    """
    decisions, posteriors = standing
    corrected = {key for key, each in posteriors.items() if each.standing.by_operator}
    read = {key: each for key, each in on_paper[1].items() if key not in corrected}
    store.put_identity_parts(scan.id, identity_parts(form, read), now)
    values = identities(form, standing, on_paper)
    found = store.put_identities(scan.id, values, duplicate_policy(of_home, form), now)
    alike = store.look_alikes(scan.id)
    if alike:
        apart = {each for each in alike if are_apart(form, decisions, store.decisions(each))}
        store.tell_apart(scan.id, apart, now)
    return found


def with_duplicates(store: Store, record: Record) -> Record | None:
    """The record with what its scan is the same order as; None where that keeps it back."""
    pairs = [each for each in store.duplicates(record.scan) if each.newer == record.scan and each.is_marked]
    if any(each.is_held for each in pairs) and not store.has_record(record.scan):
        return None
    said = [
        RuleException(
            rule=SAME_ORDER_RULE, keys=(), expected="another order", found=f"{_state(each.settled)} {each.older}"
        )
        for each in sorted(pairs, key=lambda pair: pair.older)
    ]
    return replace(record, exceptions=(*record.exceptions, *said))


def _state(settled: str) -> str:
    return {"open": "may be the same as", "joined": "part of"}.get(settled, "the same as")
