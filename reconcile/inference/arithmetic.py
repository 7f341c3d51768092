"""The form's arithmetic as evidence: sums and comparisons couple the fields of one scan.

This is belief propagation over the rules bound to the scan. A rule sends each of its fields a message: how well each
value fits the other fields' values, as probable as these are without this rule. The paper itself may break a rule, so a
rule never decides alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice, product
from math import prod, sqrt
from typing import NamedTuple

from reconcile.forms import PreparedField, PreparedForm, RuleInstance, solve
from reconcile.inference.posterior import FieldPosterior, Ruled, weigh_field
from reconcile.inference.votes import DECIMALS_PATTERN, Vote, digits_of, is_null
from reconcile.parameters import LearntParameters
from transcribe.model import FieldKey

BROKEN_RULE_SHARE = 0.05
"""The share of papers that break a rule themselves, by a discount that is not printed or a slip. Chosen by hand."""

SWEEP_COUNT = 2
"""Rounds of messages. Two let values travel from a price to its amount and on to the total."""

MAX_TRIED_VALUE_COUNT = 4
"""So many of a field's values are tried in a rule; the rest of its probability counts as unknown. Chosen by hand."""

MIN_TRIED_PROBABILITY = 1e-9
"""Values less probable than this are not tried in a rule. Chosen by hand."""

SETTLED_PROBABILITY = 0.999
"""A rule between fields that are all as probable as this sends messages in the first round only. Chosen by hand."""

MAX_COMBINATION_COUNT = 64
"""Above so many combinations only those are tried that differ from the likeliest in one field. Chosen by hand."""

MIN_POINTLESS_DIGIT_COUNT = 3
"""From so many digits on, a number without decimals may be one whose point was not seen. Chosen by hand."""

Shares = dict[str, float]
Number = Decimal | date
MessagesByField = Mapping[FieldKey, Sequence[tuple[int, Ruled]]]
"""The messages that each field got, with the numbers of the bound rules that sent them."""


class _Option(NamedTuple):
    """One value of a field in a rule, and who read it."""

    says: str
    number: Number
    digits: object
    """The digits without trailing zeros and point, so that the tenfold number has the same; a date as it is."""
    readers: frozenset[str]
    unscaled: bool = False
    """Whether it may have lost its decimal point: others of the scan have one."""


_Fits = Sequence[tuple[Sequence[_Option], Sequence[float]]]
"""Choices of values that a rule allows, in the order of its fields, with the factor on each value."""


def apply_rules(
    made: PreparedForm, weighed: dict[FieldKey, FieldPosterior], learnt: LearntParameters
) -> dict[FieldKey, FieldPosterior]:
    """The fields of one scan, each with what the form's rules say of it."""
    instances = made.instances(tuple(weighed))
    if not instances:
        return weighed
    weighed = _with_arithmetic(made, instances, weighed, learnt)
    pointed = any(DECIMALS_PATTERN.search(text) for key, each in weighed.items() for text in _texts(made, key, each))
    keys = {key for each in instances for key in each.keys}
    options = {key: _options(made, key, weighed[key], pointed=pointed) for key in keys}
    fits = [_fits(made, instance, options) for instance in instances]
    open_to_doubt = {key for key in options if max(weighed[key].shares.values()) < SETTLED_PROBABILITY}
    messages: dict[FieldKey, dict[int, Ruled]] = defaultdict(dict)
    for sweep in range(SWEEP_COUNT):
        heard = {key: list(said.items()) for key, said in messages.items()}
        for number, (instance, allowed) in enumerate(zip(instances, fits, strict=True)):
            if allowed is not None and (sweep == 0 or not open_to_doubt.isdisjoint(instance.keys)):
                for key, ruled in _rule_messages(made, number, instance, allowed, weighed, heard, options):
                    messages[key][number] = ruled
    return {
        key: _with_messages(key, each, [(instances[number], ruled) for number, ruled in messages[key].items()], weighed)
        if key in messages
        else each
        for key, each in weighed.items()
    }


