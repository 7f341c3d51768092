"""What sections, states, deeds and alarms are called: messages of the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from transcribe.i18n import N_

DESK_ROLES = frozenset({"operator", "auditor"})
"""Who sees the desk, and may be limited to some forms of it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its address, its name (a message of the catalogues), and how addresses of its pages begin.

    `of_home`: it is about the whole home, and for those who see all forms.
    """

    address: str
    name: str
    begins: tuple[str, ...] = ()
    of_home: bool = False


SECTIONS = (
    Section("/desk", N_("Now")),
    Section("/desk/batches", N_("Batches"), ("/desk/batch",)),
    Section("/desk/scans", N_("Scans"), ("/desk/scan", "/desk/duplicates")),
    Section("/desk/quality", N_("Quality"), ("/desk/quality/",)),
    Section("/desk/people", N_("People"), ("/desk/people/",), of_home=True),
    Section("/desk/money", N_("Money"), ("/desk/money/",), of_home=True),
    Section("/desk/records", N_("Records"), ("/desk/records/", "/desk/programs")),
    Section("/desk/forms", N_("Forms"), ("/desk/forms/", "/desk/form/", "/desk/draft/")),
    Section("/desk/system", N_("System"), ("/desk/system/",), of_home=True),
)
"""What the navigation shows."""


def sections_for(*, sees_all_forms: bool) -> tuple[Section, ...]:
    """What the navigation shows to somebody."""
    return tuple(each for each in SECTIONS if sees_all_forms or not each.of_home)


def section_of(address: str) -> str:
    """The address of the section that a page belongs to, "" where it belongs to none."""
    below = (each.address for each in SECTIONS if address == each.address or address.startswith(each.begins))
    return next(below, "")


# What states, deeds and alarms are called: messages of the catalogues.

STATES: Mapping[str, str] = {
    "not weighed": N_("with the machines"),
    "waits for people": N_("waits for people"),
    "form unknown": N_("form unknown"),
    "decided, and held back": N_("decided, and held back"),
    "finished, and asked again": N_("finished, and asked again"),
    "finished": N_("finished"),
    "set aside": N_("set aside"),
    "forgotten": N_("forgotten"),
}
"""How far a scan is, in the order of the path: `ScanState.word` and how it is said."""

STATE_COLOURS: Mapping[str, int] = {
    "not weighed": 7, "waits for people": 2, "form unknown": 6, "decided, and held back": 3,
    "finished, and asked again": 8, "finished": 1, "set aside": 4,
}  # fmt: skip
"""The colour of each in charts, `--kind-1` to `--kind-8`: the brand's green is for what is done."""

STOPPED = N_("not finished")
"""How far a scan is that was not finished when its batch was cancelled."""

