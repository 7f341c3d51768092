"""What there is to be alerted about: each check looks at one thing, and says what is wrong with it."""

from __future__ import annotations

import hashlib
import logging
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.administration import missing_in_words, odd_reading
from flows.backup import BackupFolder
from flows.home import Home
from flows.house import brought
from flows.steps import audited_values
from reconcile.algorithms import least_share
from reconcile.records import copy_notes, held_records, query
from transcribe.errors import FairhandError, NotFound
from transcribe.i18n import counted
from transcribe.people import pay_promise

# What an alert is.


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something that an operator should look at. `subject` stays the same as long as it lasts.

    `message` names no person, file or batch and nothing that stands on paper: it may go through other people's hands.
    `facts` are what it is made of, with a `code` that says how, so that pages can say it in other languages.
    """

    check: str
    subject: str
    message: str
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)


# Records that stand still: not published, not to be written, not copied.

MAX_UNPUBLISHED = timedelta(minutes=15)
"""The time after which an unpublished complete record stands still. Publishing takes seconds. Chosen by hand."""


def unpublished_records(home: Home, now: datetime) -> Iterator[Alert]:
    """Changes of records that should long be published, as every publishing fails; records that cannot be written."""
    try:
        position = query.position(home.settings.records)
    except NotFound:
        position = 0
    since = next((each.at for each in home.store.outbox(position, 1)), None)
    if since is not None and now - since > MAX_UNPUBLISHED:
        message = (
            f"No record and no erasure is published since {since:%Y-%m-%d %H:%M} UTC: fairhand records publish says "
            "why."
        )
        yield Alert(check="records", subject="records:late", message=message, facts={"code": "records", "at": since})
    if unwritable := held_records(home.settings.records):
        count = len(unwritable)
        message = (
            f"{counted(count, 'finished order')} could not be written to the records. All others are published: "
            "fairhand status says why."
        )
        yield Alert(
            check="records", subject="records:held", message=message, facts={"code": "records held", "count": count}
        )


def standing_copies(home: Home, now: datetime) -> Iterator[Alert]:
    """Copies in PostgreSQL that this machine makes and that fail, or that nobody brings up to date any more."""
    for each in copy_notes.known(home.settings.records):
        if each.stands_still(now):
            message = (
                f"The copy of the records in PostgreSQL, schema {each.schema}, stands still since "
                f"{each.at:%Y-%m-%d %H:%M} UTC; what was forgotten since may still be in it. "
                "See what fairhand doctor says."
            )
            facts = {"code": "copy", "schema": each.schema, "at": each.at}
            yield Alert(check="copies", subject=f"copies:{each.file.stem}", message=message, facts=facts)


# Times that people contest and that nobody answers.

MAX_UNANSWERED = timedelta(days=7)
"""The time after which a contested time is late. An expert has as long for an appeal."""


def unanswered_times(home: Home, now: datetime) -> Iterator[Alert]:
    """Contested times that no operator has answered for a week: pay may wait for it."""
    late = [each for each in home.store.disputes(open_only=True) if now - each.at > MAX_UNANSWERED]
    if late:
        first = min(each.at for each in late)
        message = (
            f"{counted(len(late), 'contested time')} not answered, the first is of {first:%Y-%m-%d %H:%M} UTC: "
            "fairhand disputes list --open."
        )
        facts = {"code": "times", "count": len(late), "first": first}
        yield Alert(check="times", subject="times:late", message=message, facts=facts)


# What audits found, by form: it takes a look at every scan with an audit.


def audited_decisions(home: Home) -> dict[str, tuple[int, int]]:
    """What audits have found of decided fields, by form: how many were wrong, of how many."""
    found: dict[str, tuple[int, int]] = {}
    for each in audited_values(home):
        wrong, count = found.get(each.form, (0, 0))
        found[each.form] = (wrong + each.wrong, count + 1)
    return found


logger = logging.getLogger("fairhand.alerts")

ALARM_RISK = 0.001
"""How often an alarm of audits may be false. They are looked at again and again: at a target of 0.995 one that is sure
to 0.95 would go off for nothing in one form of twenty within its first ten audited fields, so in one of a thousand."""

APPEAL_NOTICE = timedelta(days=2)
"""An appeal that nobody has heard so long before its day is late. Chosen by hand."""

PAY_NOTICE = timedelta(days=3)
"""The time before the promised day at which operators are told of pay. A transfer takes two days. Chosen by hand."""

RECENT_FITS_COUNT = 30
"""So many scans of a form, the latest, are held against those before."""

EARLIER_FITS_COUNT = 30
"""Scans of a form before the latest without which nothing is said of it."""

LOW_FIT_SHARE = 0.05
"""A fit is low if at most this share of earlier fits was lower."""

MAX_LOW_FITS_COUNT = 9
"""Low fits among the latest 30 from which on the form is not what it was: without a cause 1 in 100,000 cases."""

ODD_READING_SCAN_COUNT = 200
"""The count of last read scans searched for odd readers: a second or two. Chosen by hand."""

READ_FITS_COUNT = 2_000
"""Fits that are looked at, of all forms together. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """The alerts that there are, and the checks that failed, of which nothing is known."""

    alerts: tuple[Alert, ...]
    failed: frozenset[str]


