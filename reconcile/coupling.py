"""The form's arithmetic as evidence: sums and comparisons couple the fields of one scan.

Belief propagation over the rules bound to the scan: a rule tells each of its fields how well each value fits the other
fields' values, as probable as they are without this rule. A rule may be broken on the paper itself, so it never
decides alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import product
from math import exp, prod, sqrt

from reconcile.agree import null_of
from reconcile.known import Known
from reconcile.posterior import Ruled, Weighed, weigh_field
from reconcile.prior import FLAT
from reconcile.rules import RuleInstance, operand, solve
from reconcile.sheet import Sheet
from transcribe.model import FieldKey

BROKEN = 0.05
"""The share of papers that break a sum themselves: a discount that is not printed, a writer's slip."""

LATE = 0.02
"""The same for comparisons, such as a delivery before the order."""

SWEEPS = 2
"""Rounds of messages: values travel from a price to its amount and on to the total."""

VALUES = 4
"""So many of a field's values are tried in a rule; the rest of its probability counts as unknown."""

LEAST = 1e-9
"""Values less probable than this are not tried."""

SETTLED = 0.999
"""Rules between fields that are all as sure as this have said what they can in one sweep."""

COMBINATIONS = 64
"""Above so many combinations only those are tried that differ from the most probable one in one field."""

Shares = dict[str, float]
Number = Decimal | date


@dataclass(frozen=True, slots=True)
class _Option:
    """One value of a field in a rule, and who read it."""

    says: str
    number: Number
    readers: frozenset[str]


def couple(made: Sheet, weighed: dict[FieldKey, Weighed], known: Known) -> dict[FieldKey, Weighed]:
    """The fields of one scan, each with what the form's rules say of it."""
    instances = made.instances(tuple(weighed))
    if not instances:
        return weighed
    weighed = _with_arithmetic(made, instances, weighed, known)
    own = {key: each.shares for key, each in weighed.items()}
    messages: dict[tuple[int, FieldKey], Ruled] = {}
    options = {key: _options(made, key, each) for key, each in weighed.items()}
    open_to_doubt = {key for key, shares in own.items() if max(shares.values()) < SETTLED}
    for sweep in range(SWEEPS):
        heard = dict(messages)
        for number, instance in enumerate(instances):
            if sweep == 0 or not open_to_doubt.isdisjoint(instance.keys):
                for key, ruled in _messages(made, number, instance, weighed, own, heard, options):
                    messages[number, key] = ruled
    by_key: dict[FieldKey, list[tuple[RuleInstance, Ruled]]] = defaultdict(list)
    for (number, key), ruled in messages.items():
        by_key[key].append((instances[number], ruled))
    return {key: _ruled(key, each, by_key.get(key, []), weighed) for key, each in weighed.items()}


def _with_arithmetic(
    made: Sheet, instances: tuple[RuleInstance, ...], weighed: dict[FieldKey, Weighed], known: Known
) -> dict[FieldKey, Weighed]:
    """Where the likeliest values break an equation, the values that would mend it are weighed too."""
    likeliest = {
        key: _number(made, key, max(each.shares, key=each.shares.__getitem__)) for key, each in weighed.items()
    }
    wanted: dict[FieldKey, set[str]] = defaultdict(set)
    for instance in instances:
        values = {key: likeliest[key] for key in instance.keys}
        check = instance.check(values)
        if check is None or check.holds:
            continue
        for key in instance.keys:
            found = solve(instance, values, key)
            if found is not None and found >= 0:
                says = made.spots[key.name].normal(f"{found:f}")
                if says not in weighed[key].origins:
                    wanted[key].add(says)
    again = {
        key: weigh_field(made.spots[key.name], weighed[key].votes, known, arithmetic)
        for key, arithmetic in wanted.items()
    }
    return {**weighed, **again}


