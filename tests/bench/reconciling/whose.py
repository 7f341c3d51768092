"""Whose reading is asked: the made-up store with its whole queue open, and people who come when they come.

Once everybody is given the next field of the queue, once, among the next ones, the field to which they add most
(`reconcile.learning.training_facts`). The same people come in the same order; what is compared
is how many readings it takes.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcile.decision.audit_sampling import draw_audit
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts, adds
from reconcile.parameters import shipped
from reconcile.parameters.parameters import read_parameters
from reconcile.policy import POLICY
from tests.bench.generator import Shape, World, make
from tests.bench.generator.orders import HARD, Item
from tests.bench.generator.paper import forms, reading, scan_of
from tests.bench.reconciling import online
from tests.bench.reconciling.online import Open, Outcome
from tests.bench.reconciling.rows import Row, at_least
from transcribe.model import FieldKey, Form, Parameters, Task
from transcribe.store.verbs.queue import WINDOW_PER_TASK_COUNT

SEEDS = (301, 302, 303)
WORLDS = (("usual world", Shape(), 0.995), ("noise x 2.5", HARD, 0.99))

Cell = tuple[int, FieldKey]
"""A field of a form of the batch."""


@dataclass(slots=True)
class Queue:
    """The fields of a batch of which people are still asked, and who has read which."""

    batch: Sequence[Open]
    parameters: Parameters
    open: dict[Cell, None] = field(default_factory=dict)
    audits: set[Cell] = field(default_factory=set)
    read: dict[Cell, set[str]] = field(default_factory=lambda: defaultdict(set))

    def look(self, world: World, number: int) -> None:
        """Weigh a form again and open what is asked of people and drawn for an audit; experts answer at once."""
        each = self.batch[number]
        _, answers = online.answered(each, self.parameters, POLICY)
        while split := [key for key, said in answers.items() if isinstance(said, Task) and said.kind == "adjudicate"]:
            for key in split:
                online.ask_expert(world, each, key)
            _, answers = online.answered(each, self.parameters, POLICY)
        for key in each.decisions:
            if key not in each.audited and draw_audit(scan_of(each.items[key]), key, 1, POLICY.audit_share):
                each.audited.add(key)
                self.audits.add((number, key))
        asked = {(number, key) for key in answers if key not in each.decisions}
        asked |= {cell for cell in self.audits if cell[0] == number}
        self.open = {cell: None for cell in self.open if cell[0] != number or cell in asked}
        self.open |= dict.fromkeys(sorted(asked, key=str))

    def next(self, who: str, bits: Mapping[str, int]) -> Cell | None:
        """The field that somebody is given: of the next that they have not read, the one to which they add most."""
        may = [cell for cell in self.open if who not in self.read[cell]]
        may.sort(key=lambda cell: self.batch[cell[0]].asked[cell[1]])
        return max(may[:WINDOW_PER_TASK_COUNT], key=lambda cell: bits.get(self._type(cell), 0), default=None)

    def _type(self, cell: Cell) -> str:
        return self.batch[cell[0]].form.field(cell[1].name).type


def rows(small: bool) -> Iterator[Row]:
    """People's readings a field either way, and that as many values are right."""
    for name, shape, bar in WORLDS[:1] if small else WORLDS:
        effort, right, fields = [0, 0], [0, 0], 0
        for seed in SEEDS[:1] if small else SEEDS:
            for way, apt in enumerate((False, True)):
                outcomes = run(make(seed, replace(shape, forms=60) if small else shape), apt=apt)
                effort[way] += sum(each.people for each in outcomes)
                right[way] += sum(each.right for each in outcomes)
            fields += len(outcomes)
        yield Row(of=f"{name}: people's readings a field, whoever comes", figure=f"{effort[0] / fields:.3f}")
        yield Row(of=f"{name}: the same, each what they add most to", figure=f"{effort[1] / fields:.3f}")
        if not small:  # a few forms are a matter of luck
            yield Row(of=f"{name}: readings of the second way over the first", figure=f"{effort[1] / effort[0]:.3f}")
            yield at_least(f"{name}: fields right the second way", right[1] / fields, bar)


def run(world: World, *, apt: bool) -> list[Outcome]:
    """What became of every field of a world; `apt` is whether people are given first what they add most to."""
    blanks, chance = forms(world.master), random.Random(f"{world.seed} who comes")
    by_form: dict[int, list[Item]] = defaultdict(list)
    for item in world.items:
        by_form[item.form].append(item)
    numbers, done, parameters = sorted(by_form), list[Open](), shipped.shipped_parameters()
    for first in range(0, len(numbers), online.BATCH):
        batch = [online.opened(world, by_form[number], blanks) for number in numbers[first : first + online.BATCH]]
        _work(world, Queue(batch, parameters), _bits(world, parameters, blanks) if apt else {}, chance)
        done += batch
        facts = [
            ScanFacts(
                form=each.form,
                readings=each.readings,
                decisions=tuple(each.decisions.values()),
                truths=online.truths(each),
            )
            for each in done[-online.WINDOW :]
        ]
        parameters = Parameters(version=parameters.version + 1, content=learn(facts, parameters, POLICY).content)
    return [outcome for each in done for outcome in online.outcomes_of(each)]


def _bits(world: World, parameters: Parameters, blanks: Mapping[str, Form]) -> dict[str, dict[str, int]]:
    types = {each.type for form in blanks.values() for each in form.all_fields()}
    return adds(read_parameters(parameters), [person.name for person in world.crowd.people], types)


def _work(world: World, queue: Queue, bits: Mapping[str, Mapping[str, int]], chance: random.Random) -> None:
    """People come, busy ones oftener, and read one field each, until nothing is open."""
    people = world.crowd.people
    for number in range(len(queue.batch)):
        queue.look(world, number)
    while queue.open:
        person = chance.choices(people, [each.busy for each in people])[0]
        cell = queue.next(person.name, bits.get(person.name, {}))
        if cell is None:
            continue
        number, key = cell
        each = queue.batch[number]
        engine = world.readings[each.items[key].number][0].text
        said = world.crowd.one(each.items[key], person, engine, chance)
        each.readings.append(reading(each.items[key], said, 2 + each.asked[key]))
        each.asked[key] += 1
        queue.read[cell].add(person.name)
        queue.audits.discard(cell)
        queue.look(world, number)
