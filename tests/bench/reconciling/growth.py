"""A made-up store over months: scans come, people read, and now and then the store learns, as `fairhand learn` does at
night. Then the form is printed anew, and later other people read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts, rates
from reconcile.parameters.parameters import LearntParameters
from reconcile.policy import POLICY, Policy
from tests.bench.generator import World
from tests.bench.generator.orders import Item
from tests.bench.generator.paper import forms
from tests.bench.reconciling.online import Open, Outcome, opened, outcomes_of, truths, work
from transcribe.model import Parameters

REMEMBERED = 1000
"""The last so many scans are learnt from: what was long ago says little of a form that was printed anew."""

NOTHING = Parameters(version=0, content={})
"""A store to whose engines and forms nothing that ships applies: machines have no right to decide alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What came between two nights: up to which scan, the fields, and how many audits found a decision wrong."""

    phase: str
    scans: int
    outcomes: Sequence[Outcome]
    audited: int
    audited_wrong: int

    @property
    def effort(self) -> float:
        """People's readings a field, experts' and audits among them."""
        return sum(each.people for each in self.outcomes) / len(self.outcomes)

    @property
    def wrong(self) -> float:
        """The share of decided values that are wrong, as only the generator knows."""
        return sum(not each.right for each in self.outcomes) / len(self.outcomes)


def grow(
    phases: Iterable[tuple[str, World]], start: Parameters, nights: Callable[[int], int], policy: Policy = POLICY
) -> Iterator[Day]:
    """Day after day through the phases, from what is known at the start; `nights` gives, for the scans of a phase so
    far, after how many of it the store learns next."""
    parameters, seen, scans = start, list[ScanFacts](), 0
    for name, world in phases:
        blanks = forms(world.master)
        by_form: dict[int, list[Item]] = defaultdict(list)
        for item in world.items:
            by_form[item.form].append(item)
        numbers, done = sorted(by_form), 0
        while done < len(numbers):
            batch = [opened(world, by_form[number], blanks) for number in numbers[done : nights(done)]]
            for each in batch:
                work(world, each, parameters, policy, experts_audit=True)
            facts = [facts_of(each) for each in batch]
            done, scans = done + len(batch), scans + len(batch)
            yield _day(name, scans, batch, facts, parameters)
            seen = [*seen, *facts][-REMEMBERED:]
            parameters = Parameters(version=parameters.version + 1, content=learn(seen, parameters, POLICY).content)


def facts_of(each: Open) -> ScanFacts:
    """What the store knows of a form that is done, as `flows.steps.learn_parameters` gathers it."""
    known = truths(each)
    return ScanFacts(
        form=each.form,
        readings=each.readings,
        truths=known,
        decisions=tuple((each.decisions | each.before).values()),
        audited=frozenset(each.audited),
        adjudicated=frozenset(known.keys() - each.audited),
        proving=frozenset(each.proving),
    )


def _day(phase: str, scans: int, batch: Sequence[Open], facts: Sequence[ScanFacts], parameters: Parameters) -> Day:
    measured = rates(facts, {}, LearntParameters.read(version=parameters.version, content=parameters.content))
    decided = [each for each in measured if each.of == "form"]
    return Day(
        phase=phase,
        scans=scans,
        outcomes=[outcome for each in batch for outcome in outcomes_of(each)],
        audited=sum(each.count for each in decided),
        audited_wrong=sum(each.wrong for each in decided),
    )
