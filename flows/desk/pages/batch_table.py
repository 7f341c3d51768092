"""All batches in a table, and one batch as its page shows it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.desk.charts import Bar, Chart, stacked
from flows.desk.pages.counts import (
    BY_PEOPLE,
    REASON_PREFIX,
    STATE_PREFIX,
    beginning,
    scans_of,
    straight_through,
    summed,
    visible,
)
from flows.desk.pages.now_page import FORECAST_SECONDS, kept_forecast, readings_a_field
from flows.desk.tables import Cell, Raw, Row, Table, batch_cell, scan_cell, with_query
from flows.desk.visit import Visit
from flows.desk.words import STATE_COLOURS, STATES, STOPPED
from flows.incoming import unread_files
from flows.mending import LOOK_BACK, Forecast
from flows.runtime import PrefectRun, latest_run
from transcribe.errors import NotFound
from transcribe.store import Batch, facts


def batch_counts(visit: Visit, name: str | None = None) -> Mapping[str, Counter[str]]:
    """What is counted in each batch, or in this one, of the forms that the visitor sees."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in visible(visit, visit.home.store.scan_counts(name)):
        counts[each.batch][each.what] += each.count
    return counts


def batches_table(visit: Visit, first: int = 0, most: int | None = None) -> Table:
    """The batches in which the visitor sees a form, from the `first` on, the most urgent first."""
    store = visit.home.store
    if visit.forms is None:
        shown = store.summed_batches(first, most)
        counts = {each.name: summed(store.scan_counts(each.name)) for each in shown}
    else:
        counts = dict(batch_counts(visit))
        theirs = [each for each in store.summed_batches() if scans_of(counts.get(each.name, {}))]
        shown = theirs[first:] if most is None else theirs[first : first + most]
    columns = _columns(visit)
    return visit.table(
        "batches",
        visit.say("Batches, the most urgent first"),
        {name: head for name, (head, _) in columns.items()},
        [[cell(each, counts[each.name]) for _, cell in columns.values()] for each in shown],
        at="/desk",
        nothing=visit.say("Nothing has come in a batch yet."),
    )


def _columns(visit: Visit) -> dict[str, tuple[str, Callable[[Batch, Counter[str]], Raw]]]:
    """Each column with its head and the cell of a batch in it, made from the batch and what is counted there."""
    say = visit.say

    def listed(batch: Batch, count: int, state: str = "") -> Cell:
        href = f"/desk/scans{with_query({'batch': batch.name, 'state': state})}" if count else ""
        return Cell(count, visit.number(count), href)

    def share(alone: float | None) -> Cell:
        return Cell(None, is_amount=True) if alone is None else Cell(round(alone, 4), visit.share(alone))

    return {
        "batch": (say("Batch"), lambda of, _: batch_cell(of.name)),
        "scans": (say("Scans"), lambda of, counts: listed(of, scans_of(counts))),
        "finished": (say("Finished"), lambda of, counts: listed(of, counts["state finished"], "finished")),
        "set_aside": (say("Set aside"), lambda of, counts: listed(of, counts["state set aside"], "set aside")),
        "open": (say("Open"), lambda _, counts: _open_scans(counts)),
        "questions": (say("Questions"), lambda of, counts: _questions(of, counts)),
        "straight_through": (say("Straight through"), lambda _, counts: share(straight_through(counts))),
        "priority": (say("Priority"), lambda of, _: of.priority),
        "due": (say("Due"), lambda of, _: of.due),
        "since": (say("Since"), lambda of, _: of.since),
        "state": (say("State"), lambda of, counts: _state(visit, of, counts)),
    }


def _open_scans(counts: Counter[str]) -> int:
    return scans_of(counts) - counts["state finished"] - counts["state set aside"]


def _questions(batch: Batch, counts: Counter[str]) -> int:
    return 0 if batch.cancelled_at else sum(counts[f"open for {each}"] for each in ("people", "experts", "appeals"))


def _state(visit: Visit, batch: Batch, counts: Counter[str]) -> Cell | str:
    """Whether a batch is cancelled, or past its due date and not finished."""
    if batch.cancelled_at:
        return Cell("cancelled", visit.say("cancelled"), badge="cancelled")
    if batch.due is not None and batch.due < visit.now and _open_scans(counts):
        return Cell("late", visit.say("late"), badge="late")
    return ""


def day_of(due: datetime | None) -> str:
    """The last day of a due time as a form has it; "" where there is none."""
    return due.strftime("%Y-%m-%d") if due else ""


# One batch as its page shows it: its course, its states and reasons, cost, forecast, and what was set aside.

MOST_BARS = 48
"""So many bars are drawn of the course of a batch: more are too thin on a telephone. Chosen by hand."""

PAY_PREFIX = "pay "
"""How what counts pay in a currency begins."""


