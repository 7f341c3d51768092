"""The page Now: what waits, who works, what is wrong, what was done today."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from flows.alerts import CHECKS, Alert, alerts_now
from flows.desk.charts import Bar, Chart, stacked
from flows.desk.deeds import do
from flows.desk.pages.counts import BY_PEOPLE, summed, visible
from flows.desk.pages.quality_page import headline
from flows.desk.pages.scan_view import latest_overridden
from flows.desk.tables import Cell, Kind, Raw, Table, table_file, time_cell, with_query
from flows.desk.visit import Act, Look, Visit
from flows.home import Home, now
from flows.incoming import unread_files, waiting_batches
from flows.mending import LOOK_BACK, MIN_READINGS, READINGS_PER_FIELD, Forecast, forecast
from flows.steps import cancelled_at
from reconcile.records import query
from transcribe.errors import FairhandError, NotFound
from transcribe.i18n import N_
from transcribe.store import MissingPeople, facts

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
    "aside": N_("Files could not be read."),
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
    "aside": ("/desk/batches", N_("Show the batches")),
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


# What an alarm says in detail, in the reader's language, from the facts of its alert.

Facts = Mapping[str, Any]


PLACES = {"home": N_("disk of the home"), "archive": N_("disk of the pictures")}
"""Disks that may be full."""


MISSING = {
    "orders": N_("Fields that nobody who is there can finish: %(fields)s. Orders that wait for them: %(orders)s."),
    "checks": N_("Checks of decided fields that nobody who is there can make: %(fields)s."),
    "appeals": N_(
        "Appeals that nobody who is there may hear: %(fields)s. Each stays open until somebody is there who may."
    ),
}
"""What waits for people who are missing."""


def detail(visit: Visit, facts: Facts) -> str:
    """The sentence of these facts, "" where nothing is known of their code."""
    code = str(facts.get("code", ""))
    say = SENTENCES.get(code)
    if isinstance(say, str):
        return visit.say(say, **{name: visit.written(value) for name, value in facts.items()})
    return say(visit, facts) if say else visit.from_parts(code, facts)


def _people(visit: Visit, facts: Facts) -> str:
    missing: MissingPeople = facts["missing"]
    told = [
        visit.say(MISSING[missing.waits], fields=visit.number(missing.fields), orders=visit.number(missing.orders)),
        visit.say(
            "Missing at least: %(people)s (%(role)s) who must not have read these fields.",
            people=visit.number(missing.people), role=visit.roles([missing.role]),
        ),
    ]  # fmt: skip
    if missing.languages:
        told.append(visit.say("They read one of: %(languages)s.", languages=", ".join(missing.languages)))
    if missing.regions:
        told.append(visit.say("They work in one of: %(regions)s.", regions=", ".join(missing.regions)))
    if missing.qualification:
        kind = visit.kind(missing.qualification)
        told.append(visit.say("They have passed the test of this type of field: %(type)s.", type=kind))
    return " ".join(told)


def _disk(visit: Visit, facts: Facts) -> str:
    disk, free = PLACES[facts["place"]], visit.number(facts["megabytes"])
    return visit.say("%(place)s: only %(megabytes)s MB are free.", place=visit.say(disk), megabytes=free)


def _pay(visit: Visit, facts: Facts) -> str:
    promised = (
        N_("People who are due pay of the months before: %(people)s. It was promised by %(day)s.")
        if facts["late"]
        else N_("People who are due pay of the months before: %(people)s. It is promised by %(day)s.")
    )
    return visit.say(promised, people=visit.number(facts["people"]), day=visit.day(facts["by"]))


def _audit(visit: Visit, facts: Facts) -> str:
    return visit.say(
        "Audits found %(wrong)s of %(count)s decided fields of the form %(form)s wrong: surely more than %(least)s, and"
        " the target allows %(allowed)s.",
        wrong=visit.number(facts["wrong"]), count=visit.number(facts["count"]), form=facts["form"],
        least=visit.share(facts["least"], 2), allowed=visit.share(facts["allowed"], 2),
    )  # fmt: skip


SENTENCES: Mapping[str, str | Callable[[Visit, Facts], str]] = {
    "due": N_("Batch %(batch)s with %(scans)s scans was due on %(due)s and has open questions: %(tasks)s."),
    "people": _people,
    "disk": _disk,
    "no backup": N_("There is no finished backup."),
    "backup": N_("The latest backup is of %(at)s, more than %(days)s days ago."),
    "aside": N_("Files of the last day that could not be read: %(count)s."),
    "appeals": N_("Appeals that no expert has heard yet: %(count)s. The first was promised by %(first)s."),
    "times": N_("Contested times that nobody has answered for a week: %(count)s. The first is of %(first)s."),
    "pay": _pay,
    "duplicates": N_("Scans that may be an order that came before: %(count)s."),
    "records": N_("No order and no erasure is published since %(at)s. The command fairhand records publish says why."),
    "records held": N_(
        "Finished orders that could not be written to the records, while all others are: %(count)s. The command "
        "fairhand status says why."
    ),
    "copy": N_("The schema %(schema)s stands still since %(at)s; what was forgotten since may still be in it."),
    "fit": N_("%(count)s of the latest %(latest)s scans of the form %(form)s lie worse on it than nearly all before."),
    "reading": N_("People of whom it is asked: %(people)s. The questions stand under People."),
    "audit": _audit,
    "check": N_("It cannot be checked: %(error)s. The section System says more."),
}
"""How each kind of alert is said, from its facts; a part says its own."""


# What was done today, hour by hour, and when all that is open will be finished at the pace of the last days.

WORK_OF_PEOPLE = (*BY_PEOPLE, "decided by people")
"""What tells how fast people are, and how many readings a field takes."""


WORK_OF_A_DAY = (*WORK_OF_PEOPLE, "decided by machine", "scans", "records")
"""What the page Now shows of a day."""


FORECAST_SECONDS = 60.0
"""How long a forecast stands: it is a quarter of a second's work, and tells hours. Chosen by hand."""


