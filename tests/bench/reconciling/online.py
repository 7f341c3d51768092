"""A made-up store at work: forms come in batches, machines read, people are asked one reading at a time, and between
batches the store learns from what it has. Nothing is known at the start but what ships with fairhand."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from reconcile.decision.audit_sampling import draw_audit, may_need_second_look
from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import shipped
from reconcile.policy import POLICY, Policy
from tests.bench.generator import World
from tests.bench.generator.orders import Item
from tests.bench.generator.paper import KEYS, forms, reading, scan_of
from transcribe.codes import Reason
from transcribe.model import Decision, FieldKey, Form, Parameters, Posterior, Reading, Task

BATCH = 20
"""Forms that come in at once."""

WINDOW = 120
"""The last so many forms are learnt from."""


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


def run(world: World, policy: Policy = POLICY, start: Parameters | None = None) -> list[Outcome]:
    """What became of every field of a world, in the order of the forms."""
    blanks = forms(world.master)
    by_form: dict[int, list[Item]] = defaultdict(list)
    for item in world.items:
        by_form[item.form].append(item)
    numbers = sorted(by_form)
    parameters = start or shipped.shipped_parameters()
    done: list[Open] = []
    for first in range(0, len(numbers), BATCH):
        batch = [opened(world, by_form[number], blanks) for number in numbers[first : first + BATCH]]
        for each in batch:
            work(world, each, parameters, policy)
        done += batch
        facts = [
            ScanFacts(
                form=each.form, readings=each.readings, decisions=tuple(each.decisions.values()), truths=truths(each)
            )
            for each in done[-WINDOW:]
        ]
        learnt = learn(facts, parameters, POLICY)
        parameters = Parameters(version=parameters.version + 1, content=learnt.content)
    return [outcome for each in done for outcome in outcomes_of(each)]


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
        posteriors, answers = answered(each, parameters, policy)
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


def answered(
    each: Open, parameters: Parameters, policy: Policy
) -> tuple[dict[FieldKey, Posterior], dict[FieldKey, Decision | Task]]:
    """Weigh a form; what is decided and asked of its fields."""
    posteriors = weigh(each.form, each.readings, parameters, POLICY)
    answers = {key: decide(each.form.field(key.name), posterior, policy) for key, posterior in posteriors.items()}
    each.decisions = {key: answer for key, answer in answers.items() if isinstance(answer, Decision)}
    return posteriors, answers


def _ask(world: World, each: Open, key: FieldKey, of_expert: bool) -> None:
    number = 2 + each.asked[key]
    if of_expert or number >= len(each.said[key]):
        ask_expert(world, each, key)
    else:
        each.readings.append(each.said[key][number])
        each.asked[key] += 1


def ask_expert(world: World, each: Open, key: FieldKey) -> None:
    """One of the experts reads a field."""
    said = world.expert(each.items[key], each.experts[key])
    each.readings.append(reading(each.items[key], said, 20 + each.experts[key], expert=True))
    each.experts[key] += 1


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