RUN_SECONDS = 10.0
"""How long what Prefect said of a run stands. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """A batch for its page. `cost` and `cost_at_end` are by currency in micro-units, without top-ups.

    `lacks_people`: some of its fields can be finished by nobody who is there, and there is no forecast.
    `run` is its latest run on Prefect's pages, where that answers.
    `is_known`: the first of its files was taken in. Before, only the files wait, and there is no batch to steer.
    """

    batch: Batch
    counts: Counter[str]
    scans: int
    alone: float | None
    arriving: int
    cost: Mapping[str, int]
    cost_at_end: Mapping[str, int]
    forecast: Forecast | None
    lacks_people: bool
    acts: tuple[facts.Act, ...]
    run: PrefectRun | None
    is_known: bool
    may_steer: bool


def batch_view(visit: Visit, name: str) -> BatchView:
    """All that a page says of a batch. NotFound where there is none, or none with a form that the visitor sees."""
    counts = batch_counts(visit, name).get(name, Counter())
    batch, arriving = known_batch(visit, name, counts)
    work = [each for each in visit.home.store.work_of_batches([name]) if visit.sees(each.form)]
    each_field = readings_a_field(work)
    left = counts["open fields"] if batch.cancelled_at is None else 0
    lacks_people = bool(left) and _lacks_people(visit, name)
    cost = _cost(work)
    readings = sum(each.count for each in work if each.what in BY_PEOPLE)
    more = {
        currency: round(micro / readings * left * each_field) if readings else 0 for currency, micro in cost.items()
    }
    run_name = f"ingest {name}"
    return BatchView(
        batch=batch,
        counts=counts,
        scans=scans_of(counts),
        alone=straight_through(counts),
        arriving=arriving,
        cost=cost,
        cost_at_end={currency: micro + more[currency] for currency, micro in cost.items()},
        forecast=None if lacks_people else kept_forecast(visit, name, _latest_work(visit, name), left, each_field),
        lacks_people=lacks_people,
        acts=tuple(visit.home.store.acts(batch=name)),
        run=visit.shared.of(("run", name), RUN_SECONDS, visit.now, lambda: latest_run(visit.home.settings, run_name)),
        is_known=batch.since is not None or batch.set_aside > 0,
        may_steer=visit.may_change and visit.forms is None,
    )


def known_batch(visit: Visit, name: str, counts: Mapping[str, int]) -> tuple[Batch, int]:
    """A batch, and how many of its files are to be taken in. NotFound where the visitor sees nothing of it."""
    if visit.forms is not None and not scans_of(counts):
        raise NotFound("This batch is not open to this person.")
    arriving = unread_files(visit.home, name)
    try:
        return visit.home.store.summed_batch(name), arriving
    except NotFound:
        if not arriving:
            raise
    unread = Batch(
        name=name,
        priority=0,
        due=None,
        note="",
        cancelled_at=None,
        scans=0,
        set_aside=0,
        since=None,
        records=0,
        open_tasks=0,
    )
    return unread, arriving


def _lacks_people(visit: Visit, name: str) -> bool:
    """Whether some fields of a batch can be finished by nobody who is there. All desks share it for a while."""
    store = visit.home.store

    def missing() -> bool:
        return any(each.waits == "orders" for each in store.missing_people(name))

    return visit.shared.of(("missing people", name), FORECAST_SECONDS, visit.now, missing)


def _latest_work(visit: Visit, name: str) -> list[facts.WorkDone]:
    """The work on a batch that tells how fast people are."""
    work = visit.home.store.work_on_batch(name, visit.now - LOOK_BACK)
    return [each for each in work if visit.sees(each.form)]


def _cost(work: list[facts.WorkDone]) -> dict[str, int]:
    cost: Counter[str] = Counter()
    for each in work:
        if each.what.startswith(PAY_PREFIX):
            cost[each.what.removeprefix(PAY_PREFIX)] += each.amount
    return dict(cost)


def states_table(visit: Visit, view: BatchView) -> Table:
    """How many scans are in each state, with the list behind each number."""
    say, name = visit.say, view.batch.name
    found = beginning(view.counts, STATE_PREFIX)
    called = {} if view.batch.cancelled_at is None else {"not weighed": STOPPED}
    rows = [
        (
            Cell(state, say(called.get(state, words))),
            Cell(
                found[state],
                visit.number(found[state]),
                "" if state == "forgotten" else f"/desk/scans{with_query({'batch': name, 'state': state})}",
            ),
        )
        for state, words in STATES.items()
        if state in found
    ]
    columns = {"state": say("How far"), "scans": say("Scans")}
    return visit.table(
        "states",
        say("Scans by how far they are"),
        columns,
        rows,
        at="/desk/batch",
        query={"name": name},
        nothing=say("No scan of it was read yet."),
    )


def reasons_table(visit: Visit, view: BatchView) -> Table:
    """Why people are asked, with how many questions are open for each reason."""
    say, name = visit.say, view.batch.name
    found = sorted(beginning(view.counts, REASON_PREFIX).items(), key=lambda each: -each[1])
    rows = [
        (
            Cell(reason, visit.reason(reason)),
            Cell(count, visit.number(count), f"/desk/scans{with_query({'batch': name, 'reason': reason})}"),
        )
        for reason, count in found
    ]
    columns = {"reason": say("Why people are asked"), "questions": say("Questions")}
    return visit.table(
        "reasons",
        say("Open questions by reason"),
        columns,
        rows,
        at="/desk/batch",
        query={"name": name},
        nothing=say("Nobody is asked anything about it."),
    )


def course_chart(visit: Visit, view: BatchView) -> Chart:
    """How many scans were in each state, from the first to now. It is for who sees all forms."""
    say, shown = visit.say, [state for state in STATES if state != "forgotten"]
    course = _course(visit, view.batch.name, shown) if visit.forms is None else []
    kinds = [state for state in shown if any(found.get(state) for _, found in course)]
    words = [say(STATES[state]) for state in kinds]
    rows: list[Row] = [
        (Cell(at.isoformat(timespec="minutes"), visit.moment(at)), *(found.get(state, 0) for state in kinds))
        for at, found in course
    ]
    table = visit.table(
        "course",
        say("Scans by how far they were"),
        {"at": say("When"), **dict(zip(kinds, words, strict=True))},
        rows,
        at="/desk/batch",
        query={"name": view.batch.name},
    )
    bars = [Bar(visit.moment(at), [float(found.get(state, 0)) for state in kinds]) for at, found in course]
    title, colours = say("Scans by how far they were, from the first to now"), [STATE_COLOURS[each] for each in kinds]
    return stacked("course", title, bars, words, table, visit.number, colours)


def _course(visit: Visit, name: str, states: Collection[str]) -> list[tuple[datetime, Mapping[str, int]]]:
    """The states at evenly spaced times from the first that was noted to now, at most some dozens."""
    first = visit.home.store.batch_course_begin(name)
    if first is None:
        return []
    wide = max(timedelta(minutes=15), (visit.now - first) / MOST_BARS)
    ends = [first + wide * (place + 1) for place in range(int((visit.now - first) / wide) + 1)]
    standing: dict[datetime, dict[str, int]] = {end: {} for end in ends}
    for step in visit.home.store.batch_course(name, ends, states):
        standing[step.at][step.state] = step.count
    return [(min(end, visit.now) if place else first, standing[end]) for place, end in enumerate(ends)]


# What was set aside of a batch: scans with their picture and reason, and files that never became a scan.

MOST_PICTURES = 24
"""So many scans are shown with their picture; the list behind the number has them all. Chosen by hand."""

MOST_FILES = 500
"""So many files that were set aside are listed. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class ScanAside:
    """A scan that was set aside: its id, name, reason, and whether there is a picture of it."""

    scan: str
    name: str
    because: str
    is_pictured: bool


