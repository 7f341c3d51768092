"""What becomes of each field: the value that is taken as true, or the task of asking one more person.

`answer` is the one place that gives a value, a reason or a task. Its steps stand in the order in which they count, the
last word last; what else decides is what is weighed (`reconcile.inference`) and the numbers of `reconcile/policy.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcile.decision.decide import ask, decide, target_of
from reconcile.forms import PreparedField, prepared
from reconcile.inference import Vote, is_nearly_same, votes
from reconcile.policy import Policy
from transcribe.codes import EvidenceCode, Flag, Method, Reason
from transcribe.model import INK, Decision, Evidence, Field, FieldKey, Form, Posterior, Reading, Task, Transcriber
from transcribe.table_rows import rows_key

Answer = Decision | Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a store knows of the fields of a scan beside their readings; by default nothing.

    `standing` are the decisions that stand, `locked` those that an operator locked, `asked_again` the fields that
    somebody asked again, `misplaced` those whose picture shows something else. `reopening` is the last version of what
    was learnt that had decided fields asked again. `unshaped` gives the answers without any shape of codes.
    """

    people: Traditions | None = None
    standing: Mapping[FieldKey, Decision] = field(default_factory=dict)
    reopening: int = 0
    unshaped: Callable[[], Mapping[FieldKey, Answer]] = dict
    misplaced: Collection[FieldKey] = ()
    asked_again: Collection[FieldKey] = ()
    locked: Mapping[FieldKey, Decision] = field(default_factory=dict)