def _with_arithmetic(
    made: PreparedForm,
    instances: tuple[RuleInstance, ...],
    weighed: dict[FieldKey, FieldPosterior],
    learnt: LearntParameters,
) -> dict[FieldKey, FieldPosterior]:
    """The fields, with the values weighed too that would mend an equation which the likeliest values break."""
    keys = {key for instance in instances for key in instance.keys}
    likeliest = {key: _number(made, key, _likeliest(weighed[key].shares)) for key in keys}
    wanted: dict[FieldKey, set[str]] = defaultdict(set)
    for instance in instances:
        if instance.holds(likeliest) is not False:
            continue
        values = {key: likeliest[key] for key in instance.keys}
        for key in instance.keys:
            found = solve(instance, values, key)
            if found is not None and found >= 0:
                says = made.fields[key.name].normal(f"{found:f}")
                if says not in weighed[key].origins:
                    wanted[key].add(says)
    if not wanted:
        return weighed
    again = {
        key: weigh_field(made.fields[key.name], weighed[key].votes, learnt, arithmetic)
        for key, arithmetic in wanted.items()
    }
    return {**weighed, **again}


def _likeliest(shares: Shares) -> str:
    return next(iter(shares)) if len(shares) == 1 else max(shares, key=shares.__getitem__)


def _rule_messages(
    made: PreparedForm,
    number: int,
    instance: RuleInstance,
    fits: _Fits,
    weighed: Mapping[FieldKey, FieldPosterior],
    heard: MessagesByField,
    options: Mapping[FieldKey, list[_Option]],
) -> Iterator[tuple[FieldKey, Ruled]]:
    """The messages of one bound rule to its fields."""
    beliefs = [
        _belief(weighed[key], [said for by, said in heard[key] if by != number])
        if key in heard
        else weighed[key].shares
        for key in instance.keys
    ]
    known = []
    for key, belief in zip(instance.keys, beliefs, strict=True):
        known.append(sum([belief[option.says] for option in options[key]]))
    equation = instance.comparison == "=="
    broken = BROKEN_RULE_SHARE if equation else 0.0
    factors = _factors(fits, beliefs, equation=equation)
    for at, key in enumerate(instance.keys):
        unknown = 1.0 - prod([*known[:at], *known[at + 1 :]])
        none = (1 - broken) * unknown + broken if equation else 1.0
        said = dict.fromkeys(weighed[key].shares, 1.0)
        if len(options[key]) < len(said):  # a number that is not tried fits as badly as any other
            said.update({says: none for says in said if _number(made, key, says) is not None})
        for option in options[key]:
            said[option.says] = (1 - broken) * (factors[at].get(option.says, 0.0) + unknown) + broken
        yield key, Ruled(instance.rule, said, none)


def _fits(made: PreparedForm, instance: RuleInstance, options: Mapping[FieldKey, list[_Option]]) -> _Fits | None:
    """The choices of values that a rule allows.

    None where it cannot be calculated, or a field has no value that it can calculate with.
    """
    equation = instance.comparison == "=="
    spots = [made.fields[key.name] for key in instance.keys]
    tried = [options[key] for key in instance.keys]
    if not all(tried):
        return None
    found: list[tuple[Sequence[_Option], Sequence[float]]] = []
    for chosen in _combinations(tried):
        holds = instance.holds({key: option.number for key, option in zip(instance.keys, chosen, strict=True)})
        if holds is None:
            return None
        if not equation:
            found.append((chosen, [1.0 if holds else BROKEN_RULE_SHARE] * len(chosen)))
        elif holds:
            found.append((chosen, _equation_factors(spots, chosen)))
    return found


def _factors(fits: _Fits, beliefs: Sequence[Shares], *, equation: bool) -> list[Shares]:
    """How well each tried value of each field fits the other fields' values.

    In an equation every choice counts for the same, the harmonic mean over what the other fields have for likely: where
    a likely one may come of fields misread alike, the equation is no evidence for its rivals either.
    """
    factors: list[Shares] = [{} for _ in beliefs]
    whole, parts = [0.0] * len(beliefs), [0.0] * len(beliefs)
    for chosen, worths in fits:
        shares = [belief[option.says] for belief, option in zip(beliefs, chosen, strict=True)]
        for at, option in enumerate(chosen):
            others = prod(shares[:at]) * prod(shares[at + 1 :])
            whole[at] += others
            parts[at] += others / worths[at]
            said = others if equation else others * worths[at]
            factors[at][option.says] = factors[at].get(option.says, 0.0) + said
    if not equation:
        return factors
    worth = [share / part if part else 1.0 for share, part in zip(whole, parts, strict=True)]
    return [{says: share * by for says, share in said.items()} for said, by in zip(factors, worth, strict=True)]


