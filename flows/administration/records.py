"""Records from the operator's side: forgotten, found, verified, and what audits say of their quality."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from pathlib import Path

from flows.home import Home, now
from flows.measuring import field_qualities
from flows.steps import ErasureUnfinished, audited_values, finish_erasures, publish_records
from reconcile.records import MonthOfWork, Selection, is_outdated, quality, query, require_value, verify
from transcribe.errors import FairhandError, NotFound, StoreError
from transcribe.fields import Facts
from transcribe.model import Value
from transcribe.pay_arithmetic import HOUR_SECONDS, MICRO_UNITS
from transcribe.store import facts

READER_WAIT_SECONDS = 30.0
"""Seconds that forgetting waits for readers of a database. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenScan:
    """A scan that was erased, and how many pictures of it were in the archive."""

    scan: str
    files: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRecord:
    """A finished record: the name of its scan, and its plain values by field.

    `plain` is all of it as JSON types.
    """

    name: str
    values: Mapping[str, object]
    plain: Mapping[str, object]


def found_records(
    records: Path,
    form: str,
    words: str,
    values: Mapping[str, str],
    *,
    after: int,
    limit: int | None,
    exception: str | None = None,
) -> Iterator[FoundRecord]:
    """The records of a form with all these words and values, changed after this number.

    Of a rule only those on which it does not hold.

    A value is written as in an export, a number with as many zeros at its end as one likes; an empty one is that of a
    field without a value. Raises NotFound where there are no records of the form, or no such field; SettingsError where
    a field can have no such value; StartOver where `after` is a number of another state.
    """
    query.require_position(records, after)
    columns = query.columns(records, form)
    known = {each.field: each.facts for each in columns}
    if unknown := sorted(values.keys() - known):
        raise NotFound(f"There is no plain field {unknown[0]!r} in {form}. Use one of {', '.join(sorted(known))}.")
    for field, value in values.items():
        require_value(f"{field}={value}", [each for each in columns if each.field == field], value)
    among = Selection(exception=exception)
    found = (
        FoundRecord(name=each.scan_name or each.scan[:12], values=each.values, plain=each.document)
        for each in query.records(records, form, after=after, search=words or None, selection=among)
        if all(_says(each.values.get(field), value, known[field]) for field, value in values.items())
    )
    yield from islice(found, limit)


def _says(value: Value, wanted: str, facts: Facts) -> bool:
    """Whether a value is the one that is looked for; numbers are compared as such."""
    written = _as_written(value)
    if written == wanted or not facts.is_number or not (written and wanted):
        return written == wanted
    try:
        return Decimal(written) == Decimal(wanted)
    except InvalidOperation:
        return False


def _as_written(value: object) -> str:
    """A value as an export has it: true and false, and nothing where there is none."""
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def readable_records(path: Path, home: Callable[[], Home]) -> Path:
    """The record database, made anew where it is of another version of fairhand; the home is opened only then."""
    if is_outdated(path):
        publish_records(home())
    return path


def verify_records(home: Home) -> list[str]:
    """Each way in which records.db is not what the state says: what differs in it, and values decided otherwise.

    Changes that are not published yet are among them. NotFound where nothing was published.
    """
    found = verify(home.store, home.settings.records, home.forms)
    try:
        return found + list(_decided_otherwise(home))
    except StoreError:
        if not found:
            raise
        return found  # a table is missing, which was said


def _decided_otherwise(home: Home) -> Iterator[str]:
    """The published values that the state has decided otherwise since, under the same version of the decision."""
    path = home.settings.records
    for form in query.forms(path):
        for record in query.records(path, form):
            known = home.store.scan(record.scan)
            if (known.form, known.form_version) != (record.form, record.form_version):
                continue  # read as another form since: what is published stands until it is decided as that one
            decided = {str(each.key): each for each in home.store.decisions(record.scan)}
            for field in record.document["fields"]:
                said = decided.get(field["key"])
                if said is not None and said.version == field["decision_version"] and said.text != field["text"]:
                    yield f"state {record.scan[:12]} {field['key']} is decided otherwise"