def look(
    home: Home, now: datetime, audit: Mapping[str, tuple[int, int]] | None = None, leave_out: Collection[str] = ()
) -> Looked:
    """All alerts that there are at this time. A check that fails is an alert itself, and does not keep the others.

    `audit` is what audits have found, by form, (wrong, count); None has it counted, which takes long in a large home.
    Checks to `leave_out` are not made: "audit" or those of `CHECKS`.
    """
    found, failed = list[Alert](), set[str]()
    for name, check in CHECKS.items():
        if name in leave_out:
            continue
        try:
            found += check(home, now)
        except (FairhandError, OSError) as error:
            failed.add(name)
            found.append(
                Alert(
                    check=name,
                    subject=f"{name}:check",
                    message=f"{name} cannot be checked: {_said(error)}",
                    facts={"code": "check", "error": type(error).__name__},
                )
            )
    try:
        if "audit" not in leave_out:
            found += broken_bounds(home, audited_decisions(home) if audit is None else audit)
    except FairhandError as error:
        failed.add("audit")
        found.append(Alert(check="audit", subject="audit:check", message=f"audit cannot be checked: {_said(error)}"))
    return Looked(alerts=tuple(found), failed=frozenset(failed))


def _said(error: Exception) -> str:
    """What an error is, without its words: they may name a file."""
    logger.warning("%s", error)
    return f"{type(error).__name__}; see what fairhand doctor says."


def past_due(home: Home, now: datetime) -> Iterator[Alert]:
    """Batches whose due date has passed, and that are not finished."""
    for batch in home.store.batches_past_due(now):
        if not batch.open_tasks or batch.due is None:
            continue
        name, tasks = hashlib.sha256(batch.name.encode()).hexdigest()[:12], counted(batch.open_tasks, "open task")
        message = (
            f"A batch of {batch.scans} scans was due on {batch.due:%Y-%m-%d} and has {tasks}: fairhand batch list."
        )
        facts = {"code": "due", "scans": batch.scans, "due": batch.due, "tasks": batch.open_tasks, "batch": batch.name}
        yield Alert(check="due", subject=f"due:{name}", message=message, facts=facts)


def unfinishable(home: Home, now: datetime) -> Iterator[Alert]:
    """Fields, checks and appeals that can be finished by nobody who is there."""
    for each in home.store.missing_people():
        who = [each.waits, each.role, *each.languages, *each.regions, each.qualification]
        subject = f"people:{' '.join(map(str, who))}"
        message = f"{missing_in_words(each)} See fairhand status."
        yield Alert(check="people", subject=subject, message=message, facts={"code": "people", "missing": each})