NOTHING_KNOWN = Known()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What `answer` goes by beside a field and its posterior.

    `readings` are those of the field. `rows` is why the rows of its table are to be shown
    first; None where they need not.
    """

    form: Form
    policy: Policy
    readings: Sequence[Reading] = ()
    known: Known = NOTHING_KNOWN
    rows: Reason | None = None


def answers(
    form: Form,
    posteriors: Mapping[FieldKey, Posterior],
    policy: Policy,
    readings: Iterable[Reading] = (),
    known: Known = NOTHING_KNOWN,
) -> dict[FieldKey, Answer]:
    """The answer of each field of a scan. Without the `readings` reasons do not say how readers stand to each other.

    All cells of a table of which rows have to be shown have the same task.
    """
    of_field = defaultdict(list)
    for reading in readings:
        of_field[reading.key].append(reading)

    def said(key: FieldKey, known: Known, rows: Reason | None = None) -> Answer:
        case = Case(form=form, policy=policy, readings=of_field[key], known=known, rows=rows)
        return answer(form.field(key.name), posteriors[key], case)

    alone = replace(known, asked_again=(), locked={})
    rows = _tables_to_show(posteriors, lambda key: said(key, alone))
    unweighed = {key: each for key, each in known.locked.items() if key not in posteriors}
    return {key: said(key, known, rows.get(key.table or "")) for key in posteriors} | unweighed


def answer(field: Field, posterior: Posterior, case: Case) -> Answer:
    """The value of a field that is taken as true, or the task of asking one more person."""
    key, known = posterior.key, case.known
    said = decide(field, posterior, case.policy)
    if isinstance(said, Task):
        said = _hidden(posterior, case) if field.personal == "payment" else _asked(said, posterior, case)
    if known.people and (tradition := _lone_tradition(key, case, known.people)):
        said = from_elsewhere(said, posterior, field, tradition, case.policy)
    if (before := known.standing.get(key)) and before.method != Method.PROVISIONAL:
        said = _standing(said, before, field, posterior, case)
    if isinstance(said, Task) and said.kind == "read":
        said = _shown_first(said, posterior, case)
    if key in known.asked_again and isinstance(said, Decision) and field.personal != "payment":
        said = ask(posterior, "read", Reason.ASKED_AGAIN)
    return known.locked.get(key, said)


def is_of_same_readings(decision: Decision, posterior: Posterior) -> bool:
    """Whether a decision was made on the readings that a field has: nothing but what was learnt is new there."""
    return frozenset(decision.readings) == frozenset(posterior.readings)


def is_same(said: Answer | None, decision: Decision) -> bool:
    """Whether an answer is a decision of the same text, or of the same null."""
    return isinstance(said, Decision) and (said.text, said.null) == (decision.text, decision.null)


def _hidden(posterior: Posterior, case: Case) -> Decision:
    """Payment data are shown to nobody: what machines cannot decide is illegible, as sure as that something stands
    there."""
    seen = [each.confidence for each in case.readings if Flag.MASKED in each.flags and each.confidence is not None]
    return Decision(
        key=posterior.key,
        value=None,
        text="",
        probability=max(seen, default=posterior.probability),
        method=Method.INK,
        evidence=(Evidence(code=EvidenceCode.MASKED),),
        readings=posterior.readings,
        parameters=posterior.parameters,
        null="illegible",
    )


def _asked(task: Task, posterior: Posterior, case: Case) -> Task:
    """The task with what its box shows at first, and the reason that its readings bear out."""
    task = prefilled(task, posterior, case.form)
    return with_true_reason(task, case.form, case.readings) if case.readings else task


def _lone_tradition(key: FieldKey, case: Case, people: Traditions) -> str:
    """The writing tradition whose readers stand alone: a reader of another one adds most. "" where there is none."""
    if not any(reading.kind == "person" for reading in case.readings):
        return ""
    return lone_tradition(prepared(case.form).fields[key.name], case.readings, people, case.policy)


def _standing(said: Answer, before: Decision, field: Field, posterior: Posterior, case: Case) -> Answer:
    """The answer where the field was decided on these very readings: only what was learnt since may be new.

    A decision made under version `reopening` or later stands. An earlier one is asked again, with a reason of its own
    where the value is less sure now than its target; it stands until somebody has read the field. It stands too where
    it comes out as it was without any shape of codes.
    """
    if not is_of_same_readings(before, posterior) or is_same(said, before):
        return said
    if case.known.reopening <= before.parameters < posterior.parameters:
        return before
    if is_same(case.known.unshaped().get(posterior.key), before):
        return before
    is_unsure = posterior.probability < target_of(field, case.policy)
    return replace(said, reason=Reason.BELOW_TARGET) if isinstance(said, Task) and is_unsure else said


def _shown_first(task: Task, posterior: Posterior, case: Case) -> Task:
    """The task of showing where a field or the rows of its table stand, where nobody could read it before."""
    if case.rows and task.key.table:
        return replace(task, key=rows_key(task.key.table), kind="rows", reason=case.rows, slot=1)
    if _is_lost(posterior):
        return replace(task, kind="locate", reason=Reason.NOT_FOUND, prefill="")
    if task.key in case.known.misplaced:
        return replace(task, kind="locate", reason=Reason.MISPLACED, prefill="")
    return task


def _tables_to_show(posteriors: Mapping[FieldKey, Posterior], said: Callable[[FieldKey], Answer]) -> dict[str, Reason]:
    """The tables whose rows people show: rows may be missing, or no cell was found and each would be asked."""
    cells = defaultdict(list)
    for key in posteriors:
        if key.table:
            cells[key.table].append(key)
    lost = {
        table: Reason.NOT_FOUND
        for table, keys in cells.items()
        if all(_is_lost(posteriors[key]) for key in keys) and all(isinstance(said(key), Task) for key in keys)
    }
    short = {key.table: Reason.ROWS_MISSING for key, each in posteriors.items() if key.table and _is_short(each)}
    return lost | short


def _is_lost(posterior: Posterior) -> bool:
    """Whether no machine found a field (one may have failed), and no person has looked for it yet."""
    nulls = {candidate.null for candidate in posterior.candidates if candidate.origin == "read"}
    return not posterior.people + posterior.experts and "absent" in nulls and nulls <= {"absent", "illegible"}


def _is_short(posterior: Posterior) -> bool:
    """Whether machines found too few rows of a cell's table, and no person has looked at it yet."""
    return not posterior.people + posterior.experts and posterior.standing.trouble == Reason.ROWS_MISSING


# Readers of one writing tradition who stand alone with what they read: then one of another tradition is asked.
#
# A 1 with a serif is a 7 to most people who never wrote it so. A second reader of the same tradition repeats the
# first, and two who agree for such a reason are not two witnesses.


@dataclass(frozen=True, slots=True, kw_only=True)
class Traditions:
    """The writing tradition of each person by id, and the traditions of people who may be asked now."""

    of: Mapping[str, str]
    working: frozenset[str]

    def has_elsewhere(self, tradition: str) -> bool:
        """Whether somebody of another known tradition may be asked."""
        return bool(self.working - {"", tradition})


def traditions(people: Iterable[Transcriber]) -> Traditions:
    """The traditions of these people."""
    everybody = list(people)
    return Traditions(
        of={person.id: person.tradition for person in everybody},
        working=frozenset(each.tradition for each in everybody if "transcriber" in each.roles and not each.paused),
    )


