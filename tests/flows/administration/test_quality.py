"""Quality beside the data: what audits found of a form, and what work came to without telling of one person."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import astuple
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.administration.people import invite
from flows.administration.records import MIN_PEOPLE_COUNT, _counted_before, months_of_work, refresh_quality
from flows.home.home import Home
from flows.measuring import field_qualities
from flows.serving.reconcile_worker import run_worker
from flows.steps.erasures import publish_records, rebuild_records
from reconcile.algorithms import exact_interval
from reconcile.learning.training_facts import AuditedValue
from reconcile.records.interchange import quality
from reconcile.records.interchange.quality import MonthOfWork
from tests.examples import examples
from tests.flows.serving.test_api import recorded
from tests.flows.serving.test_records_api import app_of_records, program
from tests.flows.steps.test_learn_parameters import audited
from transcribe.model import FieldKey
from transcribe.store.facts import WorkOfMonth

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CENT = 10_000


def everything(rooms: Home) -> str:
    """The whole of records.db, as text."""
    with closing(sqlite3.connect(rooms.settings.records)) as connection:
        return "\n".join(connection.iterdump())


def test_one_query_and_one_call_tell_the_measured_error_rate_of_a_form(rooms: Home) -> None:
    expert = invite(rooms, "eve", ["expert"]).person.id
    for number in range(6):
        audited(rooms, expert, "72.50" if number == 0 else "12.50")
    publish_records(rooms)
    refresh_quality(rooms)
    with closing(sqlite3.connect(rooms.settings.records)) as connection:
        asked = "select audited, wrong, interval_low, interval_high from quality where form = 'receipt' and field = ''"
        ((count, wrong, low, high),) = connection.execute(asked).fetchall()
    assert (wrong, (low, high)) == (1, exact_interval(1, count))
    assert count >= 6
    with program(app_of_records(rooms), rooms) as client:
        answer = client.get("/api/v1/forms/receipt/quality").json()
    assert answer["whole"] == {
        **{"field": "", "type": "", "audited": count, "wrong": 1, "share": 1 / count, "low": low, "high": high},
        **{name: answer["whole"][name] for name in ("since", "until")},
    }
    total = next(each for each in answer["fields"] if each["field"] == "total")
    assert (total["type"], total["audited"], total["wrong"]) == ("amount", 6, 1)
    assert sum(each["audited"] for each in answer["fields"]) == count
    assert answer["whole"]["since"] <= answer["whole"]["until"] <= answer["measured_at"]


def test_serve_counts_it_at_its_start_where_none_is_there(rooms: Home) -> None:
    """After a restore records.db is made anew, and said until the night that nothing was ever audited."""
    audited(rooms, invite(rooms, "eve", ["expert"]).person.id, "12.50")
    publish_records(rooms)
    assert quality.quality(rooms.settings.records, "receipt") == []
    ours, theirs = os.pipe()
    os.close(theirs)
    run_worker(rooms, ours, 0.0)
    os.close(ours)
    whole, *_ = quality.quality(rooms.settings.records, "receipt")
    assert (whole.field, whole.audited >= 1) == ("", True)


def test_reading_it_changes_nothing_and_a_file_that_is_made_anew_keeps_it(rooms: Home) -> None:
    audited(rooms, invite(rooms, "eve", ["expert"]).person.id, "12.50")
    publish_records(rooms)
    refresh_quality(rooms)
    before = everything(rooms)
    with program(app_of_records(rooms), rooms) as client:
        for _ in range(2):
            assert client.get("/api/v1/forms/receipt/quality").status_code == 200
        assert client.get("/api/v1/forms/nothing/quality").status_code == 404
    assert everything(rooms) == before
    kept = quality.quality(rooms.settings.records, "receipt")
    rebuild_records(rooms)
    assert quality.quality(rooms.settings.records, "receipt") == kept != []


def test_a_form_that_was_never_audited_has_no_rate(rooms: Home) -> None:
    recorded(rooms)
    refresh_quality(rooms)
    with program(app_of_records(rooms), rooms) as client:
        answer = client.get("/api/v1/forms/receipt/quality").json()
    assert (answer["whole"]["audited"], answer["whole"]["share"], answer["measured_at"]) == (0, None, None)


def test_a_field_whose_type_changed_is_counted_by_its_latest_type() -> None:
    values = [
        AuditedValue(form="f", key=FieldKey("code"), type=type_, wrong=wrong, at=NOON.replace(hour=hour))
        for type_, wrong, hour in (("integer", True, 1), ("code", False, 2), ("code", False, 3))
    ]
    whole, code = field_qualities(values, NOON)
    assert (whole.field, whole.audited, whole.wrong) == ("", 3, 1)
    assert (code.type, code.audited, code.wrong, code.since) == ("code", 2, 0, "2026-11-20T02:00:00+00:00")


def worked(people: list[tuple[float, int]], month: str = "2026-10") -> list[WorkOfMonth]:
    return [
        WorkOfMonth(transcriber=f"p{number}", month=month, currency="EUR", seconds=seconds, micro=micro)
        for number, (seconds, micro) in enumerate(people)
    ]


@pytest.mark.promise("Its hours and pay")
def test_work_of_enough_people_is_told_together() -> None:
    (month,) = months_of_work(worked([(3600.0, 12_000_000)] * 5))
    assert astuple(month) == ("2026-10", "EUR", 5, 5.0, 60.0, 12.0)


@pytest.mark.promise("Its hours and pay", "NULL like hours and")
@pytest.mark.parametrize(
    "people",
    [
        [(3600.0, 12_000_000)] * 4,
        [(36_000.0, 12_000_000), *[(3600.0, 12_000_000)] * 4],
        [(3600.0, 120_000_000), *[(3600.0, 12_000_000)] * 4],
        [(0.0, 0)] * 6,
    ],
)
def test_no_figure_tells_of_one_person(people: list[tuple[float, int]]) -> None:
    (month,) = months_of_work(worked(people))
    assert (month.people, month.hours, month.pay, month.pay_per_hour) == (len(people), None, None, None)


@pytest.mark.promise("Its hours and pay")
@examples(100)
@given(st.lists(st.tuples(st.floats(0, 1e6), st.integers(-CENT, 10**12)), min_size=1, max_size=12))
def test_what_is_told_leaves_every_person_at_most_half(people: list[tuple[float, int]]) -> None:
    (month,) = months_of_work(worked(people))
    if month.hours is not None:
        assert len(people) >= MIN_PEOPLE_COUNT
        assert all(2 * seconds <= sum(each for each, _ in people) for seconds, _ in people)
        assert all(2 * micro <= sum(each for _, each in people) for _, micro in people)


@pytest.mark.promise("A month is counted")
@pytest.mark.parametrize(
    ("at", "before"),
    [
        (datetime(2026, 11, 7, 23, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)),
        (datetime(2026, 11, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
        (datetime(2027, 1, 3, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_a_month_is_counted_a_week_after_its_end(at: datetime, before: datetime) -> None:
    assert _counted_before(at) == before


@pytest.mark.promise("A month is counted")
def test_a_month_that_was_told_stays_as_it_is(rooms: Home) -> None:
    publish_records(rooms)
    month = MonthOfWork(month="2026-09", currency="EUR", people=5, hours=5.0, pay=60.0, pay_per_hour=12.0)
    quality.keep(rooms.settings.records, [], [month])
    quality.keep(
        rooms.settings.records,
        [],
        [MonthOfWork(month="2026-09", currency="EUR", people=5, hours=5.5, pay=66.0, pay_per_hour=12.0)],
    )
    assert quality.labour(rooms.settings.records) == [month]
    with program(app_of_records(rooms), rooms) as client:
        assert client.get("/api/v1/forms/receipt/quality").status_code == 404, "no records of it"
