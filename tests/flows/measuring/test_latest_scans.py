"""The latest scans: engines agree or not by field type, and what made people look was right after all or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.measuring.quality_measures import Agreement, latest_scans
from tests.flows.desk.desk_site import AGREED, DOUBTED, DeskSite, desk_site, page
from tests.transcribe.store.world import sent
from transcribe.model import FieldKey
from transcribe.store.facts import Offer

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