FORECAST_DAYS = 14
"""Work of so many days tells how fast people are, as the forecast of a batch looks back."""


def work_today(visit: Visit) -> list[facts.WorkDone]:
    """What was done since midnight where the visitor lives, of the forms that they see."""
    work = visit.home.store.work_done(midnight(visit), WORK_OF_A_DAY)
    return [each for each in work if visit.sees(each.form)]


def midnight(visit: Visit) -> datetime:
    """The last midnight where the visitor lives."""
    try:
        zone = ZoneInfo(visit.visitor.person.time_zone)
    except (KeyError, ValueError):
        zone = ZoneInfo("UTC")
    return visit.now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def throughput_chart(visit: Visit, work: list[facts.WorkDone]) -> Chart:
    """Readings by people and finished records of each hour of today."""
    say, start = visit.say, midnight(visit)
    hours: dict[int, Counter[str]] = {hour: Counter() for hour in range(_hour(start, visit.now) + 1)}
    for each in work:
        hours.setdefault(_hour(start, each.at), Counter())[each.what] += each.count
    names = [f"{(start + timedelta(hours=hour)):%H:%M}" for hour in hours]
    rows = [
        (name, sum(found[what] for what in BY_PEOPLE), found["records"], found["scans"])
        for name, found in zip(names, hours.values(), strict=True)
    ]
    columns = {
        "hour": say("Hour"),
        "readings": say("Readings by people"),
        "records": say("Finished records"),
        "scans": say("Scans that came"),
    }
    table = visit.table("throughput", say("Today, hour by hour"), columns, rows, at="/desk")
    bars = [Bar(name, [float(readings)]) for name, readings, *_ in rows]
    return stacked(
        "throughput",
        say("Readings by people today, hour by hour"),
        bars,
        [say("Readings by people")],
        table,
        visit.number,
    )


def _hour(start: datetime, at: datetime) -> int:
    return (at - start) // timedelta(hours=1)


def home_forecast(visit: Visit) -> Forecast | None:
    """When all that is asked now will be finished at the pace of the last days. None: too little is known."""
    since = visit.now - timedelta(days=FORECAST_DAYS)
    work = [each for each in visit.home.store.work_done(since, WORK_OF_PEOPLE) if visit.sees(each.form)]
    total = summed(visible(visit, visit.home.store.scan_counts_in_all()))
    return kept_forecast(visit, "", work, total["open fields"], readings_a_field(work))


