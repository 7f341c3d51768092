"""`learn` on stores of forms, receipts and invoices: what it reopens, and what comes of it on documents that follow.

A store is worked on under what ships. Then it is learnt from with no truth at all, with 100 gold fields, with 1,000
audits by an expert (who slips too), and with gold beside appeals for a wrong text, one field in twenty: unheard, or
wrongly upheld by the expert who heard them. What comes into force, if anything, is tried on new documents of the same
layouts, paired with what shipped: people's readings, and wrong values among the decided.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from reconcile.learning.proposal import Proposal, propose
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.reconciling.stores import Worked, store, work_on, worked
from transcribe.model import FieldKey, Parameters

GOLD, AUDITS = 100, 1000
POISONED_SHARE = 0.05
REOPENED_SHARE = 0.05
"""What the settings allow to be reopened where nobody sets another share."""

CHANCE = 0.05
"""How often chance may make it look as much worse."""

NO_TRUTH, GOLD_ALONE, AUDITS_ALONE = "no truth", "100 gold", "1,000 audits"
POISONED = "100 gold, 5 % wrong appeals upheld"
"""Appeals that nobody heard are no truth at all: of them there is nothing to learn (`tests/flows/steps`)."""

SHIPPED = shipped_parameters()
Truths = Callable[[Sequence[Worked], random.Random], list[ScanFacts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of learning from one store, and of what follows under it and under what shipped, by document."""

    proposal: Proposal
    readings_before: list[int]
    readings_after: list[int]
    newly_wrong: int
    mended: int


def tried(kind: str, seed: int, size: int) -> dict[str, Tried]:
    """What comes of learning from so many documents of a kind with each kind of truth, on as many that follow."""
    documents = store(kind, seed, 2 * size)
    past, later = documents[:size], documents[size:]
    done = [worked(each, SHIPPED, experts=False) for each in past]
    old = [worked(each, SHIPPED) for each in later]
    return {name: _tried(truths(done, random.Random(f"{kind} {seed}")), old) for name, truths in TRUTHS.items()}


def _tried(facts: Sequence[ScanFacts], old: Sequence[Worked]) -> Tried:
    proposal = propose(facts, SHIPPED, POLICY, REOPENED_SHARE)
    after = Parameters(version=1, content=proposal.content)
    new = [worked(each.document, after) for each in old] if proposal.is_accepted else old
    pairs = [(one.wrong(), other.wrong()) for one, other in zip(old, new, strict=True)]
    return Tried(
        proposal=proposal,
        readings_before=[each.effort for each in old],
        readings_after=[each.effort for each in new],
        newly_wrong=sum(len(other - one) for one, other in pairs),
        mended=sum(len(one - other) for one, other in pairs),
    )


def _facts(each: Worked, truths: dict[FieldKey, str]) -> ScanFacts:
    return ScanFacts(
        form=each.document.form,
        readings=tuple(each.readings),
        truths=truths,
        decisions=tuple(each.decisions.values()),
    )


def _no_truth(past: Sequence[Worked], chance: random.Random) -> list[ScanFacts]:
    return [_facts(each, {}) for each in past]


def _gold(past: Sequence[Worked], chance: random.Random) -> list[ScanFacts]:
    every = [(number, key) for number, each in enumerate(past) for key in each.document.written]
    chosen = set(chance.sample(every, GOLD))
    return [
        _facts(each, {key: text for key, text in each.document.written.items() if (number, key) in chosen})
        for number, each in enumerate(past)
    ]


def _audits(past: Sequence[Worked], chance: random.Random) -> list[ScanFacts]:
    """An expert reads decided fields anew; what they alone read so another one reads, and what they decide is true."""
    every = [(number, key) for number, each in enumerate(past) for key in each.decisions]
    chosen = set(chance.sample(every, min(AUDITS, len(every))))
    found = []
    for number, each in enumerate(past):
        before, again = each.decisions, replace(each, readings=list(each.readings))
        audited = frozenset(key for key in before if (number, key) in chosen)
        for key in sorted(audited):
            again.take(each.document.experts[key][0])
        work_on(again, SHIPPED)
        experts = [
            key
            for key, count in again.experts.items()
            if count and key in again.decisions and again.decisions[key].null is None
        ]
        facts = _facts(again, {key: again.decisions[key].text for key in experts})
        found.append(
            replace(
                facts,
                decisions=tuple((again.decisions | {key: before[key] for key in audited}).values()),
                audited=audited & set(experts),
                adjudicated=frozenset(experts) - audited,
            )
        )
    return found


def _poisoned(past: Sequence[Worked], chance: random.Random) -> list[ScanFacts]:
    """Gold, and one field in twenty with a wrong text that an expert upheld."""
    known = _gold(past, chance)
    every = [(number, key) for number, each in enumerate(past) for key in each.decisions]
    chosen = set(chance.sample(every, int(POISONED_SHARE * len(every))))
    found = []
    for number, (each, facts) in enumerate(zip(past, known, strict=True)):
        wrong = {
            key: _another(past, number, key)
            for key in each.decisions
            if (number, key) in chosen and key not in facts.truths
        }
        found.append(replace(facts, truths={**facts.truths, **wrong}, appealed=frozenset(wrong)))
    return found


def _another(past: Sequence[Worked], number: int, key: FieldKey) -> str:
    """What stands in the same field of another document."""
    return next(
        each.document.written[key]
        for each in [*past[number + 1 :], *past[:number]]
        if key in each.document.written and each.document.written[key] != past[number].document.written[key]
    )


TRUTHS: dict[str, Truths] = {
    NO_TRUTH: _no_truth,
    GOLD_ALONE: _gold,
    AUDITS_ALONE: _audits,
    POISONED: _poisoned,
}