DONE: Mapping[str, str] = {
    "cancel": N_(
        "The batch is cancelled. Nobody is asked about it any more; what somebody holds is kept, and paid where their "
        "work is paid."
    ),
    "cancel-withdrawn": N_(
        "The batch is cancelled and its records are withdrawn. What somebody holds is kept, and paid where their work "
        "is paid."
    ),
    "resume": N_("The batch goes on."),
    "priority": N_("The priority was saved."),
    "due": N_("The due date was saved."),
    "note": N_("The note was saved."),
    "sent": N_("The pictures have arrived and are being read."),
    "read-again": N_("The scan was read again."),
    "turn": N_("The pages are turned, and the scan was read again."),
    "retake": N_("The scan is read from the new picture."),
    "aside": N_("The scan is set aside. Nobody new is asked about it; what somebody has on their screen is kept."),
    "back": N_("The scan is brought back. What is not known yet is asked again."),
    "forget": N_("The scan is forgotten: its texts, its record and its pictures are erased."),
    "correct": N_("The correction was saved. The record follows in a moment."),
    "ask": N_("One more person is asked. The value stands until they have read it."),
    "lock": N_("The value is locked. It stands whatever is read later."),
    "unlock": N_("The value is weighed again."),
    "split": N_("The pages are a scan of their own now, and both were read again."),
    "settle": N_("It is settled what the two scans are to each other."),
    "withdraw": N_("The reading counts no more. It stays in the history, and so does its pay."),
    "retry": N_("They are being weighed again."),
    "learn-back": N_("The earlier version is in force again. Scans are weighed again."),
    "resend": N_("They are sent again."),
    "form-drafted": N_("The draft is made. Look through its fields, try it, and put it in force when it is right."),
    "form-taken": N_("The suggestion is in the draft of the next version."),
    "form-tried": N_("The pictures have arrived. The result stands below as soon as all are read."),
    "form-installed": N_("The form is in force: scans that come from now on are read by it."),
    "draft-saved": N_("The draft was saved."),
    "draft-dropped": N_("The draft was thrown away."),
    "period-closed": N_("The period is closed. These are the transfers to make; the file CSV has them for your bank."),
    "nothing-due": N_("Nothing is due up to that day, so no period was closed."),
    "hook-pause": N_("Nothing is sent there for now. What it misses waits."),
    "hook-resume": N_("It is sent to again, from where it stopped."),
    "hook-tried": N_("The trial event was taken."),
    "hook-removed": N_("The webhook is removed."),
    "token-revoked": N_("The token works no more."),
    "rate-set": N_("The rate is set from now on."),
    "floor-set": N_("The floor is set from now on."),
    "readings-aside": N_("The readings are set aside. Their scans are weighed again."),
    "readings-back": N_("The readings count again. Their scans are weighed again."),
    "limited": N_("It was saved which forms they see."),
    "gold": N_("It is known now what is written there. The value of the record stays as it is."),
    "gold-gone": N_("The known value is withdrawn. The value of the record stays as it is."),
    "count": N_("It is being looked at. Come back in a moment."),
}
"""What was done just now, by the name of the deed."""

ACTS: Mapping[str, str] = {
    "batch cancelled": N_("cancelled"),
    "batch records withdrawn": N_("records withdrawn"),
    "batch resumed": N_("gone on with"),
    "batch priority": N_("priority changed"),
    "batch due": N_("due date changed"),
    "batch note": N_("note changed"),
    "scan set aside": N_("set aside"),
    "scan brought back": N_("brought back"),
    "scan read again": N_("read again"),
    "scan turned": N_("turned"),
    "scan retaken": N_("read from another picture"),
    "scan forgotten": N_("forgotten"),
    "value corrected": N_("value corrected"),
    "correction overridden": N_("read otherwise than corrected"),
    "value asked again": N_("one more person asked"),
    "value locked": N_("value locked"),
    "value unlocked": N_("value unlocked"),
    "reading withdrawn": N_("reading withdrawn"),
    "readings set aside": N_("readings of some days set aside"),
    "readings taken back into weighing": N_("readings of some days taken back"),
    "paused set": N_("paused or resumed"),
    "roles set": N_("roles changed"),
    "signed out everywhere": N_("signed out everywhere"),
    "gold added": N_("known value added"),
    "gold withdrawn": N_("known value withdrawn"),
    "duplicate settled": N_("settled with another scan"),
}
"""What operators did, by the verb of the act."""

WITHOUT_SENTENCE: Mapping[str, str] = {
    "appeal": N_("Somebody has appealed; an expert hears it."),
    "control": N_("A field whose value is known, to see how people read."),
    "qualification": N_("A test that somebody takes."),
}
"""Reasons of questions that people are told nothing of."""

VERDICTS: Mapping[str, str] = {
    "open": N_("not settled"),
    "different": N_("two orders"),
    "duplicate": N_("the same order"),
    "retake": N_("the same, and the newer picture is the better one"),
    "joined": N_("pages of one order"),
}
"""What two scans are to each other."""