def kept_forecast(
    visit: Visit, batch: str, work: list[facts.WorkDone], left: int, each_field: float
) -> Forecast | None:
    """The forecast of a batch, or of the home (""), from the latest work on it.

    `each_field` is how many readings a field takes. All desks show the same forecast for a minute.
    """
    now, times = visit.now, paced(work)
    tells = sum(count for at, count in times.items() if at >= now - LOOK_BACK) >= MIN_READINGS
    if not left or not tells:
        return None
    key = ("forecast", batch, visit.forms)
    return visit.shared.of(key, FORECAST_SECONDS, now, lambda: forecast(times, left, each_field, now))


def paced(work: list[facts.WorkDone]) -> Counter[datetime]:
    """Readings by people, by the quarter of an hour in which they came."""
    found: Counter[datetime] = Counter()
    for each in work:
        if each.what in BY_PEOPLE:
            found[each.at] += each.count
    return found


def readings_a_field(work: list[facts.WorkDone]) -> float:
    """Readings that a field took which people decided; the usual number where none was decided."""
    readings = sum(each.count for each in work if each.what in BY_PEOPLE)
    decided = sum(each.count for each in work if each.what == "decided by people")
    return readings / decided if decided else READINGS_PER_FIELD


# What waits, for whom, how much of it and since when.


def _waiting(visit: Visit) -> Table:
    """The same without what nothing waits for."""
    table = waits_table(visit)
    return replace(table, rows=[row for row in table.rows if row[2].value])


def waits_table(visit: Visit) -> Table:
    """What waits for machines, people, experts, appeals and publishing, with the age of the oldest of each."""
    say = visit.say
    columns = {
        "for": say("Waits for"),
        "what": say("What"),
        "count": say("How many"),
        "oldest": say("The oldest waits since"),
    }
    return visit.table("waits", say("What waits"), columns, _rows(visit), at="/desk")


def _rows(visit: Visit) -> list[tuple[Raw, ...]]:
    say, total = visit.say, summed(visible(visit, visit.home.store.scan_counts_in_all()))
    apart = summed(visible(visit, visit.home.store.scan_counts_of_cancelled()))
    since = visit.home.store.waiting_since(published(visit))
    sees_all = visit.forms is None
    arrived, held = _files(visit) if sees_all else (0, 0)
    unread = total["state not weighed"] - apart["state not weighed"]
    rows = [
        ("machines", say("machines"), say("files to be taken in"), arrived, None, ""),
        ("weighing", say("machines"), say("scans to be read and weighed"), unread, since.machines,
         _scans(state="not weighed")),
        ("people", say("people"), say("questions"), total["open for people"], since.people,
         _scans(state="waits for people")),
        ("experts", say("experts"), say("questions"), total["open for experts"], since.experts,
         _scans(asks="experts")),
    ]  # fmt: skip
    rows += _rows_of_home(visit, since) if sees_all else []
    rows += _rows_of_cancelled(visit, held, apart["state not weighed"])
    return [
        (
            Cell(code, words),
            what,
            Cell(count, visit.number(count), href if count else ""),
            _age(visit, oldest if count and sees_all else None),
        )
        for code, words, what, count, oldest, href in rows
    ]


def _rows_of_home(visit: Visit, since: facts.WaitingSince) -> list[tuple[str, str, str, int, datetime | None, str]]:
    say = visit.say
    appeals = "/appeals" if visit.may_change else ""
    asked = visit.home.store.questions(open_only=True)
    oldest = min((each.at for each in asked), default=None)
    disputed = visit.home.store.disputes(open_only=True)
    return [
        ("answers", say("an operator"), say("what readers ask about a field"), len(asked), oldest,
         "/questions" if visit.may_change else ""),
        ("disputes", say("an operator"), say("contested times"), len(disputed),
         min((each.at for each in disputed), default=None), "/clocks" if visit.may_change else ""),
        ("appeals", say("a hearing"), say("appeals"), since.appeal_count, since.appeals, appeals),
        ("publishing", say("publishing"), say("records"), since.publishing_count, since.publishing, ""),
    ]  # fmt: skip


def _rows_of_cancelled(visit: Visit, files: int, scans: int) -> list[tuple[str, str, str, int, None, str]]:
    """What stands still with its cancelled batch; no rows where nothing does."""
    words = visit.say("nobody: the batch is cancelled")
    rows = [("cancelled", words, visit.say("files that are not taken in"), files, None, "/desk/batches"),
            ("cancelled", words, visit.say("scans that are not finished"), scans, None, "/desk/batches")]  # fmt: skip
    return [row for row in rows if row[3]]


