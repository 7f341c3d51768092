"""A made-up store at work: forms come in batches, machines read, people are asked one reading at a time, and between
batches the store learns from what it has. It may be printed anew, and later other people may read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from reconcile.decision.audit_sampling import draw_audit, may_need_second_look
from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts, rates
from reconcile.parameters import shipped
from reconcile.parameters.parameters import read_parameters
from reconcile.policy import POLICY, Policy
from tests.bench.generator import World
from tests.bench.generator.orders import Item
from tests.bench.generator.paper import KEYS, forms, reading, scan_of
from transcribe.codes import Reason
from transcribe.model import Decision, FieldKey, Form, Parameters, Reading, Task

BATCH = 20
"""Forms that come in at once."""

WINDOW = 120
"""The last so many forms are learnt from."""

REMEMBERED = 1000
"""The same of a store: what was long ago says little of a form that was printed anew."""

NOTHING = Parameters(version=0, content={})
"""A store to whose engines and forms nothing that ships applies: machines have no right to decide alone."""

SHIPPED = Parameters(version=0, content={**shipped.shipped_parameters().content, "shipped_engines": ["ocrA", "ocrB"]})
"""What ships, as if it were proven with the made-up engines."""


@dataclass(slots=True)
class Outcome:
    """One field at the end: the decision, whether it is right, and how many people's readings it took."""

    item: Item
    decision: Decision
    right: bool
    people: int
    experts: int
    audited: bool


