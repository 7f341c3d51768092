"""The facts of one scan that learning uses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log
from typing import Literal

from reconcile.algorithms import exact_interval
from reconcile.forms import PreparedField, prepared
from reconcile.inference import Vote, votes, ways
from reconcile.parameters import PRIOR_HABIT_SHARE, LearntParameters, odds
from transcribe.codes import EvidenceCode, Method
from transcribe.fields import facts_of
from transcribe.model import INK, Decision, Evidence, FieldKey, Form, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFacts:
    """One scan with its readings and what is known of them.

    `truths` are texts known to be right (gold, expert, appeal that an expert heard). `audited` are the fields that were
    drawn by lot to be read again, blind. `adjudicated` are those of which an expert was asked because readers stayed
    split: they are the hard ones, whose truth holds, and are left out of error rates. `appealed` are those that a
    person contested: chosen because the decided value is said to be wrong, they tell who of the people was right, and
    nothing of how often machines are. `decisions` are the latest, those of audited fields as they stood before.
    `proving` are the fields that people were asked to measure the machines' error rate. `standing` are the decisions
    that stand whatever the parameters in force make of their readings.
    """

    form: Form
    readings: Sequence[Reading]
    truths: Mapping[FieldKey, str] = field(default_factory=dict)
    decisions: Sequence[Decision] = ()
    audited: frozenset[FieldKey] = frozenset()
    adjudicated: frozenset[FieldKey] = frozenset()
    proving: frozenset[FieldKey] = frozenset()
    appealed: frozenset[FieldKey] = frozenset()
    standing: Sequence[Decision] = ()

    @property
    def scan(self) -> str:
        """The scan's id; "" where nobody read anything."""
        return self.readings[0].scan if self.readings else ""

    @property
    def contested(self) -> frozenset[FieldKey]:
        """The fields that were contested, but for those that were drawn by lot as well."""
        return self.appealed - self.audited

    @property
    def judging(self) -> frozenset[FieldKey]:
        """The fields whose truth may judge what was learnt: audits, gold and what experts decided, no appeals."""
        return frozenset(self.truths.keys() - self.contested)


# How often sources and decisions were wrong on fields whose truth is known, with intervals.
#
# Decisions and sources are counted on audits alone, as only these are drawn by lot. Groups of people are counted on
# control items and appeals too. Fields of which an expert was asked because readers stayed split are never counted:
# they are the hard ones.

Of = Literal["form", "source", "group"]