def _files(visit: Visit) -> tuple[int, int]:
    """How many files are to be taken in, and how many wait for a cancelled batch to go on."""
    batches = waiting_batches(visit.home)
    held = sum(unread_files(visit.home, each) for each in batches if cancelled_at(visit.home, each) is not None)
    return unread_files(visit.home) - held, held


def _scans(**search: str) -> str:
    given: Mapping[str, str] = search
    return f"/desk/scans{with_query(given)}"


def _age(visit: Visit, since: datetime | None) -> Cell:
    return time_cell(since, "" if since is None else visit.age(since))


def published(visit: Visit) -> int:
    """Up to which number of the outbox the record database stands; 0 where there is none yet."""
    try:
        return query.position(visit.home.settings.records)
    except NotFound:
        return 0


# The page Now, its tables as files, and the one deed of it: what could not be weighed is weighed again.

router = APIRouter()


@router.get("/desk")
async def now_page(request: Request, visit: Look) -> Response:
    """What waits, who works, what is wrong, what was done today."""
    watch = _watch(request, visit)

    def made() -> Response:
        work, alarmed = work_today(visit), alarms(visit, watch)
        return visit.page(
            "desk_now.html",
            headline=headline(visit),
            waits=_waiting(visit),
            people=_people_table(visit),
            alarms=alarmed,
            overridden=latest_overridden(visit),
            lacks_people=any(each.check == "people" for each in alarmed),
            quarantined=len(visit.home.store.quarantined()) if visit.forms is None else 0,
            today=_today(work),
            today_date=f"{midnight(visit):%Y-%m-%d}",
            chart_today=throughput_chart(visit, work),
            forecast=home_forecast(visit),
            is_empty=visit.may_change and visit.forms is None and _is_empty(visit),
            behind=visit.home.store.not_summed_up() if visit.forms is None else 0,
        )

    return await visit.show(made)


@router.get("/desk/waits.{kind}")
def waits_file(visit: Look, kind: Kind) -> Response:
    """What waits, as a file."""
    return table_file(waits_table(visit), kind)


@router.get("/desk/throughput.{kind}")
def throughput_file(visit: Look, kind: Kind) -> Response:
    """What was done today, hour by hour, as a file."""
    return table_file(throughput_chart(visit, work_today(visit)).table, kind)


@router.get("/desk/at-work.{kind}")
def people_file(visit: Look, kind: Kind) -> Response:
    """Who works now, as a file."""
    return table_file(_people_table(visit), kind)


@router.post("/desk/quarantine/retry")
async def retry(visit: Act) -> Response:
    """Has everything weighed again that could not be."""
    visit.require_all_forms()
    return await do(visit, lambda: visit.home.store.retry_quarantined(visit.now), "/desk", "retry")


def _is_empty(visit: Visit) -> bool:
    """Whether nothing has come here yet."""
    return not visit.home.store.scan_counts_in_all() and not waiting_batches(visit.home)


def _watch(request: Request, visit: Visit) -> AlarmWatch:
    """The watch of this app, made with the first page."""
    state = request.app.state
    if not hasattr(state, "desk_alarms"):
        state.desk_alarms = AlarmWatch(visit.home)
    watch: AlarmWatch = state.desk_alarms
    return watch


def _people_table(visit: Visit) -> Table:
    say = visit.say
    columns = {
        "handle": say("Who"),
        "roles": say("Roles"),
        "held": say("Questions on their screen"),
        "last_at": say("Last reading"),
    }
    rows = [
        (
            each.handle,
            Cell(" ".join(sorted(each.roles)), visit.roles(each.roles)),
            each.held,
            time_cell(each.last_at, visit.age(each.last_at) if each.last_at else ""),
        )
        for each in visit.home.store.people_at_work(visit.now)
    ]
    nothing = say("Nobody has a question on their screen just now.")
    caption = say("People at work")
    return visit.table("at-work", caption, columns, rows, at="/desk", nothing=nothing)


def _today(work: list[facts.WorkDone]) -> Counter[str]:
    """What was done today, by what it is."""
    total: Counter[str] = Counter()
    for each in work:
        total[each.what] += each.count
    total["readings by people"] = sum(total[each] for each in BY_PEOPLE)
    total["decided"] = total["decided by machine"] + total["decided by people"]
    return total
