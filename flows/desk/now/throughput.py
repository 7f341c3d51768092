"""What was done today, hour by hour, and when all that is open will be finished at the pace of the last days."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flows.desk.charts import Bar, Chart, stacked
from flows.desk.counts import BY_PEOPLE, summed, visible
from flows.desk.tables import Cell, Column, Table
from flows.desk.visit import Visit
from flows.mending import LOOK_BACK, MIN_READINGS, READINGS_PER_FIELD, Forecast, forecast
from transcribe.store import facts

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
        (
            Cell(name),
            Cell(sum(found[what] for what in BY_PEOPLE)),
            Cell(found["records"]),
            Cell(found["scans"]),
        )
        for name, found in zip(names, hours.values(), strict=True)
    ]
    columns = (
        Column("hour", say("Hour")),
        Column("readings", say("Readings by people"), is_number=True),
        Column("records", say("Finished records"), is_number=True),
        Column("scans", say("Scans that came"), is_number=True),
    )
    table = Table(
        name="throughput", caption=say("Today, hour by hour"), columns=columns, rows=rows, address="/desk/throughput"
    )
    bars = [Bar(str(row[0].value), [float(row[1].value or 0)]) for row in rows]
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