def scans_aside(visit: Visit, name: str) -> list[ScanAside]:
    """The latest scans of a batch that were set aside."""
    search = facts.ScanSearch(batch=name, state="set aside", forms=visit.forms)
    store = visit.home.store
    return [
        ScanAside(each.scan, each.name, _because(visit, store.scan_state(each.scan)), bool(store.pictures(each.scan)))
        for each in store.find_scans(search, MOST_PICTURES)
    ]


def _because(visit: Visit, state: facts.ScanState) -> str:
    if state.same_order and not state.set_aside:
        return visit.say("It is the same order as another scan.")
    return state.aside_because


def known_table(visit: Visit, name: str) -> Table:
    """The scans of other batches that came again in this one, of the forms that the visitor sees."""
    say = visit.say
    rows = [
        (scan_cell(each.scan, each.name), batch_cell(each.batch), each.at)
        for each in visit.home.store.known_again(name, MOST_FILES)
        if visit.sees(each.form)
    ]
    columns = {"scan": say("Known as"), "batch": say("In the batch"), "at": say("Came again")}
    return visit.table("known", say("Known already"), columns, rows, at="/desk/batch", query={"name": name})


def aside_table(visit: Visit, name: str) -> Table:
    """The files of a batch that could not be read; nobody knows their form, so who is limited sees none."""
    say = visit.say
    files = visit.home.store.set_aside_of_batch(name, MOST_FILES) if visit.forms is None else []
    columns = {"file": say("File"), "reason": say("Why"), "at": say("When")}
    rows = [(each.file.name, Cell(each.message, visit.in_words(each.message)), each.at) for each in files]
    return visit.table(
        "aside", say("Files that could not be read"), columns, rows, at="/desk/batch", query={"name": name}
    )
