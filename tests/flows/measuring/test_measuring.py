"""Curves of audited fields: nothing is lost, small groups are joined, and intervals hold the share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.measuring.confusions import confusions
from flows.measuring.quality_measures import (
    MIN_GROUP_COUNT,
    Agreement,
    calibration_points,
    coverage_points,
    error_by_week,
    latest_scans,
)
from reconcile.learning import AuditedValue
from tests.flows.desk.desk_site import AGREED, DOUBTED, DeskSite, desk_site, page
from tests.transcribe.store.world import sent
from transcribe.model import FieldKey
from transcribe.store.facts import Offer

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


def value(probability: float | None, *, wrong: bool = False, at: datetime | None = MONDAY) -> AuditedValue:
    return AuditedValue(form="f", key=FieldKey("total"), type="amount", wrong=wrong, at=at, probability=probability)


def test_values_are_grouped_by_what_was_stated_of_them() -> None:
    sure = [value(0.99995, wrong=number < 1) for number in range(40)]
    less = [value(0.95, wrong=number < 5) for number in range(30)]
    low, high = calibration_points([*sure, *less])
    assert (low.count, low.wrong, high.count, high.wrong) == (30, 5, 40, 1)
    assert (round(low.stated, 4), round(high.least, 5)) == (0.95, 0.99995)
    assert low.interval[0] < 5 / 30 < low.interval[1]


def test_a_small_group_joins_its_neighbour_and_a_lone_one_stays() -> None:
    few, many = [value(0.95)] * 5, [value(0.99995)] * 40
    assert [each.count for each in calibration_points([*few, *many])] == [45]
    assert [each.count for each in calibration_points([*[value(0.95)] * 40, *[value(0.99995)] * 5])] == [45]
    assert [each.count for each in calibration_points(few)] == [5]
    assert coverage_points(few) == []


def test_what_an_operator_said_has_no_stated_probability_and_is_left_out() -> None:
    assert calibration_points([value(None)] * 50) == []


def test_less_decided_is_less_wrong_where_the_unsure_ones_are() -> None:
    fields = [value(0.999 + number / 1e6, wrong=number < 10) for number in range(100)]
    points = coverage_points(fields)
    assert [each.count for each in points] == [20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert [each.wrong for each in points][-2:] == [0, 10]
    assert points[-1].coverage == 1.0


def test_values_that_are_stated_equally_sure_are_decided_together_or_not_at_all() -> None:
    points = coverage_points([*[value(0.9999)] * 40, *[value(0.99, wrong=True)] * 10])
    assert [(each.count, each.wrong, each.coverage) for each in points] == [(40, 0, 0.8), (50, 10, 1.0)]


def test_weeks_begin_on_monday() -> None:
    values = [value(0.99, at=MONDAY), value(0.99, wrong=True, at=MONDAY + timedelta(days=6)), value(0.99, at=None)]
    values.append(value(0.99, at=MONDAY + timedelta(days=7)))
    assert error_by_week(values) == {date(2026, 11, 23): (1, 2), date(2026, 11, 30): (0, 1)}


@given(st.lists(st.tuples(st.floats(0.5, 1.0), st.booleans()), max_size=200))
def test_no_value_is_lost_and_no_group_but_a_lone_one_is_small(told: list[tuple[float, bool]]) -> None:
    fields = [value(probability, wrong=wrong) for probability, wrong in told]
    points = calibration_points(fields)
    assert sum(each.count for each in points) == len(fields)
    assert sum(each.wrong for each in points) == sum(each.wrong for each in fields)
    assert len(points) <= 1 or min(each.count for each in points) >= MIN_GROUP_COUNT
    assert [each.stated for each in points] == sorted(each.stated for each in points)
    covered = coverage_points(fields)
    assert [each.coverage for each in covered] == sorted({each.coverage for each in covered})
    assert all(sum(each.probability >= point.least for each in fields) == point.count for point in covered)  # type: ignore[operator]  # stated


def audited(truth: str, scan: str = "a", **read: str) -> AuditedValue:
    return AuditedValue(
        form="f", key=FieldKey("code"), type="code", wrong=False, at=None, scan=scan, truth=truth, read=read
    )


def test_the_most_frequent_comes_first_with_engines_and_examples() -> None:
    fields = [
        audited("1014", "a", one="7014", two="1014"),
        audited("1100", "b", one="7100", two="7100"),
        audited("22", "c", one="2Z", two="22"),
    ]
    first, second = confusions(fields)
    assert (first.written, first.read, first.times, first.of) == ("1", "7", 3, 8)
    assert first.engines == ("one", "two")
    assert [each.scan for each in first.examples] == ["b", "a"]
    assert (second.written, second.read, second.times, second.of) == ("2", "Z", 1, 4)


def test_characters_that_are_left_out_or_made_up_are_confusions_with_nothing() -> None:
    assert {
        (each.written, each.read, each.of) for each in confusions([audited("12.50", one="1250", two="12.500")])
    } == {
        (".", "", 2),
        ("", "0", None),
    }


def test_another_text_and_payment_data_are_left_out() -> None:
    assert confusions([audited("Mary Poole", one="SUBTOTAL")]) == []
    assert confusions([replace(audited("4111", one="4117"), hidden=True)]) == []


RULED = """
name = "bill"
version = 1
title = { en = "Bill" }
languages = ["eng"]
locale = "en_GB"
currency = "EUR"
blank = "bill.png"
[[field]]
name = "net"
type = "amount"
box = [40, 80, 300, 130]
[[field]]
name = "tax"
type = "amount"
box = [40, 180, 400, 230]
[[field]]
name = "total"
type = "amount"
box = [40, 280, 300, 330]
[[rule]]
name = "net and tax"
check = "total == net + tax"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DeskSite]:
    with desk_site(tmp_path) as made:
        (tmp_path / "bill.toml").write_text(RULED, encoding="utf-8")
        (tmp_path / "bill.png").write_bytes(page({}))
        made.home.use_form(str(tmp_path / "bill.toml"))
        yield made


