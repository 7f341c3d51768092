"""Made-up stores of order forms, receipts and invoices: what machines, people and experts read of each document.

Receipts and invoices are the generator's printed orders on the free layouts that ship: each field is searched for, its
place is more or less sure, and now and then both engines read another one of the same kind.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcile.decision.audit_sampling import may_need_second_look
from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh
from reconcile.policy import POLICY
from tests.bench.generator import Shape, World, make
from tests.bench.generator.orders import Item
from tests.bench.generator.paper import KEYS, forms, reading
from transcribe.forms import definition
from transcribe.model import Decision, FieldKey, Form, Parameters, Reading, Task

RECEIPT = {
    "name": FieldKey("company"),
    "odate": FieldKey("date"),
    "street": FieldKey("address"),
    "total": FieldKey("total"),
}
INVOICE = {
    "no": FieldKey("invoice_number"),
    "odate": FieldKey("invoice_date"),
    "ddate": FieldKey("due_date"),
    "name": FieldKey("supplier"),
    "total": FieldKey("total_untaxed"),
    **{
        f"{slot}{row + 1}": FieldKey(f"lines.{column}", row)
        for slot, column in (("quantity", "quantity"), ("price", "unit_price"), ("amount", "amount"))
        for row in (0, 1)
    },
}
SIZES = {"forms": 100, "receipts": 270, "invoices": 110}
"""Documents of a store: a thousand of their fields are decided and can be audited."""

LAYOUTS = 8
"""Shops or suppliers of a store, each with a layout of its own."""

HARD_LAYOUT_SHARE = 0.03
"""So many fields of a layout are found in another place than they have as often as `MISPLACED_IF_HARD` says."""

MISPLACED, MISPLACED_IF_HARD = 0.002, 0.2
"""How often a field of a layout is read somewhere else. About so that what shipped holds: where more is misplaced,
audits find more wrong than the target allows, and learning asks more, as it should."""

SURE_PLACES = (0.97, 0.97, 0.97, 0.97, 0.97, 0.97, 0.95, 0.95, 0.86, 0.7)
DOUBTFUL_PLACES = (0.95, 0.86, 0.7, 0.7, 0.5, 0.3)
"""The confidences of places that are right, and of wrong ones; the real sets look like this."""

MOST_READERS = 9
MOST_EXPERTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is written in each field, and what was or would be read: two engines, then people; and by experts."""

    scan: str
    form: Form
    written: Mapping[FieldKey, str]
    said: Mapping[FieldKey, Sequence[Reading]]
    experts: Mapping[FieldKey, Sequence[Reading]]


@dataclass(slots=True)
class Worked:
    """A document that was worked on until every field was decided, or an expert is missing."""

    document: Document
    readings: list[Reading]
    asked: Counter[FieldKey] = field(default_factory=Counter)
    experts: Counter[FieldKey] = field(default_factory=Counter)
    decisions: dict[FieldKey, Decision] = field(default_factory=dict)

    @property
    def effort(self) -> int:
        """People's readings, experts' among them."""
        return self.asked.total()

    def expert(self, key: FieldKey) -> Reading | None:
        """What the next expert reads; None where all have read it."""
        return next(iter(self.document.experts[key][self.experts[key] :]), None)

    def take(self, new: Reading) -> None:
        """A person or an expert has read it."""
        self.readings.append(new)
        self.asked[new.key] += 1
        self.experts[new.key] += new.kind == "expert"

    def wrong(self) -> frozenset[FieldKey]:
        """The fields that are decided wrongly."""
        spots = prepared(self.document.form).fields
        return frozenset(
            key
            for key, decision in self.decisions.items()
            if spots[key.name].normal(decision.text) != spots[key.name].normal(self.document.written[key])
        )


def store(kind: str, seed: int, count: int) -> list[Document]:
    """So many documents of a kind, the same for the same seed."""
    if kind == "forms":
        world = make(seed, Shape(forms=count))
        blanks = forms(world.master)
        return [_document(world, items, blanks[items[0].locale], KEYS) for items in _by_form(world)]
    slots, name, locale = (RECEIPT, "receipt", "iso") if kind == "receipts" else (INVOICE, "facture", "fr")
    world = make(seed, Shape(forms=count, by_hand=0.0, locales=(locale,)))
    place = _places(random.Random(f"{kind} {seed}"), list(slots))
    form = definition.load(name)
    return [_document(world, items, form, slots, place) for items in _by_form(world)]