def _belief(each: FieldPosterior, messages: list[Ruled]) -> Shares:
    """A field's shares, the messages of other rules counted in."""
    if not messages:
        return each.shares
    shares = {
        says: share * prod([message.factors[says] for message in messages]) for says, share in each.shares.items()
    }
    total = sum(shares.values()) + each.none * prod([message.none for message in messages])
    return {says: share / total for says, share in shares.items()}


def _texts(made: PreparedForm, key: FieldKey, weighed: FieldPosterior) -> Iterator[str]:
    """The texts that were read of a field whose type has a decimal point."""
    if made.fields[key.name].facts.has_decimals:
        yield from (vote.text for vote in weighed.votes if vote.text)


def _options(made: PreparedForm, key: FieldKey, weighed: FieldPosterior, *, pointed: bool) -> list[_Option]:
    """The likeliest values of a field that a rule can calculate with."""
    found = []
    shares = weighed.shares
    may_lack_point = pointed and made.fields[key.name].facts.has_decimals
    likeliest = sorted(shares, key=lambda says: (-shares[says], says)) if len(shares) > 1 else shares
    for says in islice(likeliest, MAX_TRIED_VALUE_COUNT):
        number = _number(made, key, says)
        if number is not None and shares[says] > MIN_TRIED_PROBABILITY:
            votes = [vote for vote in weighed.votes if vote.says == says]
            unscaled = may_lack_point and all(vote.machine for vote in votes)
            unscaled = unscaled and _may_lack_decimals(votes)
            digits = number.normalize().as_tuple().digits if isinstance(number, Decimal) else number
            found.append(_Option(says, number, digits, frozenset([vote.source for vote in votes]), unscaled))
    return found


def _may_lack_decimals(votes: Sequence[Vote]) -> bool:
    """Whether all of these votes have a number without decimals that has digits enough to have lost them."""
    texts = [vote.text for vote in votes]
    return bool(texts) and all(
        not DECIMALS_PATTERN.search(text) and len(digits_of(text)) >= MIN_POINTLESS_DIGIT_COUNT for text in texts
    )


def _combinations(options: Sequence[Sequence[_Option]]) -> Iterator[Sequence[_Option]]:
    """Every choice of values. Of too many, the likeliest and those that differ from it in one field."""
    if prod([len(each) for each in options]) <= MAX_COMBINATION_COUNT:
        yield from product(*options)
        return
    likeliest = [each[0] for each in options]
    yield likeliest
    for at, each in enumerate(options):
        for option in each[1:]:
            yield [*likeliest[:at], option, *likeliest[at + 1 :]]


def _equation_factors(spots: Sequence[PreparedField], chosen: Sequence[_Option]) -> list[float]:
    """The factor on each value that makes an equation hold: it is one among the many that would not.

    1 where another field has the same digits (quantity 1 or 10, a single line): both may be misread alike. 1 for a
    number without decimals where no other of its kind has some: price and amount lose their points alike, and the
    equation holds as before. Half the bits where one engine alone read all of it: it may have read one place for
    another throughout.
    """
    digits = [option.digits for option in chosen]
    adrift = all(option.unscaled for spot, option in zip(spots, chosen, strict=True) if spot.facts.has_decimals)
    readers = frozenset[str]().union(*[option.readers for option in chosen])
    found = []
    for spot, option in zip(spots, chosen, strict=True):
        among = spot.value_count
        if option.number == 0 or digits.count(option.digits) > 1 or (adrift and option.unscaled):
            found.append(1.0)
        else:
            found.append(sqrt(among) if len(readers) == 1 else among)
    return found


def _number(made: PreparedForm, key: FieldKey, says: str) -> Number | None:
    return None if is_null(says) else made.fields[key.name].number(says)


def _with_messages(
    key: FieldKey,
    each: FieldPosterior,
    said: list[tuple[RuleInstance, Ruled]],
    weighed: Mapping[FieldKey, FieldPosterior],
) -> FieldPosterior:
    """One field, the messages of the rules counted into its shares."""
    shares, none = dict(each.shares), each.none
    for _, ruled in said:
        none *= ruled.none
        for says in shares:
            shares[says] *= ruled.factors[says]
    total = sum(shares.values()) + none
    for says in shares:
        shares[says] /= total
    others = sorted({other for instance, _ in said for other in instance.keys if other != key})
    return each._replace(
        shares=shares,
        none=none / total,
        ruled=tuple([ruled for _, ruled in said]),
        neighbours=tuple([vote.id for other in others for vote in weighed[other].votes]),
    )