def read_all(desk: DeskSite, scan: str, texts: dict[str, str]) -> None:
    """Two people read what is asked of a scan."""
    for handle in ("ann", "bea"):
        who = desk.person(f"{handle} {scan[:6]}", "transcriber")
        for task in desk.home.store.lease(who.id, 9, desk.now(), 600.0, Offer(pools=("read",), scan=scan)):
            desk.home.store.submit(task.id, who.id, sent(texts[task.key.name], f"{handle}{task.id}"), desk.now())
        desk.weigh()


def test_engines_agree_by_pair_form_and_type(desk: DeskSite) -> None:
    desk.scan("a.png", AGREED)
    desk.scan("b.png", DOUBTED)
    desk.scan("c.png", {**AGREED, "total": ("12.50", None)})
    desk.weigh()
    found = latest_scans(desk.home)
    assert found.scans == 3
    pair = {"form": "order", "first": "rapidocr", "second": "tesseract"}
    assert found.agreements == [
        Agreement(**pair, type="amount", fields=2, alike=1),
        Agreement(**pair, type="code", fields=3, alike=3),
        Agreement(**pair, type="name", fields=3, alike=2),
    ]
    assert latest_scans(desk.home, 1).scans == 1


def test_a_trouble_is_a_false_alarm_where_machines_were_right(desk: DeskSite) -> None:
    for name, written in (("right.png", "1250"), ("wrong.png", "12.50")):
        scan = desk.scan(name, {**AGREED, "total": ("1250", "1250")})  # its decimal point may be unseen
        desk.weigh()
        read_all(desk, scan.id, {"total": written, "customer": "Mary Poole", "number": "473962"})
    alarms = {each.name: each for each in latest_scans(desk.home).alarms}
    assert [(each.asked, each.false) for each in alarms.values()] == [(2, 1)]
    assert {each.kind for each in alarms.values()} == {"trouble"}


@pytest.mark.parametrize(("paper", "false"), [("13.00", 1), ("12.00", 0)])
def test_a_rule_is_a_false_alarm_where_the_paper_itself_breaks_it(desk: DeskSite, paper: str, false: int) -> None:
    texts = {"net": ("10.00", "10.00"), "tax": ("2.00", "2.00"), "total": ("13.00", "13.00")}
    scan = desk.scan("bill.png", texts, form="bill")
    desk.weigh()
    read_all(desk, scan.id, {"net": "10.00", "tax": "2.00", "total": paper})
    rules = [each for each in latest_scans(desk.home).alarms if each.kind == "rule"]
    assert [(each.name, each.asked, each.false) for each in rules] == [("net and tax", 1, false)]
    assert desk.home.store.decisions(scan.id)[-1].key in {FieldKey("net"), FieldKey("tax"), FieldKey("total")}
