"""The page Now, its tables as files, and the one deed of it: what could not be weighed is weighed again."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter, Request, Response

from flows.desk.counts import BY_PEOPLE
from flows.desk.deeds import do
from flows.desk.now.alarms import AlarmWatch, alarms, home_forecast, midnight, throughput_chart, work_today
from flows.desk.now.waits import waits_table
from flows.desk.scans.scan_view import latest_overridden
from flows.desk.tables import Cell, Column, Kind, Table, table_file, time_cell
from flows.desk.visit import Act, Look, Visit
from flows.incoming import waiting_batches
from transcribe.store import facts

router = APIRouter()


@router.get("/desk")
async def now_page(request: Request, visit: Look) -> Response:
    """What waits, who works, what is wrong, what was done today."""
    watch = _watch(request, visit)

    def made() -> Response:
        work, alarmed = work_today(visit), alarms(visit, watch)
        return visit.page(
            "desk_now.html",
            waits=waits_table(visit),
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
    columns = (
        Column("handle", say("Who")),
        Column("roles", say("Roles")),
        Column("held", say("Questions on their screen"), is_number=True),
        Column("last_at", say("Last reading")),
    )
    rows = [
        (
            Cell(each.handle),
            Cell(" ".join(sorted(each.roles)), visit.roles(each.roles)),
            Cell(each.held),
            time_cell(each.last_at, visit.age(each.last_at) if each.last_at else ""),
        )
        for each in visit.home.store.people_at_work(visit.now)
    ]
    nothing = say("Nobody has a question on their screen just now.")
    caption = say("People at work")
    return Table(name="at-work", caption=caption, columns=columns, rows=rows, address="/desk/at-work", nothing=nothing)


def _today(work: list[facts.WorkDone]) -> Counter[str]:
    """What was done today, by what it is."""
    total: Counter[str] = Counter()
    for each in work:
        total[each.what] += each.count
    total["readings by people"] = sum(total[each] for each in BY_PEOPLE)
    total["decided"] = total["decided by machine"] + total["decided by people"]
    return total