def low_disk(home: Home, now: datetime) -> Iterator[Alert]:
    """Disks of the home and of the archive that are nearly full."""
    places = {"home": home.settings.home}
    if home.settings.archive and home.settings.archive_folder:
        places["archive"] = home.settings.archive_folder
    for name, folder in places.items():
        free = shutil.disk_usage(folder).free
        if free < home.settings.reserve_bytes:
            message = f"Only {free // 1_000_000} MB are free on the disk of the {name}."
            facts = {"code": "disk", "place": name, "megabytes": free // 1_000_000}
            yield Alert(check="disk", subject=f"disk:{name}", message=message, facts=facts)


def old_backup(home: Home, now: datetime) -> Iterator[Alert]:
    """A backup that is too old, where the settings say where backups lie."""
    if not home.settings.backups:
        return
    latest, days = BackupFolder(Path(home.settings.backups)).newest(), home.settings.alert_backup_days
    if latest is None:
        message = "There is no finished backup."
        yield Alert(check="backup", subject="backup:age", message=message, facts={"code": "no backup"})
    elif now - latest > timedelta(days=days):
        message = f"The latest backup is of {latest:%Y-%m-%d %H:%M} UTC, more than {days:g} days ago."
        facts = {"code": "backup", "at": latest, "days": days}
        yield Alert(check="backup", subject="backup:age", message=message, facts=facts)


def fresh_aside(home: Home, now: datetime) -> Iterator[Alert]:
    """Files that were set aside in the last day."""
    count = sum(now - each.at < timedelta(days=1) for each in home.store.list_set_aside())
    if count:
        message = f"{counted(count, 'file')} of the last day could not be read and lie aside: fairhand status."
        yield Alert(check="aside", subject="aside:files", message=message, facts={"code": "aside", "count": count})


def late_appeals(home: Home, now: datetime) -> Iterator[Alert]:
    """Appeals that nobody has heard and whose day is near or past."""
    late = [
        each for each in home.store.appeals(open_only=True) if not each.heard and each.deadline - now < APPEAL_NOTICE
    ]
    if late:
        first = min(each.deadline for each in late)
        message = (
            f"{counted(len(late), 'appeal')} not heard by an expert yet, the first was promised by "
            f"{first:%Y-%m-%d %H:%M} UTC: fairhand appeals list --open."
        )
        facts = {"code": "appeals", "count": len(late), "first": first}
        yield Alert(check="appeals", subject="appeals:late", message=message, facts=facts)


def late_pay(home: Home, now: datetime) -> Iterator[Alert]:
    """Pay that is promised by a day that is near or has passed."""
    promise = pay_promise(home.settings.pay_day, now)
    if promise is None or now < promise.by - PAY_NOTICE:
        return
    due = home.store.due_before(promise.earned_before)
    if due:
        people = counted(len({who for who, _ in due}), "person is", "people are")
        when = "was" if promise.is_late(now) else "is"
        message = (
            f"{people} due pay of the months before, which {when} promised by {promise.by:%Y-%m-%d}: "
            "fairhand pay report, fairhand pay close."
        )
        facts = {"code": "pay", "people": len({who for who, _ in due}), "by": promise.by, "late": promise.is_late(now)}
        yield Alert(check="pay", subject=f"pay:{promise.by:%Y-%m}", message=message, facts=facts)


def open_duplicates(home: Home, now: datetime) -> Iterator[Alert]:
    """Scans that may be an order that came before, and that nobody has settled."""
    waiting = len({each.newer for each in home.store.duplicates() if each.waits})
    if waiting:
        message = f"{counted(waiting, 'scan')} may be an order that came before: fairhand scan duplicates --open."
        facts = {"code": "duplicates", "count": waiting}
        yield Alert(check="duplicates", subject="duplicates:open", message=message, facts=facts)


def troubles_of_parts(home: Home, now: datetime) -> Iterator[Alert]:
    """What is wrong with what the parts have that are on here."""
    for part, troubles in brought(lambda part: part.troubles, home.settings.parts_off):
        for each in troubles(home.store, now):
            yield Alert(
                check=part,
                subject=f"{part}:{each.code}:{each.name}",
                message=f"{each.message} {each.mend}",
                facts={"code": f"{part} {each.code}", "name": each.name, "mend": each.mend, **each.facts},
            )


def falling_fits(home: Home, now: datetime) -> Iterator[Alert]:
    """Forms whose latest scans lie much worse on them than those before: the form may have been printed anew."""
    fits: dict[str, list[float]] = defaultdict(list)
    for form, fit in home.store.latest_fits(READ_FITS_COUNT):
        fits[form].append(fit)
    for form, latest in fits.items():
        recent, earlier = latest[:RECENT_FITS_COUNT], sorted(latest[RECENT_FITS_COUNT:])
        if len(recent) < RECENT_FITS_COUNT or len(earlier) < EARLIER_FITS_COUNT:
            continue
        low = earlier[int(LOW_FIT_SHARE * len(earlier))]
        count = sum(fit < low for fit in recent)
        if count >= MAX_LOW_FITS_COUNT:
            message = (
                f"{count} of the latest {len(recent)} scans of the form {form} lie worse on it than nearly all before: "
                "was it printed anew? Compare one with fairhand forms preview."
            )
            facts = {"code": "fit", "form": form, "count": count, "latest": len(recent)}
            yield Alert(check="fit", subject=f"fit:{form}", message=message, facts=facts)


def odd_readers(home: Home, now: datetime) -> Iterator[Alert]:
    """People whose way of reading raises a question: the same answer everywhere, no time to look, and the like."""
    who = {each.handle for each in odd_reading(home, ODD_READING_SCAN_COUNT)}
    if who:
        people = "one person" if len(who) == 1 else f"{len(who)} people"
        message = f"How {people} read raises questions. See them with their evidence: fairhand people check."
        facts = {"code": "reading", "people": len(who)}
        yield Alert(check="reading", subject="reading:odd", message=message, facts=facts)


def broken_bounds(home: Home, audit: Mapping[str, tuple[int, int]]) -> Iterator[Alert]:
    """Forms of whose decided fields more are wrong than the target allows, as audits surely show."""
    for form, (wrong, count) in sorted(audit.items()):
        least = least_share(wrong, count, ALARM_RISK)
        if least > 1 - home.settings.target:
            message = (
                f"Audits found {wrong} of {count} decided fields of the form {form} wrong: surely more than "
                f"{least:.2%}, and the target allows {1 - home.settings.target:.2%}. See what fairhand learn says."
            )
            facts = {
                "code": "audit",
                "form": form,
                "wrong": wrong,
                "count": count,
                "least": least,
                "allowed": 1 - home.settings.target,
            }
            yield Alert(check="audit", subject=f"audit:{form}", message=message, facts=facts)


Check = Callable[[Home, datetime], Iterator[Alert]]
"""Looks at one thing at a time."""

CHECKS: Mapping[str, Check] = {
    "due": past_due,
    "people": unfinishable,
    "disk": low_disk,
    "backup": old_backup,
    "aside": fresh_aside,
    "appeals": late_appeals,
    "times": unanswered_times,
    "pay": late_pay,
    "duplicates": open_duplicates,
    "parts": troubles_of_parts,
    "records": unpublished_records,
    "copies": standing_copies,
    "fit": falling_fits,
    "reading": odd_readers,
}
"""Every check that is quick; what audits found is looked at besides."""