def forget_scan(
    home: Home, scan: str, wait_seconds: float = READER_WAIT_SECONDS, *, by: str = "", why: str = ""
) -> ForgottenScan:
    """Erase what a scan says and shows in the state, the archive and records.db; NotFound where there is none.

    When this returns no word of it is left. Where a program that reads keeps it from that for `wait_seconds`, an error
    says so, and later publishing finishes it. Called again it finishes what a killed run began.
    """
    found = home.store.scan(scan).id
    names = home.store.forget(found, now(), by, why)
    finish_erasures(home, wait_seconds)
    return ForgottenScan(scan=found, files=len(names))


# Retention: scans that were kept for their time are forgotten.


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """The scans that were forgotten as they were kept long enough.

    `unfinished` says why the erasure is not finished, where it is not. `failed` has the scans that could not be
    forgotten, each with the reason.
    """

    forgotten: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    unfinished: str = ""


def keep_retention(home: Home, wait_seconds: float = READER_WAIT_SECONDS) -> Retention:
    """Forget every scan that was kept longer than its form says. One that cannot be does not keep the others.

    Where a program that reads keeps words in the files for `wait_seconds`, later publishing finishes the erasure.
    """
    forgotten: list[str] = []
    failed: list[tuple[str, str]] = []
    for scan in home.store.past_retention(now()):
        try:
            home.store.forget(scan, now())
            forgotten.append(scan)
        except FairhandError as error:
            failed.append((scan, str(error)))
    unfinished = ""
    if forgotten:
        try:
            finish_erasures(home, wait_seconds)
        except ErasureUnfinished as error:
            unfinished = str(error)
    return Retention(forgotten=tuple(forgotten), failed=tuple(failed), unfinished=unfinished)


# Counts what audits found and what the work came to, for the tables of records.db.

MIN_PEOPLE_COUNT = 5
"""The fewest people whose hours and pay are told together. Five is usual in official statistics."""

MAX_SHARE_OF_ONE = 0.5
"""The largest share of one person in hours or pay that are told: above it the total would nearly be theirs."""

SETTLED_DAYS = 7
"""A month is counted so long after its end: top-ups of its last days are written by then. Chosen by hand."""


def refresh_quality(home: Home, *, only_missing: bool = False) -> None:
    """Count audits and finished months of work, and write both into records.db; nothing else of it changes.

    With `only_missing` only where no audit stands there, as after a restore: it would be a day until somebody is told.
    """
    if only_missing and (not home.settings.records.exists() or quality.is_counted(home.settings.records)):
        return
    at = now()
    fields = field_qualities(audited_values(home), at)
    kept = quality.months_kept(home.settings.records)
    work = [each for each in home.store.work_by_month(_counted_before(at)) if (each.month, each.currency) not in kept]
    quality.keep(home.settings.records, fields, months_of_work(work))


def months_of_work(work: Iterable[facts.WorkOfMonth]) -> Iterator[MonthOfWork]:
    """Each month in each currency, without figures that would tell of one person."""
    months: dict[tuple[str, str], list[facts.WorkOfMonth]] = defaultdict(list)
    for each in work:
        months[each.month, each.currency].append(each)
    for (month, currency), people in sorted(months.items()):
        told = may_tell(people)
        hours = sum(each.seconds for each in people) / HOUR_SECONDS
        pay = sum(each.micro for each in people) / MICRO_UNITS
        yield MonthOfWork(
            month=month,
            currency=currency,
            people=len(people),
            hours=round(hours, 1) if told else None,
            pay=round(pay, 2) if told else None,
            pay_per_hour=round(pay / hours, 2) if told else None,
        )


def may_tell(people: Sequence[facts.WorkOfMonth]) -> bool:
    """Whether hours and pay of these people together tell of none of them."""
    if len(people) < MIN_PEOPLE_COUNT:
        return False
    for amounts in ([each.seconds for each in people], [each.micro for each in people]):
        if sum(amounts) <= 0 or max(amounts) > MAX_SHARE_OF_ONE * sum(amounts):
            return False
    return True


def _counted_before(at: datetime) -> datetime:
    """The beginning of the first month that is not counted yet: months end in UTC."""
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if at.day > SETTLED_DAYS:
        return first
    return first.replace(month=first.month - 1) if first.month > 1 else first.replace(year=first.year - 1, month=12)
