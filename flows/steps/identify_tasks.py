"""Tasks that ask which form a scan is, their answers, and scans that are not the form they came as."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from transcribe.codes import Flag, Reason, RecordRule, turned_form
from transcribe.model import OPERATOR_SOURCE, PEOPLE, WHOLE, Form, Reading, Record, RuleException, Task
from transcribe.store import Store

NO_FORM_MESSAGE = (
    "None of the forms known here fits this scan, an expert says. Draft its form with `fairhand forms draft`, then "
    "ingest the file again with `--form NAME`."
)
"""Why a scan that is of no form is set aside."""

AGREEING_PEOPLE = 2
"""The lead of people who say that a scan is not its form: nobody decides it alone. Chosen by hand."""

LEAST_FOUND_FIT = 0.05
"""The fit of a page below which nothing of its form's print was found on it.

See `tests/bench/bench_other_papers.py`.
"""

FORM_RULE = RecordRule.RIGHT_FORM
"""The rule that a record breaks whose scan people say is another paper than its form."""


def identify_task(scan: str, readings: Sequence[Reading] = ()) -> Task:
    """The task that asks which form a scan is; after an answer without a form it is for an expert."""
    answered = len(_answers(readings))
    return Task(
        scan=scan,
        key=WHOLE,
        kind="identify",
        reason=Reason.FORM_UNKNOWN,
        slot=1 + answered,
        pool="expert" if answered else "read",
    )


def is_of_no_form(readings: Sequence[Reading], task_of: Callable[[str], Task]) -> bool:
    """Whether an expert too has said "none of these"; then nobody is asked any more.

    `task_of` gives the task of an id.
    """
    return any(
        answer.kind == "expert" or (answer.task and task_of(answer.task).pool == "expert")
        for answer in _answers(readings)
    )


def _answers(readings: Sequence[Reading]) -> list[Reading]:
    """People's answers to the question which form a scan is."""
    return [reading for reading in readings if reading.key == WHOLE and reading.kind != "machine"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """The form of a scan, and the degrees that its pages must be turned with the clock to stand upright."""

    form: str
    version: int
    turn: int = 0


def identified(readings: Sequence[Reading], offered: Collection[tuple[str, int]]) -> Identified | None:
    """The form that a person said last ("name/version turn"), of those `offered`; None where no person knew one."""
    known = {f"{name}/{version}": (name, version) for name, version in offered}
    texts = [answer.text for answer in _answers(readings) if answer.text]
    said = turned_form(texts[-1]) if texts else None
    if said is None or said[0] not in known:
        return None
    form, turn = said
    name, version = known[form]
    return Identified(form=name, version=version, turn=turn)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDoubt:
    """The evidence against and for the form that a scan was taken in as.

    `against` and `by` are the sources who say that it is not, and that it is. `says` is what those against say it is
    instead, in their words or by a form's name. `is_doubted`: somebody has said so unasked. `nothing_found`: machines
    found nothing of the form.
    """

    against: frozenset[str] = frozenset()
    by: frozenset[str] = frozenset()
    says: tuple[str, ...] = ()
    is_doubted: bool = False
    nothing_found: bool = False

    @property
    def is_agreed(self) -> bool:
        """Whether people agree that it is not its form."""
        doubted = self.is_doubted or self.nothing_found
        return doubted and len(self.against) - len(self.by) >= AGREEING_PEOPLE

    @property
    def is_open(self) -> bool:
        """Whether one more person must say which form it is before anything else is asked or published."""
        return not self.is_agreed and len(self.against) + self.nothing_found > len(self.by) and self._is_raised

    @property
    def _is_raised(self) -> bool:
        return self.is_doubted or self.nothing_found

    def in_words(self, form: str) -> str:
        """Why a scan is set aside that people say is not this form, and what can be done."""
        instead = f" Said to be: {'; '.join(self.says)}." if self.says else ""
        count = f"{len(self.against)} of {len(self.against) + len(self.by)}"
        return (
            f"People say that this is not the form {form} ({count} who were asked).{instead} If it is, `fairhand scan "
            "bring-back` goes on with it; `fairhand scan read-again --form NAME` reads it as another form."
        )


def form_doubt(form: Form, readings: Sequence[Reading]) -> FormDoubt:
    """The evidence of people and machines against and for a scan's form; an operator has the last word."""
    against: dict[str, str] = {}
    by: set[str] = set()
    is_doubted = False
    for answer in _answers(readings):
        said = turned_form(answer.text) if answer.text else None
        name = said[0].rpartition("/")[0] if said else ""
        if answer.source == OPERATOR_SOURCE and name == form.name:
            return FormDoubt()
        if Flag.NOT_THIS_FORM in answer.flags:
            if (answer.shown or "").rpartition("/")[0] != form.name:
                continue  # it was said of the form that the scan had before
            is_doubted = True
        if name == form.name:
            against.pop(answer.source, None)
            by.add(answer.source)
        elif answer.source != OPERATOR_SOURCE:
            by.discard(answer.source)
            against[answer.source] = answer.legible or name
    return FormDoubt(
        against=frozenset(against),
        by=frozenset(by),
        says=tuple(dict.fromkeys(filter(None, against.values()))),
        is_doubted=is_doubted,
        nothing_found=nothing_found(form, readings),
    )


def doubted_record(record: Record | None, form: Form, doubt: FormDoubt) -> Record | None:
    """The record to publish of a scan whose form is in doubt, or that people agree is another paper.

    `record` is the version that stands; None, also under another form, where there is nothing to warn of.
    """
    if record is None or (record.form, record.form_version) != (form.name, form.version):
        return None
    found = "another paper" if doubt.is_agreed else "may be another paper"
    warned = RuleException(rule=FORM_RULE, keys=(), expected=form.name, found=found)
    others = [each for each in record.exceptions if each.rule != FORM_RULE]
    return replace(record, exceptions=(*others, warned))


def settled_record(record: Record | None, form: Form) -> Record | None:
    """The published version without the warning of a doubt that is settled; None where it has no such warning."""
    if record is None or (record.form, record.form_version) != (form.name, form.version):
        return None
    others = tuple(each for each in record.exceptions if each.rule != FORM_RULE)
    return None if others == record.exceptions else replace(record, exceptions=others)


def nothing_found(form: Form, readings: Sequence[Reading]) -> bool:
    """Whether machines found nothing of a form on the pages of a scan.

    With a blank: none of its print. Without one: all that an engine found stands on a page without the amount that the
    form must have, as names and dates stand on every letter.
    """
    machines = [each for each in readings if each.kind == "machine" and each.key != WHOLE]
    if form.free:
        texts = [each for each in machines if each.text]
        return bool(texts) and all(Flag.ANOTHER_DOCUMENT in each.flags for each in texts)
    return bool(machines) and all(_is_nowhere(each) for each in machines)


def _is_nowhere(reading: Reading) -> bool:
    return Flag.NOT_FITTING in reading.flags and reading.conditions.get("fit", 1.0) < LEAST_FOUND_FIT


def doubted_task(scan: str, readings: Sequence[Reading]) -> Task:
    """The task that asks somebody new which form a scan in doubt is."""
    return Task(
        scan=scan,
        key=WHOLE,
        kind="identify",
        reason=Reason.FORM_DOUBTED,
        slot=1 + sum(each.source != OPERATOR_SOURCE for each in _answers(readings)),
    )


def put_aside_by_people(store: Store, scan: str, why: str, now: datetime) -> None:
    """Set a scan aside as people agreed that it is not its form."""
    store.put_scan_aside(scan, PEOPLE, why, now)
