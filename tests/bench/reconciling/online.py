"""A made-up store at work: forms come in batches, machines read, people are asked one reading at a time, and between
batches the store learns from what it has. Nothing is known at the start but what ships with fairhand."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from reconcile import first_fit
from reconcile.audit import draw
from reconcile.decide import decide
from reconcile.facts import ScanFacts
from reconcile.policy import POLICY, Policy
from reconcile.sheet import sheet
from reconcile.trust import learn
from reconcile.weigh import weigh
from tests.bench.generator import World
from tests.bench.generator.orders import Item
from tests.bench.generator.paper import KEYS, forms, reading, scan_of
from transcribe.model import Decision, FieldKey, Form, Parameters, Reading, Task

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
class _Open:
    """A form being worked on."""

    form: Form
    items: dict[FieldKey, Item]
    said: dict[FieldKey, list[Reading]]
    readings: list[Reading]
    asked: Counter[FieldKey] = field(default_factory=Counter)
    experts: Counter[FieldKey] = field(default_factory=Counter)
    audited: set[FieldKey] = field(default_factory=set)
    decisions: dict[FieldKey, Decision] = field(default_factory=dict)


def run(world: World, policy: Policy = POLICY, start: Parameters | None = None) -> list[Outcome]:
    """What became of every field of a world, in the order of the forms."""
    blanks = forms(world.master)
    by_form: dict[int, list[Item]] = defaultdict(list)
    for item in world.items:
        by_form[item.form].append(item)
    numbers = sorted(by_form)
    parameters = start or first_fit.parameters()
    done: list[_Open] = []
    for first in range(0, len(numbers), BATCH):
        batch = [_opened(world, by_form[number], blanks) for number in numbers[first : first + BATCH]]
        for each in batch:
            _work(world, each, parameters, policy)
        done += batch
        facts = [
            ScanFacts(
                form=each.form, readings=each.readings, decisions=tuple(each.decisions.values()), truths=_truths(each)
            )
            for each in done[-WINDOW:]
        ]
        learnt = learn(facts, parameters)
        parameters = Parameters(version=parameters.version + 1, content=learnt.content)
    return [outcome for each in done for outcome in _outcomes(each)]


def _opened(world: World, items: list[Item], blanks: dict[str, Form]) -> _Open:
    said = {
        KEYS[item.slot]: [reading(item, each, number) for number, each in enumerate(world.readings[item.number])]
        for item in items
    }
    machines = [each for sources in said.values() for each in sources[:2]]
    return _Open(blanks[items[0].locale], {KEYS[item.slot]: item for item in items}, said, machines)


def _work(world: World, each: _Open, parameters: Parameters, policy: Policy) -> None:
    """Weigh, decide, ask, until every field is decided and every audit that was drawn is read."""
    while True:
        answers = {
            key: decide(each.form.field(key.name), posterior, policy)
            for key, posterior in weigh(each.form, each.readings, parameters).items()
        }
        wanted = [key for key, answer in answers.items() if isinstance(answer, Task)]
        each.decisions = {key: answer for key, answer in answers.items() if isinstance(answer, Decision)}
        for key in each.decisions:
            scan = scan_of(each.items[key])
            if key not in each.audited and draw(scan, key, 1, policy.audit_share):
                each.audited.add(key)
                wanted.append(key)
        if not wanted:
            return
        for key in wanted:
            answer = answers[key]
            _ask(world, each, key, isinstance(answer, Task) and answer.kind == "adjudicate")


def _ask(world: World, each: _Open, key: FieldKey, of_expert: bool) -> None:
    number = 2 + each.asked[key]
    if of_expert or number >= len(each.said[key]):
        said = world.expert(each.items[key], each.experts[key])
        each.readings.append(reading(each.items[key], said, 20 + each.experts[key], expert=True))
        each.experts[key] += 1
    else:
        each.readings.append(each.said[key][number])
        each.asked[key] += 1


def _truths(each: _Open) -> dict[FieldKey, str]:
    """What an expert decided is known to be right."""
    return {key: each.decisions[key].text for key in each.experts if not each.decisions[key].null}


def _outcomes(each: _Open) -> list[Outcome]:
    spots = sheet(each.form).spots
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
