"""What becomes of each field: the value that is taken as true, or the task of asking one more person.

`answer` is the one place that gives a value, a reason or a task. Its steps stand in the order in which they count, the
last word last; what else decides is what is weighed (`reconcile.inference`) and the numbers of `reconcile/policy.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconcile.decision.decide import ask, decide, target_of
from reconcile.decision.prefill import prefilled
from reconcile.decision.true_reasons import with_true_reason
from reconcile.decision.writing_tradition import Traditions, from_elsewhere, lone_tradition
from reconcile.forms import prepared
from reconcile.policy import Policy
from transcribe.codes import EvidenceCode, Flag, Method, Reason
from transcribe.model import Decision, Evidence, Field, FieldKey, Form, Posterior, Reading, Task
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