def from_elsewhere(
    said: Decision | Task, posterior: Posterior, field: Field, alone: str, policy: Policy
) -> Decision | Task:
    """The decision or task, changed where readers of the tradition `alone` stand alone.

    A task is marked, so that readers of other traditions come to it first. A decision of people that is less probable
    than the target becomes a task for a reader of another tradition.
    """
    if isinstance(said, Task):
        return replace(said, elsewhere=alone) if said.kind == "read" else said
    sure = posterior.probability >= target_of(field, policy)
    if said.method == Method.PEOPLE and not sure and posterior.people < policy.people_before_expert:
        return replace(ask(posterior, "read", Reason.ONE_TRADITION), elsewhere=alone)
    return said


def lone_tradition(spot: PreparedField, readings: Sequence[Reading], traditions: Traditions, policy: Policy) -> str:
    """The tradition whose readers all agree on a field while nobody else says the same; "" where there is none.

    An engine, or a reader of another tradition, then says something else. "" too where as many stand alone on another
    side, and where no reader of another tradition could be asked.
    """
    heard = [each for each in votes(spot, readings) if each.null is None and each.shown is None and each.source != INK]
    people: dict[str, list[Vote]] = defaultdict(list)
    for vote in heard:
        if vote.kind == "person" and (tradition := traditions.of.get(vote.source, "")):
            people[tradition].append(vote)
    sizes = {
        tradition: len(some)
        for tradition, some in people.items()
        if _stand_alone(spot, some, [vote for vote in heard if vote not in some], policy)
    }
    most = [tradition for tradition, size in sizes.items() if size == max(sizes.values())]
    return most[0] if len(most) == 1 and traditions.has_elsewhere(most[0]) else ""


def _stand_alone(spot: PreparedField, some: Sequence[Vote], others: Sequence[Vote], policy: Policy) -> bool:
    says = some[0].says
    alike = [is_nearly_same(spot, says, other.says, policy.min_text_similarity) for other in others]
    return (
        bool(others)
        and not any(alike)
        and all(is_nearly_same(spot, says, each.says, policy.min_text_similarity) for each in some)
    )


# Why people are asked, as it is: nobody is said to disagree, or to be split, who does not differ from anybody.

OF_PEOPLE = frozenset({Reason.ONE_READER, Reason.READERS_DISAGREE, Reason.READERS_SPLIT})
"""Reasons that tell how the people who read a field stand to each other."""


OF_ENGINES = frozenset({Reason.ENGINES_DISAGREE, Reason.ONE_ENGINE})
"""Reasons that tell how the engines that read a field stand to each other."""


def with_true_reason(task: Task, form: Form, readings: Iterable[Reading]) -> Task:
    """The task with the reason that its field's readings bear out, where its own tells how readers stand."""
    if task.reason not in OF_PEOPLE | OF_ENGINES:
        return task
    said = votes(prepared(form).fields[task.key.name], [reading for reading in readings if reading.key == task.key])
    if task.reason in OF_PEOPLE:
        people = [vote for vote in said if vote.kind == "person"]
        return replace(task, reason=_of_people(people, adjudicated=task.kind == "adjudicate"))
    return replace(task, reason=_of_engines([vote for vote in said if vote.machine and vote.source != INK]))


def _of_people(people: Sequence[Vote], *, adjudicated: bool) -> Reason:
    told = [vote.says for vote in people if vote.null != "illegible"]
    if len(set(told)) > 1:
        return Reason.READERS_SPLIT if adjudicated else Reason.READERS_DISAGREE
    if len(told) < len(people):
        return Reason.GIVEN_UP
    return Reason.ONE_READER if len(told) == 1 else Reason.AGREED_IN_DOUBT


def _of_engines(engines: Sequence[Vote]) -> Reason:
    texts = [vote.says for vote in engines if vote.null is None]
    if len(set(texts)) > 1:
        return Reason.ENGINES_DISAGREE
    if not texts:
        return Reason.NOTHING_READ
    return Reason.ONE_ENGINE if len(texts) == 1 else Reason.NOT_SURE_ENOUGH


# The value that a form lets its first reader see before they type: the likeliest, where it is probable enough.


def prefilled(task: Task, posterior: Posterior, form: Form) -> Task:
    """The task with the value that its box shows at first, where the form's option `prefill` allows it.

    The value must be as probable as that option says.

    Only the first person who reads a field sees it. Later readers are blind, so that there is always one independent
    vote. Ticks and signatures are never shown, as one key says them anyway.
    """
    least = form.options.get("prefill")
    if least is None or task.kind != "read" or posterior.people or posterior.experts:
        return task
    best = next((each for each in posterior.candidates if each.origin == "read"), None)
    if best is None or best.null is not None or isinstance(best.value, bool) or not best.text:
        return task
    return replace(task, prefill=best.text) if posterior.probability >= float(least) else task
