"""Alarms: what the alerts would tell an operator now, each with what mends it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from flows.alerts import CHECKS, Alert, alerts_now
from flows.desk.now.alarm_details import detail
from flows.desk.visit import Visit
from flows.home import Home, now
from transcribe.errors import FairhandError
from transcribe.i18n import N_

ALARM_SECONDS = 60.0
"""How long what was found stands. Chosen by hand."""

SLOW_CHECKS = frozenset({"reading", "audit"})
"""Checks that weigh or count whole scans."""

SLOW_SECONDS = 600.0
"""How long what those found stands: ways of reading took a second or two of the web process, each minute 6 in 10 of
all that open desks cost it. Chosen by hand."""

LOOK_SECONDS = 3.0
"""So long a page waits for a new look at the alarms where none was found in the last ten minutes. Chosen by hand."""

LOOK_AGAIN_SECONDS = 0.05
"""So long it waits where there is a newer finding to show: an open page asks again by itself. A look takes 40 ms in a
home of a thousand scans, and two seconds in one of a million."""

HEADS: Mapping[str, str] = {
    "due": N_("A batch is past its due date and is not finished."),
    "people": N_("People are missing: nobody who is there can do some of what waits."),
    "disk": N_("The disk is nearly full."),
    "backup": N_("There is no fresh backup."),
    "appeals": N_("Appeals are late, or will be soon."),
    "times": N_("Contested times wait for an answer."),
    "pay": N_("A day of payment is near or has passed."),
    "duplicates": N_("Scans may be an order that came before."),
    "webhooks": N_("A program is not reached."),
    "records": N_("Finished orders do not reach the records."),
    "copies": N_("A copy of the records in PostgreSQL stands still."),
    "fit": N_("The latest scans of a form lie badly on it. Was it printed anew?"),
    "reading": N_("How somebody reads raises a question."),
    "audit": N_("Audits found more errors in a form than its target allows."),
}
"""What each check of the alerts says, as people are told."""

MENDS: Mapping[str, tuple[str, str]] = {
    "due": ("/desk/batches", N_("Show the batches")),
    "people": ("/people", N_("Invite people")),
    "disk": ("/desk/system", N_("Show disks and backups")),
    "backup": ("/desk/system", N_("Show disks and backups")),
    "pay": ("/desk/money", N_("Show what is owed")),
    "webhooks": ("/desk/records#part-deliveries", N_("Show the deliveries")),
    "records": ("/desk/system", N_("Show what is wrong")),
    "copies": ("/desk/system", N_("Show what is wrong")),
    "audit": ("/desk/quality", N_("Show the quality")),
    "appeals": ("/appeals", N_("Show the appeals")),
    "times": ("/clocks", N_("Show the contested times")),
    "duplicates": ("/desk/duplicates", N_("Settle them")),
    "fit": ("/desk/scans", N_("Show the latest scans")),
    "reading": ("/desk/people#part-questions", N_("Show the people")),
}
"""Where each is mended or seen in full, and what the link says."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: which check it is of, what it says, its details, and where it is mended.

    `is_english`: the details are said in English alone.
    """

    check: str
    head: str
    detail: str
    href: str
    mend: str
    is_english: bool = False


class AlarmWatch:
    """The alarms of one home, looked at by one thread at a time; what was found stands for a minute.

    What the slow checks found stands for ten, unless they failed. An older finding is shown only where a new look takes
    longer than a page waits, which is a twentieth of a second where that finding is no older than ten minutes.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._lock = threading.Lock()
        self._looked = threading.Event()
        self._found: tuple[Alert, ...] = ()
        self._until = -SLOW_SECONDS
        self._slow: tuple[Alert, ...] = ()
        self._slow_until = 0.0

    def found(self) -> tuple[Alert, ...]:
        """What was found; where that is old, the new look is waited for a moment."""
        if time.monotonic() > self._until and self._lock.acquire(blocking=False):
            self._looked.clear()
            threading.Thread(target=self._look, daemon=True).start()
        has_recent = time.monotonic() < self._until + SLOW_SECONDS
        self._looked.wait(LOOK_AGAIN_SECONDS if has_recent else LOOK_SECONDS)
        return self._found

    def _look(self) -> None:
        try:
            looked, _ = alerts_now(self._home, now(), SLOW_CHECKS)
            self._found = (*looked.alerts, *self._slow)
            self._until = time.monotonic() + ALARM_SECONDS  # a page that waits no longer has these at least
            if time.monotonic() > self._slow_until:
                self._look_slowly()
                self._found = (*looked.alerts, *self._slow)
        except FairhandError as error:
            self._found = (Alert(check="check", subject="check", message=str(error)),)
        finally:
            self._until = time.monotonic() + ALARM_SECONDS
            self._looked.set()
            self._lock.release()

    def _look_slowly(self) -> None:
        looked, _ = alerts_now(self._home, now(), frozenset(CHECKS) - SLOW_CHECKS)
        self._slow = tuple(each for each in looked.alerts if each.check in SLOW_CHECKS)
        self._slow_until = 0.0 if looked.failed & SLOW_CHECKS else time.monotonic() + SLOW_SECONDS


def alarms(visit: Visit, watch: AlarmWatch) -> list[Alarm]:
    """The alarms as this visitor is told of them; none where they are limited to some forms."""
    if visit.forms is not None:
        return []
    told = []
    for each in watch.found():
        href, mend = MENDS.get(each.check, ("", ""))
        may_go = href.startswith("/desk") or visit.may_change
        is_unknown = each.check not in HEADS or each.facts.get("code") == "check"
        head = visit.say(N_("Something cannot be checked.") if is_unknown else HEADS[each.check])
        said = detail(visit, each.facts)
        shown = (said or each.message, href if may_go else "", visit.say(mend) if mend else "")
        told.append(Alarm(each.check, head, *shown, is_english=not said))
    return told
