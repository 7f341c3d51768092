"""What a form and a home say of orders that come again: which fields identify one, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product
from math import prod
from typing import cast

from flows.home import Home, now
from reconcile.forms import prepared
from transcribe.codes import RecordRule
from transcribe.fields import facts_of
from transcribe.model import (
    Decision,
    DuplicatePolicy,
    FieldKey,
    Form,
    PageFingerprint,
    Posterior,
    Record,
    RuleException,
    Scan,
)
from transcribe.store import Store

View = tuple[Sequence[Decision], Mapping[FieldKey, Posterior]]
"""What is decided of a scan, and what was weighed for it."""

POLICY_OPTION = "duplicates"
"""The option of a form that says what becomes of an order that comes again."""

FIELDS_OPTION = "identified_by"
"""The option of a form that names the fields that identify an order, with spaces between."""

SURELY_ANOTHER = 0.9
"""How probable it must be that two readings of a value are both right, so that they tell two orders apart: as much as
for two scans to be the same order, see `transcribe/store/steering/duplicates.py`."""


MIN_OTHERS_DIFFERING_COUNT = 2
"""So many values that identify no order differ on two orders that look alike. One may be misread. Chosen by hand."""


def duplicate_policy(of_home: DuplicatePolicy, form: Form) -> DuplicatePolicy:
    """What becomes of an order of this form that comes again: as the form says, else as the home does."""
    return cast(DuplicatePolicy, form.options.get(POLICY_OPTION, of_home))


def identifying_fields(form: Form) -> tuple[str, ...]:
    """The fields whose values tell one order from all others; none where the form has no such fields.

    They are those that the form names. Where it names none they are its required codes, dates and amounts, if there is
    a code and one of the others: never a name alone, nor an EAN, which is of a product. A receipt has no number: its
    form names what tells it from others.
    """
    named = str(form.options.get(FIELDS_OPTION, "")).split()
    if named:
        return tuple(named)
    required = [field for field in form.fields if field.required and field.personal != "payment"]
    facts = {field.name: facts_of(field.type) for field in required}
    numbering = {name for name, each in facts.items() if each.is_free_code}
    confirming = {name for name, each in facts.items() if each.is_day or each.is_money}
    return tuple(name for name in facts if name in numbering | confirming) if numbering and confirming else ()


def identities(form: Form, *views: View) -> dict[tuple[str, ...], float]:
    """The values that may identify an order, each with how probable it is that all are right.

    A view is what is decided, and what was weighed for it: as it stands, and as it stands on the paper. Where they
    have two values for one field either may identify the order. Values are compared as their types compare them: names
    without case. None where one of them is not decided, blank or illegible: a doubtful reading is no match.
    """
    said: dict[str, dict[str, float]] = {name: {} for name in identifying_fields(form)}
    for decisions, posteriors in views:
        for each in decisions:
            if each.key.row is None and each.key.name in said and each.value is not None:
                value = f"{each.key.name}={_comparable(each, posteriors.get(each.key))}"
                said[each.key.name][value] = max(each.probability, said[each.key.name].get(value, 0.0))
    every = product(*(of_field.items() for of_field in said.values())) if said else ()
    return {tuple(value for value, _ in each): prod(probability for _, probability in each) for each in every}


def _comparable(decision: Decision, weighed: Posterior | None) -> str:
    said = {each.text: each.normal for each in weighed.candidates} if weighed is not None else {}
    return said.get(decision.text, str(decision.value))


def identity_parts(form: Form, posteriors: Mapping[FieldKey, Posterior]) -> dict[str, tuple[str, float]]:
    """By identifying field its likeliest value, to be compared, and how probable it is, decided or not.

    Without those that say blank or illegible. What nobody has read has none.
    """
    parts = {}
    for name in identifying_fields(form):
        weighed = posteriors.get(FieldKey(name))
        if weighed is not None and weighed.candidates and weighed.candidates[0].value is not None:
            parts[name] = (weighed.candidates[0].normal, weighed.probability)
    return parts


def are_apart(form: Form, one: Iterable[Decision], other: Iterable[Decision]) -> bool:
    """Whether several decided values of two scans of a form surely are others: text of any type, and no tick.

    What one of them leaves blank or is not decided yet tells nothing.
    """
    spots = prepared(form).fields
    there = {each.key: each for each in other if each.value is not None}
    count = 0
    for each in one:
        counterpart = there.get(each.key)
        spot = spots.get(each.key.name)
        if each.value is None or counterpart is None or spot is None or spot.facts.is_mark:
            continue
        is_sure = each.probability * counterpart.probability >= SURELY_ANOTHER
        count += is_sure and spot.normal(each.text) != spot.normal(counterpart.text)
    return count >= MIN_OTHERS_DIFFERING_COUNT


# Finding the same order again, and what the record of one says.

MAX_DIFFERING_SHARE = 0.24
"""Share of bits of a fingerprint in which two pictures of one sheet differ at most.

Of 324 pairs of photographs of one sheet, under other light and from other sides, all differed in 0.18 or less; of
14,632 pairs of sheets with other words, all in 0.29 or more. Sheets with much the same words differ in less: in 0.04 to
0.31 where only number and date are others. No share tells these apart: their values do.
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
    read_of: Callable[[str], Iterable[Decision]],
    now: datetime,
) -> list[str]:
    """Keep what identifies the order of a scan, and find the scans with the same values; gives their ids.

    By one identifying value that surely is another, decided or not, two are told apart, and two that look alike by
    several of any other fields: by what stands on the paper, whatever was corrected. `read_of` gives what is decided
    of another scan on its paper.
    """
    store.put_identity_parts(scan.id, identity_parts(form, on_paper[1]), now)
    values = identities(form, standing, on_paper)
    found = store.put_identities(scan.id, values, duplicate_policy(of_home, form), now)
    alike = store.look_alikes(scan.id)
    if alike:
        apart = {each for each in alike if are_apart(form, on_paper[0], read_of(each))}
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
