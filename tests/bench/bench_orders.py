"""Whole orders, from the photograph to the last decision, beside double keying.

The photographs are those that `bench_truth` dumped into DUMP. Three transcribers and two experts type what they see;
every field is weighed and decided as in a store, with what is learnt after each batch, and every reading of a person is
counted, audits and adjudications too. The peer: two of the same transcribers key every field, and an expert decides
where they differ. A person says the same of a field in both, so that the comparison is paired.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from reconcile.decision.audit_sampling import draw_audit, may_need_second_look
from reconcile.decision.decide import decide
from reconcile.forms import prepared
from reconcile.inference import weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.intervals import paired_difference
from tests.bench.rows import Row, at_most
from tests.bench.truth_results import MARKS, NOW, Read, facts_of, of_line
from transcribe.model import Decision, FieldKey, Form, Kind, Parameters, Reading, Task

TRANSCRIBERS, EXPERTS = ("ana", "ben", "eva"), ("ines", "otto")
ERROR_SHARE = {"person": 0.05, "expert": 0.01}
"""How often each reads a filled field wrongly, as issue and literature of data entry have it."""

BLANK_ERROR_SHARE = 0.01
"""How often a person types something where nothing is written: what stands in another field."""

BATCH = 10
"""Orders that come in at once; after each batch the store learns."""

ORDER_INTERVAL = timedelta(hours=1)
"""Time from one order to the next: what is learnt of shapes counts for scans that come in later, not at once."""

SMALL = 8
LIKE = {"0": "O", "1": "7", "7": "1", "5": "6", "8": "3", "O": "0", "l": "I", "a": "o", "e": "c", "u": "v", "n": "m"}
"""What a character is misread as; others are left out."""

DUMP = Path("build/truth.jsonl")
MOST_MISTAKES = 10
LIGHTS = {"hard": ("edge", "all", "worn", "fold", "lowlight"), "soft": ("scan", "soft")}
"""The conditions of hard light, and of soft light and scans."""

BARS = {"hard": 0.35, "soft": 0.20}
"""Readings a filled field at most, in hard light and in soft light or on scans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An order at the end: whether every field is right, by the product and by double keying, and readings of both."""

    order: str
    finished: bool
    right: bool
    keyed_right: bool
    filled: int
    fields: int
    readings: int
    keyed_readings: int
    wrong: tuple[str, ...] = ()


class People:
    """What each person reads on each field: the same whenever it is asked. `shared` of all errors are made alike."""

    def __init__(self, shared: float, seed: int) -> None:
        self.shared, self.seed = shared, seed

    def read(self, who: str, kind: Kind, scan: str, key: FieldKey, written: str, others: Sequence[str]) -> str:
        """The text that this person types; `others` are those of other fields of the form."""
        chance = random.Random(f"{self.seed} {who} {scan} {key}")
        if not written:
            slips = chance.random() < BLANK_ERROR_SHARE * ERROR_SHARE[kind] / ERROR_SHARE["person"]
            return chance.choice(others) if slips and others else ""
        if chance.random() >= ERROR_SHARE[kind]:
            return written
        if written in ("true", "false"):
            return "false" if written == "true" else "true"
        if chance.random() < self.shared:
            chance = random.Random(f"{self.seed} {scan} {key}")
        return mistyped(written, chance)


def mistyped(text: str, chance: random.Random) -> str:
    """A text with one character misread, left out, doubled or changed about with the next."""
    at = chance.randrange(len(text))
    way = chance.choice(("like", "like", "out", "double", "about"))
    if way == "like":
        return text[:at] + LIKE.get(text[at], "") + text[at + 1 :] or "-"
    if way == "out" and len(text) > 1:
        return text[:at] + text[at + 1 :]
    if way == "about" and at + 1 < len(text) and text[at] != text[at + 1]:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[: at + 1] + text[at:]


@dataclass(slots=True)
class Order:
    """A photograph being worked on."""

    result: Read
    form: Form
    written: Mapping[FieldKey, str]
    readings: list[Reading]
    people: People
    at: datetime
    asked: Counter[FieldKey] = field(default_factory=Counter)
    audited: set[FieldKey] = field(default_factory=set)
    second: set[FieldKey] = field(default_factory=set)
    experts: Counter[FieldKey] = field(default_factory=Counter)
    decisions: dict[FieldKey, Decision] = field(default_factory=dict)
    stuck: set[FieldKey] = field(default_factory=set)

    def ask(self, key: FieldKey, kind: Kind) -> None:
        """One more reading of a field; where nobody is left who has not read it, it is stuck."""
        counted = self.experts if kind == "expert" else self.asked
        crew = EXPERTS if kind == "expert" else TRANSCRIBERS
        if counted[key] >= len(crew):
            if kind == "person":
                return self.ask(key, "expert")
            self.stuck.add(key)
            return None
        who = crew[(counted[key] + sum(map(ord, f"{self.result.photo} {key}"))) % len(crew)]
        counted[key] += 1
        text = self.said(who, kind, key)
        self.readings.append(
            Reading(
                id=f"{key} {who}",
                scan=self.result.photo,
                key=key,
                source=who,
                kind=kind,
                text=text,
                at=self.at + timedelta(minutes=len(self.readings)),
            )
        )
        return None

    def said(self, who: str, kind: Kind, key: FieldKey) -> str:
        others = [text for each, text in self.written.items() if text and each != key]
        return self.people.read(who, kind, self.result.photo, key, self.written[key], others)


def opened(result: Read, people: People, at: datetime) -> Order:
    """An order whose photograph was read at this time."""
    facts = facts_of(result)
    readings = [replace(each, at=at) for each in facts.readings]
    return Order(result, facts.form, facts.truths, readings, people, at)


def work(order: Order, parameters: Parameters) -> None:
    """Weigh, decide and ask until every field is decided and every audit that was drawn is read by an expert."""
    while True:
        posteriors = weigh(order.form, order.readings, parameters, POLICY)
        answers = {key: decide(order.form.field(key.name), each, POLICY) for key, each in posteriors.items()}
        order.decisions = {key: answer for key, answer in answers.items() if isinstance(answer, Decision)}
        wanted: list[tuple[FieldKey, Kind]] = []
        for key, answer in answers.items():
            if key in order.stuck:
                continue
            if isinstance(answer, Task):
                wanted.append((key, "expert" if answer.kind == "adjudicate" else "person"))
            elif may_need_second_look(posteriors[key]) and key not in order.second:
                order.second.add(key)
                wanted.append((key, "expert"))
            elif key not in order.audited and draw_audit(order.result.photo, key, 1, POLICY.audit_share):
                order.audited.add(key)
                if not posteriors[key].experts:
                    wanted.append((key, "expert"))
        if not wanted:
            return
        for key, kind in wanted:
            order.ask(key, kind)


def ended(order: Order) -> Ended:
    """What became of an order, and what double keying makes of it."""
    spots = prepared(order.form).fields
    wrong, keyed_wrong, keyed = [], 0, 0
    for key, written in order.written.items():
        same = spots[key.name].normal
        answer = order.decisions.get(key)
        said = None if answer is None else "" if answer.null == "blank" else answer.text
        if said is None or same(said) != same(written):
            wrong.append(f"{key}: {said!r} for {written!r} ({'' if answer is None else answer.method})")
        first, second = (order.said(who, "person", key) for who in TRANSCRIBERS[:2])
        keyed += 2
        if same(first) != same(second):
            first, keyed = order.said(EXPERTS[0], "expert", key), keyed + 1
        keyed_wrong += same(first) != same(written)
    return Ended(
        order=order.result.photo,
        finished=not order.stuck and len(order.decisions) == len(order.written),
        right=not wrong,
        keyed_right=not keyed_wrong,
        filled=sum(1 for each in order.result.cells if each.truth and each.type not in MARKS),
        fields=len(order.written),
        readings=sum(order.asked.values()) + sum(order.experts.values()),
        keyed_readings=keyed,
        wrong=tuple(wrong),
    )


def run(results: Sequence[Read], people: People) -> Iterator[Ended]:
    """Every order in turn; after each batch the store learns from all that it has."""
    parameters, done = shipped_parameters(), []
    for first in range(0, len(results), BATCH):
        for number, each in enumerate(results[first : first + BATCH], first):
            order = opened(each, people, NOW + number * ORDER_INTERVAL)
            work(order, parameters)
            done.append(order)
            yield ended(order)
        facts = [
            ScanFacts(
                form=each.form,
                readings=each.readings,
                decisions=tuple(each.decisions.values()),
                truths={key: each.decisions[key].text for key in each.experts if key in each.decisions},
            )
            for each in done
        ]
        parameters = Parameters(version=parameters.version + 1, content=learn(facts, parameters, POLICY).content)


def rows(small: bool) -> Iterator[Row]:
    """Hard and soft light, with no error and with half of the errors made alike."""
    results = [of_line(line) for line in DUMP.read_text(encoding="utf-8").splitlines()]
    for light, conditions in LIGHTS.items():
        some = [each for each in results if each.condition in conditions][: SMALL if small else None]
        for shared in (0.0, 0.5) if some else ():
            yield from _rows(f"{light}, {shared:.0%} of errors shared", list(run(some, People(shared, 1))), BARS[light])


def _rows(of: str, found: Sequence[Ended], bar: float) -> Iterator[Row]:
    filled = sum(each.filled for each in found)
    finished, right, keyed = (sum(getattr(it, name) for it in found) for name in ("finished", "right", "keyed_right"))
    yield Row(of=f"{of}: finished", figure=f"{finished} of {len(found)}", bar="all", holds=finished == len(found))
    more, low, high = paired_difference([(each.right, each.keyed_right, 1) for each in found])
    figure = f"{right}, {keyed}, {more:+.3f} [{low:+.3f}, {high:+.3f}]"
    yield Row(of=f"{of}: wholly right, double keying, over it", figure=figure, bar="not below", holds=high >= 0)
    yield at_most(f"{of}: readings a filled field", sum(each.readings for each in found) / filled, bar, 3)
    yield Row(of=f"{of}: double keying", figure=f"{sum(each.keyed_readings for each in found) / filled:.2f}")
    yield from [Row(of=each.order, figure=wrong) for each in found for wrong in each.wrong][:MOST_MISTAKES]
