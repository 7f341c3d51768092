"""Typed codes of a form without a pattern: what people are asked, with their shapes learnt and without.

Slips and people are the generator's; engines err as often, and are as sure, as on the typed codes of its photographs.
Each character that has a twin (0 and O, 1 and I or l, 5 and S, 8 and B, 2 and Z) looks like it at a stated rate, so
that both engines read it wrongly alike. What a store learns it learns every fifteen orders. Audits are read rightly:
one field has so few of them that a single slip would be taken for an error of the machines.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from reconcile.decision.audit_sampling import draw_audit
from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import shipped
from reconcile.parameters.source_model import CONFIDENCE_STEPS
from reconcile.policy import POLICY
from tests.bench.generator.glyphs import LIKE
from tests.bench.generator.machines import SLIP, engine_reading
from tests.bench.generator.orders import Item, Shape
from tests.bench.generator.paper import START
from tests.bench.generator.people import Crowd, Said
from transcribe.model import Decision, Field, FieldKey, Form, Parameters, Reading

SHARED_LOOKALIKES = 0.005
"""The share of characters with a twin that look like it: each engine then reads the twin with 0.72, a person with 0.10
to 0.38. On hard photographs both engines read 2 of 209 codes wrongly alike in such a character."""

TWINS = {"0": "O", "O": "0", "1": "Il", "I": "1l", "5": "S", "S": "5", "8": "B", "B": "8", "2": "Z", "Z": "2"}

SLIPS = {"rapidocr": 0.001, "tesseract": 0.005}
"""Chance of an error a character that an engine makes by itself: of 362 typed codes RapidOCR read none wrongly and
Tesseract 13."""

SURE = {
    "rapidocr": ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1, 0, 1, 1, 4, 26, 38, 289]),
    "tesseract": ([3, 2, 1, 1, 1, 0, 1, 3, 1, 0, 0, 0, 0], [2, 6, 2, 7, 12, 5, 48, 238, 11, 18, 0, 0, 0]),
}
"""Wrong and right readings of these codes by bin of confidence. RapidOCR's wrong ones are the least that can be."""

SHARED_OTHERS = 0.0001
"""The share of characters that look like any other one. Where engines agreed 1 of 1,183 typed values was wrong."""

NIGHT = 15
"""Orders after which the store learns."""

KEY = FieldKey("reference")
Draw = Callable[[random.Random, int], str]
"""Draws the code of an order, given its number."""


def like(pattern: str) -> Draw:
    """Codes of one shape: A any letter, 9 any digit, all else as it is."""

    def draw(chance: random.Random, order: int) -> str:
        kinds = {"A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "9": "0123456789"}
        return "".join(chance.choice(kinds.get(each, each)) for each in pattern)

    return draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One code at the end: whether the decision is right, and how many people were asked, audits apart."""

    order: int
    right: bool
    people: int
    audits: int


def run(name: str, draw: Draw, seed: int, *, shaped: bool, orders: int) -> list[Outcome]:
    """What became of the codes of one form, whose store learns their shapes or not."""
    chance = random.Random(f"{name} {seed}")
    items = [_item(number, draw(chance, number), chance) for number in range(orders)]
    crowd = Crowd(items, Shape(), random.Random(f"{seed} crowd"))
    form, parameters = _form(name), shipped.shipped_parameters()
    facts: list[ScanFacts] = []
    outcomes = []
    for item in items:
        outcome, of_scan = _work(form, item, crowd, parameters, random.Random(f"{name} {seed} {item.number}"))
        outcomes.append(outcome)
        facts.append(of_scan)
        if len(facts) % NIGHT == 0:
            content = learn(facts, parameters, POLICY).content
            parameters = Parameters(
                version=parameters.version + 1, content=content if shaped else {**content, "shapes": {}}
            )
    return outcomes


def _item(number: int, written: str, chance: random.Random) -> Item:
    item = Item(number, number, "code", "reference", "uk", written, by_hand=False)
    for at, each in enumerate(written):
        twins = TWINS.get(each, "")
        if twins and chance.random() < SHARED_LOOKALIKES:
            item.damage[at] = chance.choice(twins)
        elif each in LIKE and chance.random() < SHARED_OTHERS:
            item.damage[at] = chance.choice(LIKE[each])
    return item


def _work(
    form: Form, item: Item, crowd: Crowd, parameters: Parameters, chance: random.Random
) -> tuple[Outcome, ScanFacts]:
    """Weigh, decide, ask, until it is decided, and audited where that is drawn."""
    machines = [_machine(item, name, chance) for name in SLIPS]
    readings = [_reading(item, each, at) for at, each in enumerate(machines)]
    people = iter(crowd.readings(item, machines[0].text, chance))
    audits, asked, before = 0, 0, list[Decision]()
    while True:
        answer = decide(form.fields[0], weigh(form, readings, parameters, POLICY)[KEY], POLICY)
        if isinstance(answer, Decision):
            if audits or not draw_audit(f"{form.name} {item.number}", KEY, 1, POLICY.audit_share):
                break
            audits, before = 1, [answer]
            readings.append(_reading(item, Said("auditor", item.written), 30, expert=True))
            continue
        who = None if answer.kind == "adjudicate" else next(people, None)
        asked += 1
        said_by = crowd.expert(item, chance) if who is None else who
        readings.append(_reading(item, said_by, 1 + asked, expert=who is None))
    spot = prepared(form).fields[KEY.name]
    experts = [each for each in readings if each.kind == "expert" and each.text is not None]
    facts = ScanFacts(
        form=form,
        readings=readings,
        truths={each.key: each.text for each in experts[-1:] if each.text is not None},
        decisions=(before or [answer])[:1],
        audited=frozenset([KEY] if audits else []),
        adjudicated=frozenset([KEY] if experts and not audits else []),
    )
    decided = (before or [answer])[0]
    right = decided.null is None and spot.normal(decided.text) == spot.normal(item.written)
    return Outcome(order=item.number, right=right, people=asked, audits=audits), facts


def _machine(item: Item, engine: str, chance: random.Random) -> Said:
    """What an engine reads, and how sure it is of it."""
    read = engine_reading(item, "ocrA", Shape(noise=SLIPS[engine] / SLIP["ocrA"]), chance)
    bins = SURE[engine][read.text == item.written]
    at = chance.choices(range(len(bins)), bins)[0]
    edges = (0.0, *CONFIDENCE_STEPS, 1.0)
    return Said(engine, read.text, chance.uniform(edges[at], edges[at + 1]))


def _reading(item: Item, each: Said, number: int, *, expert: bool = False) -> Reading:
    machine = each.confidence is not None
    illegible = each.text.strip().lower() in ("?", "illegible")
    return Reading(
        id=f"{item.number}/{each.who}/{number}",
        scan=f"order-{item.number}",
        key=KEY,
        source=f"{each.who} 1" if machine else each.who,
        kind="machine" if machine else "expert" if expert else "person",
        text=None if illegible else each.text,
        at=START + timedelta(hours=item.number, minutes=number),
        confidence=each.confidence,
        flags=frozenset({"illegible"} if illegible else ()),
    )


def _form(name: str) -> Form:
    return Form(
        name=name,
        version=1,
        title={"en": name},
        languages=("eng",),
        locale="en_GB",
        currency="EUR",
        digest=name,
        blanks=(),
        fields=(Field(name=KEY.name, type="code", label={"en": "Reference"}, required=True),),
    )
