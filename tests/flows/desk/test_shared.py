"""What one desk has worked out is shown by all for some seconds."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.desk import counting
from flows.desk.counting import POLL_SECONDS, Shared
from flows.desk.now import throughput
from flows.desk.now.throughput import FORECAST_SECONDS, kept_forecast
from flows.desk.visit import POLL_HEADER
from tests.flows.desk.desk_site import DOUBTED, DeskSite, csrf
from transcribe.store.facts import WorkDone

T = TypeVar("T")

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _same(made: T) -> T:
    return made


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(-100, 100)), max_size=20))
def test_nothing_is_shown_that_is_older_than_it_may_be_or_from_ahead(looks: list[tuple[str, float]]) -> None:
    known, now = Shared(), NOON
    for key, seconds in looks:
        now += timedelta(seconds=seconds)
        made = known.of(key, 10, now, partial(_same, now))
        assert timedelta() <= now - made <= timedelta(seconds=10)
        assert known.of(key, 10, now, lambda: NOON - timedelta(days=1)) == made


def test_ten_desks_at_once_have_it_worked_out_once() -> None:
    known, times = Shared(), []

    def make() -> int:
        times.append(1)
        time.sleep(0.05)
        return 7

    desks = [threading.Thread(target=lambda: known.of("k", 10, NOON, make)) for _ in range(10)]
    for each in desks:
        each.start()
    for each in desks:
        each.join()
    assert len(times) == 1


def test_only_the_latest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST_KEPT", 2)
    known = Shared()
    for key in ("a", "b", "a", "c"):
        known.of(key, 10, NOON, partial(_same, key))
    assert known.of("a", 10, NOON, lambda: "anew") == "a"
    assert known.of("b", 10, NOON, lambda: "anew") == "anew"


@pytest.mark.promise("kept in each process")
def test_a_forecast_stands_for_a_minute_and_is_that_of_its_batch(
    busy: DeskSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counted(times: object, left: int, each: float, now: datetime) -> int:
        asked.append(left)
        return left

    monkeypatch.setattr(throughput, "forecast", counted)
    known = Shared()

    class Looks:
        forms = None
        now = busy.now()
        shared = known

    work = [WorkDone(batch="", at=Looks.now - timedelta(hours=1), form="order", what="readings by person", count=40,
                     amount=0)]  # fmt: skip
    assert kept_forecast(Looks, "", work, 30, 1.5) == 30  # type: ignore[arg-type, comparison-overlap]
    assert kept_forecast(Looks, "", work, 20, 1.5) == 30  # type: ignore[arg-type, comparison-overlap]
    assert kept_forecast(Looks, "monday", work, 10, 1.5) == 10  # type: ignore[arg-type, comparison-overlap]
    assert kept_forecast(Looks, "", work, 0, 1.5) is None  # type: ignore[arg-type]
    assert kept_forecast(Looks, "", work[:0], 20, 1.5) is None  # type: ignore[arg-type]
    Looks.now += timedelta(seconds=FORECAST_SECONDS + 1)
    assert kept_forecast(Looks, "", work, 20, 1.5) == 20  # type: ignore[arg-type, comparison-overlap]
    assert asked == [30, 10, 20]


@pytest.mark.promise("Desks of people who", "a page that is")
def test_a_poll_shares_the_page_with_who_may_do_the_same_and_keeps_its_own_token(busy: DeskSite) -> None:
    poll = {POLL_HEADER: "1"}
    one, other = (busy.client(busy.person(name, "operator")) for name in ("ann op", "bob op"))
    auditor, limited = (
        busy.client(busy.person("eve", "auditor")),
        busy.client(busy.person("sam", "operator", forms=("invoice2",))),
    )
    first = one.get("/desk/money", headers=poll)
    assert csrf(one) in first.text
    busy.scan("late.png", DOUBTED)
    second = other.get("/desk/money", headers=poll)
    assert csrf(other) in second.text
    assert csrf(one) not in second.text
    assert "ann op" not in first.text.partition("<main")[0] + second.text.partition("<main")[0]
    assert 'method="post"' not in auditor.get("/desk/money", headers=poll).text
    assert limited.get("/desk/money", headers=poll).status_code == 404
    assert "doubt.png" in one.get("/desk/scans", headers=poll).text
    assert "doubt.png" not in limited.get("/desk/scans", headers=poll).text
    assert other.get("/desk/scans", headers=poll).text.count("late.png") == 0, "some seconds old"
    busy.weigh()
    assert other.get("/desk/scans").text.count("late.png") > 0, "a page that is loaded is never old"
    busy.ahead += timedelta(seconds=POLL_SECONDS + 1)
    assert other.get("/desk/scans", headers=poll).text.count("late.png") > 0