@dataclass(slots=True)
class Open:
    """A form being worked on. `before` are the decisions that were audited, as they stood then."""

    form: Form
    items: dict[FieldKey, Item]
    said: dict[FieldKey, list[Reading]]
    readings: list[Reading]
    asked: Counter[FieldKey] = field(default_factory=Counter)
    experts: Counter[FieldKey] = field(default_factory=Counter)
    audited: set[FieldKey] = field(default_factory=set)
    decisions: dict[FieldKey, Decision] = field(default_factory=dict)
    before: dict[FieldKey, Decision] = field(default_factory=dict)
    proving: set[FieldKey] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What came between two nights: up to which scan, the fields, and what the store knows of the forms."""

    phase: str
    scans: int
    outcomes: Sequence[Outcome]
    facts: Sequence[ScanFacts]
    parameters: Parameters

    @property
    def effort(self) -> float:
        """People's readings a field, experts' and audits among them."""
        return sum(each.people for each in self.outcomes) / len(self.outcomes)

    @property
    def wrong(self) -> float:
        """The share of decided values that are wrong, as only the generator knows."""
        return sum(not each.right for each in self.outcomes) / len(self.outcomes)

    @property
    def audits(self) -> tuple[int, int]:
        """How many audits there were, and how many found a decision wrong."""
        measured = rates(self.facts, {}, read_parameters(self.parameters))
        decided = [each for each in measured if each.of == "form"]
        return sum(each.count for each in decided), sum(each.wrong for each in decided)


def run(world: World, policy: Policy = POLICY, start: Parameters | None = None) -> list[Outcome]:
    """What became of every field of a world, in the order of the forms, where the crowd reads audits too.

    Its made-up engines stand for those that shipped.
    """
    known = start or SHIPPED
    days = grow([("", world)], known, lambda done: done + BATCH, policy, remembered=WINDOW, is_store=False)
    return [outcome for day in days for outcome in day.outcomes]


def grow(
    phases: Iterable[tuple[str, World]],
    start: Parameters,
    nights: Callable[[int], int],
    policy: Policy = POLICY,
    *,
    remembered: int = REMEMBERED,
    is_store: bool = True,
) -> Iterator[Day]:
    """Day after day through the phases, from what is known at the start; `nights` gives, for the scans of a phase so
    far, after how many of it the store learns next. In a store experts read audits, and it knows what they were for."""
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
                work(world, each, parameters, policy, experts_audit=is_store)
            facts = [facts_of(each) if is_store else plain_facts(each) for each in batch]
            done, scans = done + len(batch), scans + len(batch)
            outcomes = [outcome for each in batch for outcome in outcomes_of(each)]
            yield Day(phase=name, scans=scans, outcomes=outcomes, facts=facts, parameters=parameters)
            seen = [*seen, *facts][-remembered:]
            parameters = Parameters(version=parameters.version + 1, content=learn(seen, parameters, POLICY).content)


def plain_facts(each: Open) -> ScanFacts:
    """What was read and decided of a form that is done, and what an expert knows of it."""
    return ScanFacts(
        form=each.form, readings=each.readings, decisions=tuple(each.decisions.values()), truths=truths(each)
    )


def facts_of(each: Open) -> ScanFacts:
    """The same as `flows.steps.learn_parameters` gathers it, with what was audited, and how it stood then."""
    plain = plain_facts(each)
    return replace(
        plain,
        decisions=tuple((each.decisions | each.before).values()),
        audited=frozenset(each.audited),
        adjudicated=frozenset(plain.truths.keys() - each.audited),
        proving=frozenset(each.proving),
    )


def opened(world: World, items: list[Item], blanks: dict[str, Form]) -> Open:
    """A form that machines have read."""
    said = {
        KEYS[item.slot]: [reading(item, each, number) for number, each in enumerate(world.readings[item.number])]
        for item in items
    }
    machines = [each for sources in said.values() for each in sources[:2]]
    return Open(blanks[items[0].locale], {KEYS[item.slot]: item for item in items}, said, machines)


def work(world: World, each: Open, parameters: Parameters, policy: Policy, *, experts_audit: bool = False) -> None:
    """Weigh, decide, ask, until every field is decided and every audit that was drawn is read: by the next of the
    crowd, or by an expert as in a store."""
    while True:
        posteriors = weigh(each.form, each.readings, parameters, POLICY)
        answers = {key: decide(each.form.field(key.name), posterior, policy) for key, posterior in posteriors.items()}
        each.decisions = {key: answer for key, answer in answers.items() if isinstance(answer, Decision)}
        wanted = [key for key, answer in answers.items() if isinstance(answer, Task)]
        for key in each.decisions:
            scan = scan_of(each.items[key])
            heard = experts_audit and posteriors[key].experts > 0
            if key not in each.audited and not heard and draw_audit(scan, key, 1, policy.audit_share):
                each.audited.add(key)
                each.before[key] = each.decisions[key]
                wanted.append(key)
            elif may_need_second_look(posteriors[key]):
                wanted.append(key)
        if not wanted:
            return
        for key in wanted:
            answer = answers[key]
            if isinstance(answer, Task) and answer.reason == Reason.NOT_PROVEN:
                each.proving.add(key)
            _ask(world, each, key, answer.kind == "adjudicate" if isinstance(answer, Task) else experts_audit)


def _ask(world: World, each: Open, key: FieldKey, of_expert: bool) -> None:
    """The next of the crowd reads a field, or one of the experts."""
    number = 2 + each.asked[key]
    if of_expert or number >= len(each.said[key]):
        said = world.expert(each.items[key], each.experts[key])
        each.readings.append(reading(each.items[key], said, 20 + each.experts[key], expert=True))
        each.experts[key] += 1
    else:
        each.readings.append(each.said[key][number])
        each.asked[key] += 1


def truths(each: Open) -> dict[FieldKey, str]:
    """What an expert decided is known to be right."""
    return {key: each.decisions[key].text for key in each.experts if not each.decisions[key].null}


def outcomes_of(each: Open) -> list[Outcome]:
    """What became of the fields of a form."""
    spots = prepared(each.form).fields
    return [
        Outcome(
            item=item,
            decision=each.decisions[key],
            right=spots[key.name].normal(each.decisions[key].text) == spots[key.name].normal(item.written)
            and each.decisions[key].null is None,
            people=each.asked[key] + each.experts[key],
            experts=each.experts[key],
            audited=key in each.audited,
        )
        for key, item in each.items.items()
    ]
