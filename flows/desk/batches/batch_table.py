"""All batches in a table: how far each is, how much machines did alone, priority and due date."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from flows.desk.counts import STATE_PREFIX, summed, visible
from flows.desk.tables import Cell, Column, Table, time_cell, with_query
from flows.desk.visit import Visit
from transcribe.store import Batch


def batch_address(name: str, page: str = "") -> str:
    """The address of a batch's page, or of one below it."""
    return f"/desk/batch{page}{with_query({'name': name})}"


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
    say = visit.say
    columns = (
        Column("batch", say("Batch")),
        Column("scans", say("Scans"), is_number=True),
        Column("finished", say("Finished"), is_number=True),
        Column("set_aside", say("Set aside"), is_number=True),
        Column("open", say("Open"), is_number=True),
        Column("questions", say("Questions"), is_number=True),
        Column("straight_through", say("Straight through"), is_number=True),
        Column("priority", say("Priority"), is_number=True),
        Column("due", say("Due")),
        Column("since", say("Since")),
        Column("state", say("State")),
    )
    return Table(
        name="batches",
        caption=say("Batches, the most urgent first"),
        columns=columns,
        rows=[_row(visit, each, counts[each.name]) for each in shown],
        address="/desk/batches",
        nothing=say("Nothing has come in a batch yet."),
    )


def scans_of(counts: Mapping[str, int]) -> int:
    """Scans of a batch that were not forgotten."""
    states = {what: count for what, count in counts.items() if what.startswith(STATE_PREFIX)}
    return sum(states.values()) - states.get(f"{STATE_PREFIX}forgotten", 0)


def straight_through(counts: Mapping[str, int]) -> float | None:
    """The share of finished scans in which no person decided a value. None where none is finished."""
    finished = counts.get(f"{STATE_PREFIX}finished", 0)
    return counts.get("straight through", 0) / finished if finished else None


def _row(visit: Visit, batch: Batch, counts: Counter[str]) -> tuple[Cell, ...]:
    scans, finished, aside = scans_of(counts), counts["state finished"], counts["state set aside"]
    alone = straight_through(counts)
    asked = () if batch.cancelled_at else ("people", "experts", "appeals")
    questions = sum(counts[f"open for {each}"] for each in asked)
    lists = {
        state: f"/desk/scans{with_query({'batch': batch.name, 'state': state})}" for state in ("finished", "set aside")
    }
    ends = ("cancelled", visit.say("cancelled")) if batch.cancelled_at else late(visit, batch, scans - finished - aside)
    return (
        Cell(batch.name, batch.name, batch_address(batch.name)),
        _count(visit, scans, f"/desk/scans{with_query({'batch': batch.name})}"),
        _count(visit, finished, lists["finished"]),
        _count(visit, aside, lists["set aside"]),
        _count(visit, scans - finished - aside, ""),
        _count(visit, questions, ""),
        Cell(None if alone is None else round(alone, 4), "" if alone is None else visit.share(alone)),
        Cell(batch.priority),
        _time(visit, batch.due),
        _time(visit, batch.since),
        Cell(ends[0], ends[1], badge=ends[0]) if ends[0] else Cell(""),
    )


def late(visit: Visit, batch: Batch, open_scans: int) -> tuple[str, str]:
    """Whether a batch is past its due date and not finished, as a code and in words."""
    if batch.due is not None and batch.due < visit.now and open_scans:
        return "late", visit.say("late")
    return "", ""


def _count(visit: Visit, count: int, href: str) -> Cell:
    return Cell(count, visit.number(count), href if count else "")


def _time(visit: Visit, at: datetime | None) -> Cell:
    return time_cell(at, visit.moment(at) if at else "")


def day_of(due: datetime | None) -> str:
    """The last day of a due time as a form has it; "" where there is none."""
    return due.strftime("%Y-%m-%d") if due else ""