def worked(document: Document, parameters: Parameters, *, experts: bool = True) -> Worked:
    """Weigh, decide, ask the next person, until nothing is asked; without experts what needs one stays open."""
    done = Worked(document, [each for said in document.said.values() for each in said[:2]])
    work_on(done, parameters, experts=experts)
    return done


def work_on(done: Worked, parameters: Parameters, *, experts: bool = True) -> None:
    """The same for a document with some readings: what an expert alone reads so is read by another, as in a store."""
    while True:
        posteriors = weigh(done.document.form, done.readings, parameters, POLICY)
        answers = {
            key: decide(done.document.form.field(key.name), posterior, POLICY) for key, posterior in posteriors.items()
        }
        done.decisions = {key: each for key, each in answers.items() if isinstance(each, Decision)}
        wanted = [
            new
            for key, answer in answers.items()
            if (isinstance(answer, Task) or (experts and may_need_second_look(posteriors[key])))
            and (new := _next(done, key, answer, experts)) is not None
        ]
        if not wanted:
            return
        for new in wanted:
            done.take(new)


def _next(done: Worked, key: FieldKey, answer: Decision | Task, experts: bool) -> Reading | None:
    """Who reads a field next; None where nobody can."""
    number = 2 + done.asked[key] - done.experts[key]
    if isinstance(answer, Task) and answer.kind == "read" and number < len(done.document.said[key]):
        return done.document.said[key][number]
    return done.expert(key) if experts else None


def _by_form(world: World) -> list[list[Item]]:
    found: dict[int, list[Item]] = defaultdict(list)
    for item in world.items:
        found[item.form].append(item)
    return [found[number] for number in sorted(found)]


Place = Callable[[int, str], tuple[bool, float]]
"""Whether a field of a document is misplaced, and how sure its place is."""


def _places(chance: random.Random, slots: Sequence[str]) -> Place:
    hard = {(each, slot): chance.random() < HARD_LAYOUT_SHARE for each in range(LAYOUTS) for slot in slots}

    def place(form: int, slot: str) -> tuple[bool, float]:
        misplaced = chance.random() < (MISPLACED_IF_HARD if hard[form % LAYOUTS, slot] else MISPLACED)
        return misplaced, chance.choice(DOUBTFUL_PLACES if misplaced else SURE_PLACES)

    return place


def _document(
    world: World, items: Sequence[Item], form: Form, slots: Mapping[str, FieldKey], place: Place | None = None
) -> Document:
    scan = f"{form.name} {world.seed} {items[0].form:05d}"
    kept = [item for item in items if item.slot in slots]
    said = {slots[item.slot]: _said(world, items, item, slots[item.slot], scan, place) for item in kept}
    return Document(
        scan=scan,
        form=form,
        written={slots[item.slot]: item.written for item in kept},
        said=said,
        experts={slots[item.slot]: _experts(world, item, scan, slots[item.slot]) for item in kept},
    )


def _said(
    world: World, items: Sequence[Item], item: Item, key: FieldKey, scan: str, place: Place | None
) -> list[Reading]:
    """Engines' and people's readings of a field; engines may have read another of the same kind."""
    found = [
        _moved(reading(item, each, number), scan, key)
        for number, each in enumerate(world.readings[item.number][: 2 + MOST_READERS])
    ]
    if place is None:
        return found
    misplaced, sure = place(item.form, item.slot)
    others = [each for each in items if each.kind == item.kind and each.slot != item.slot]
    there = others[item.number % len(others)] if misplaced and others else item
    engines = [
        replace(mine, text=world.readings[there.number][number].text, conditions={"place": sure, "quality": 1.0})
        for number, mine in enumerate(found[:2])
    ]
    return [*engines, *found[2:]]


def _experts(world: World, item: Item, scan: str, key: FieldKey) -> list[Reading]:
    """What experts read of a field, each one once."""
    said = {each.who: each for each in (world.expert(item, time) for time in range(MOST_EXPERTS, -1, -1))}
    found = [reading(item, each, 20 + number, expert=True) for number, each in enumerate(said.values())]
    return [_moved(each, scan, key) for each in found]


def _moved(said: Reading, scan: str, key: FieldKey) -> Reading:
    return replace(said, id=f"{scan}/{said.id}", scan=scan, key=key)