MIN_HABIT_SHARE = 0.5
"""A way of saying the same that a source uses more often than this is a habit; a rarer one is an error each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How many were wrong of so many on one type of field.

    Counted are a form's decided values, a source's readings, or those of a group of people who learnt to write in one
    tradition.
    """

    of: Of
    name: str
    type: str
    wrong: int
    count: int

    @property
    def interval(self) -> tuple[float, float]:
        """The shares between which the true one lies, 19 times in 20."""
        return exact_interval(self.wrong, self.count)

    def evidence(self) -> Evidence:
        """The same as a code with numbers."""
        low, high = self.interval
        share = self.wrong / self.count
        measured = {"share": round(share, 4), "count": self.count, "low": round(low, 4), "high": round(high, 4)}
        return Evidence(
            code=EvidenceCode(f"rate of {self.of}"), numbers={self.of: self.name, "type": self.type, **measured}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedValue:
    """A decided value that was audited: whether it was wrong, and when an expert read it (None: not known).

    `probability` is what was stated of it, None where an expert or operator had said it. `truth` is comparable text,
    as is what engines `read`, by engine; one that could not read it is left out. `hidden`: it holds payment data.
    """

    form: str
    key: FieldKey
    type: str
    wrong: bool
    at: datetime | None
    probability: float | None = None
    scan: str = ""
    truth: str = ""
    read: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False


def audited_of(scan: ScanFacts) -> Iterator[AuditedValue]:
    """What audits say of the decided values of a scan."""
    spots = prepared(scan.form).fields
    decided = {each.key: each for each in scan.decisions}
    read = {each.key: each.at for each in scan.readings if each.kind == "expert"}
    for key, text in scan.truths.items():
        if key in scan.audited and key in decided and key not in scan.adjudicated and key.name in spots:
            decision, spot = decided[key], spots[key.name]
            truth = spot.normal(text)
            yield AuditedValue(
                form=scan.form.name,
                key=key,
                type=spot.field.type,
                wrong=decision.null not in (None, "blank") or spot.normal(decision.text) != truth,
                at=read.get(key),
                probability=None if decision.method in (Method.EXPERT, Method.OPERATOR) else decision.probability,
                scan=scan.scan,
                truth=truth,
                read={vote.source: vote.says for vote in _independent_votes(scan, key, spot) if vote.machine},
                hidden=spot.field.personal == "payment",
            )


def rates(scans: Sequence[ScanFacts], traditions: Mapping[str, str], learnt: LearntParameters) -> tuple[Rate, ...]:
    """Every rate that these scans give, in the order of `of`, name and type. `traditions` are people's, by their id."""
    tallies: dict[tuple[Of, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for scan in scans:
        for what, name, type_name, wrong in _judged(scan, traditions, learnt):
            tally = tallies[what, name, type_name]
            tally[0] += wrong
            tally[1] += 1
    return tuple(
        Rate(of=what, name=name, type=type_name, wrong=wrong, count=count)
        for (what, name, type_name), (wrong, count) in sorted(tallies.items())
    )


def _judged(
    scan: ScanFacts, traditions: Mapping[str, str], learnt: LearntParameters
) -> Iterator[tuple[Of, str, str, bool]]:
    for each in audited_of(scan):
        yield "form", each.form, each.type, each.wrong
    spots = prepared(scan.form).fields
    for key, text in scan.truths.items():
        if key in scan.adjudicated or key.name not in spots:
            continue
        spot = spots[key.name]
        type_name, truth = spot.field.type, spot.normal(text)
        for vote in _independent_votes(scan, key, spot):
            wrong = _is_wrong(spot, vote, truth, learnt)
            if key in scan.audited:
                yield "source", vote.source, type_name, wrong
            if vote.kind == "person" and (tradition := traditions.get(vote.source)):
                yield "group", tradition, type_name, wrong


def _independent_votes(scan: ScanFacts, key: FieldKey, spot: PreparedField) -> Iterator[Vote]:
    """Votes of engines and people who were shown nothing; a source that cannot read a field is not wrong about it."""
    own = [reading for reading in scan.readings if reading.key == key and reading.kind != "expert"]
    for vote in votes(spot, own):
        if vote.shown is None and vote.source != INK and vote.null in (None, "blank"):
            yield vote


def _is_wrong(spot: PreparedField, vote: Vote, truth: str, learnt: LearntParameters) -> bool:
    """Whether a reading says something else than what is written; a habit that says the same is no error."""
    if vote.says == truth:
        return False
    source_model = learnt.source_model(vote.source, vote.kind, spot.field.type)
    return all(vote.says != way or share < MIN_HABIT_SHARE for way, share in ways(truth, source_model))


# By how much a person's readings of one type of field are worth more than those of most people.
#
# It orders the open fields that a person is offered. It never limits how much work there is for them: a person who
# adds little anywhere has the same queue in another order.

PERSON = "person"
"""The kind of source that people are."""


def adds(learnt: LearntParameters, people: Iterable[str], types: Iterable[str]) -> dict[str, dict[str, int]]:
    """By how many bits a person's reading speaks more, or less, than anybody's, by person and type of field.

    Bits are whole, rounded towards 0, and left out where they are 0. A reading that is wrong with probability e speaks
    with log2((1 - e) / e) bits for what it says, beside what every reading of a rare text adds. Days and months that a
    person swaps count as wrong here: a known habit does not make a person less trusted, but of 03/04 it leaves open
    what is written.
    """
    usual = {
        name: odds(_unclear(learnt.errors.typical(PERSON, name), PRIOR_HABIT_SHARE["swap"], name))
        for name in set(types)
    }
    found: dict[str, dict[str, int]] = {}
    for person in people:
        own = {name: int((usual[name] - odds(_wrong(learnt, person, name))) / log(2)) for name in sorted(usual)}
        if any(bits != 0 for bits in own.values()):
            found[person] = {name: bits for name, bits in own.items() if bits}
    return found


def _wrong(learnt: LearntParameters, person: str, type_name: str) -> float:
    source_model = learnt.source_model(person, PERSON, type_name)
    return _unclear(source_model.error, source_model.swap, type_name)


def _unclear(error: float, swap: float, type_name: str) -> float:
    return error + (1.0 - error) * (swap if facts_of(type_name).is_day else 0.0)