def _messages(
    made: Sheet,
    number: int,
    instance: RuleInstance,
    weighed: Mapping[FieldKey, Weighed],
    own: Mapping[FieldKey, Shares],
    messages: Mapping[tuple[int, FieldKey], Ruled],
    all_options: Mapping[FieldKey, list[_Option]],
) -> Iterator[tuple[FieldKey, Ruled]]:
    """What one bound rule says to each of its fields."""
    beliefs = {
        key: _belief(own[key], weighed[key].none, [m for (n, k), m in messages.items() if k == key and n != number])
        for key in instance.keys
    }
    options = {key: all_options[key] for key in instance.keys}
    if not all(options.values()):
        return
    known = {key: sum(beliefs[key][option.says] for option in options[key]) for key in instance.keys}
    factors: dict[FieldKey, Shares] = {key: defaultdict(float) for key in instance.keys}
    for chosen in _combinations(options, beliefs):
        check = instance.check({key: option.number for key, option in chosen.items()})
        if check is None:
            return
        equation = instance.comparison == "=="
        if check.holds or not equation:
            for key, option in chosen.items():
                others = prod(beliefs[other][chosen[other].says] for other in instance.keys if other != key)
                worth = _worth(made, key, chosen) if equation else 1.0 if check.holds else LATE
                factors[key][option.says] += others * worth
    broken = BROKEN if instance.comparison == "==" else 0.0
    for key in instance.keys:
        unknown = 1.0 - prod(known[other] for other in instance.keys if other != key)
        tried = {option.says for option in options[key]}
        said = {
            says: (1 - broken) * (factors[key].get(says, 0.0) + unknown) + broken if says in tried else 1.0
            for says in own[key]
        }
        yield key, Ruled(instance.rule, said, (1 - broken) * unknown + broken if broken else 1.0)


def _belief(own: Shares, none: float, messages: list[Ruled]) -> Shares:
    """A field's shares with what other rules say of it."""
    if not messages:
        return own
    shares = {says: share * prod(message.factors[says] for message in messages) for says, share in own.items()}
    total = sum(shares.values()) + none * prod(message.none for message in messages)
    return {says: share / total for says, share in shares.items()}


def _options(made: Sheet, key: FieldKey, weighed: Weighed) -> list[_Option]:
    """The likeliest values of a field that a rule can calculate with."""
    found = []
    shares = weighed.shares
    for says in sorted(shares, key=lambda says: (-shares[says], says))[:VALUES]:
        number = _number(made, key, says)
        if number is not None and shares[says] > LEAST:
            found.append(_Option(says, number, frozenset(vote.source for vote in weighed.votes if vote.says == says)))
    return found


def _combinations(
    options: Mapping[FieldKey, list[_Option]], beliefs: Mapping[FieldKey, Shares]
) -> Iterator[dict[FieldKey, _Option]]:
    """Every choice of values; where these are too many, the likeliest and those that differ from it in one field."""
    keys = list(options)
    if prod(len(options[key]) for key in keys) <= COMBINATIONS:
        for choice in product(*(options[key] for key in keys)):
            yield dict(zip(keys, choice, strict=True))
        return
    likeliest = {key: options[key][0] for key in keys}
    yield likeliest
    for key in keys:
        for option in options[key][1:]:
            yield {**likeliest, key: option}


def _worth(made: Sheet, key: FieldKey, chosen: Mapping[FieldKey, _Option]) -> float:
    """How much likelier a value is that makes an equation hold: as one among the many that would not.

    Nothing where another field has the same number (quantity 1, a single line): both may be misread alike. Half the
    bits where one engine alone read all of it: it may have read one place for another throughout.
    """
    option = chosen[key]
    others = [chosen[other] for other in chosen if other != key]
    if any(other.number == option.number for other in others) or option.number == 0:
        return 1.0
    among = exp(-FLAT.get(made.spots[key.name].field.type, 0.0))
    readers = frozenset[str]().union(option.readers, *(other.readers for other in others))
    return sqrt(among) if len(readers) == 1 else among


def _number(made: Sheet, key: FieldKey, says: str) -> Number | None:
    if null_of(says):
        return None
    spot = made.spots[key.name]
    return operand(spot.value(says), spot.field.type)


def _ruled(
    key: FieldKey,
    each: Weighed,
    said: list[tuple[RuleInstance, Ruled]],
    weighed: Mapping[FieldKey, Weighed],
) -> Weighed:
    """One field with what the rules say of it put into its shares."""
    if not said:
        return each
    ruled = [ruled for _, ruled in said]
    shares = {says: share * prod(one.factors[says] for one in ruled) for says, share in each.shares.items()}
    none = each.none * prod(one.none for one in ruled)
    total = sum(shares.values()) + none
    others = sorted({other for instance, _ in said for other in instance.keys} - {key})
    return replace(
        each,
        shares={says: share / total for says, share in shares.items()},
        none=none / total,
        ruled=tuple(ruled),
        neighbours=tuple(vote.id for other in others for vote in weighed[other].votes),
    )
