"""How decided values stand to the master data: which known value each is, and which keys speak against each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from reconcile.forms.prepared_form import prepared
from transcribe.model import Decision, Form, Master


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMatch:
    """How a value stands to the master data of its field.

    "known" has the key and the value as the master data write it. "ambiguous" is several of them with keys that
    differ; "not in catalogue" is none. That it is this one is as probable as the value itself.
    """

    how: Literal["known", "ambiguous", "not in catalogue"]
    key: str | None = None
    value: str | None = None


def known_match(form: Form, decision: Decision) -> KnownMatch | None:
    """What the master data of a field say of its decided value; None where it has none, or no value."""
    field = prepared(form).fields.get(decision.key.name)
    if field is None or field.listed is None or decision.value is None:
        return None
    found = field.listed.get(field.normal(decision.text), [])
    if not found:
        return KnownMatch(how="not in catalogue")
    value, key = found[0]
    if any(other != key for _, other in found):
        return KnownMatch(how="ambiguous", value=value)
    return KnownMatch(how="known", key=key, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysApart:
    """Two values of one order, or of one of its lines, that have no key in common."""

    first: Decision
    second: Decision
    keys_of_first: tuple[str, ...]
    keys_of_second: tuple[str, ...]


def keys_apart(form: Form, decisions: Iterable[Decision]) -> Iterator[KeysApart]:
    """The values whose fields have the same keys of the same master data, and that have none in common.

    A value that is no known one says nothing, but where the field holds the keys themselves: it is then one that
    nobody has. `second` is such a field where one of the two is.
    """
    at = {(each.key.name, each.key.row): each for each in decisions if each.value is not None}
    for master, other in combinations(sorted(form.masters, key=_holds_keys), 2):
        if not master.key or (master.key, master.digest) != (other.key, other.digest):
            continue
        for (name, row), first in at.items():
            second = at.get((other.field, row))
            if name != master.field or second is None:
                continue
            ours, theirs = _keys(form, first), _keys(form, second)
            if ours and theirs and not set(ours) & set(theirs):
                yield KeysApart(first=first, second=second, keys_of_first=ours, keys_of_second=theirs)


def _holds_keys(master: Master) -> bool:
    """Whether the values of a field are keys themselves, as customer numbers are."""
    return all(value == key for value, key in master.values)


def _keys(form: Form, decision: Decision) -> tuple[str, ...]:
    """The keys that a value may be of; of a field of keys the value itself where it is no known one."""
    field = prepared(form).fields[decision.key.name]
    found = tuple(key for _, key in (field.listed or {}).get(field.normal(decision.text), ()))
    holds = any(_holds_keys(master) for master in form.masters if master.field == decision.key.name)
    return found or ((str(decision.value),) if holds else ())
