"""A home in which every section of the desk has something to show."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flows.administration.records import refresh_quality
from flows.home.home import policy
from flows.parts.drafting.draft_files import start_version
from flows.steps import publish_records
from flows.steps.reconcile_scans import reconcile_waiting
from reconcile.policy import Policy
from tests.flows.desk.desk_site import AGREED, DOUBTED, DeskSite
from tests.transcribe.store.world import add_webhook, sent
from transcribe.model import FieldKey, Task, Transcriber
from transcribe.people import new_token
from transcribe.store.facts import Floor, Offer, Rate

AUDITED_SCANS = 8
"""Scans whose three fields are audited: 24 values, of which 2 are wrong."""


def filled(desk: DeskSite) -> DeskSite:
    """Fill the home."""
    store, at = desk.home.store, desk.now()
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=at), at)
    store.put_floor(Floor(micro=20_000_000, currency="EUR", source="by law", since=at), at)
    desk.scan("agreed.png", AGREED)
    desk.scan("doubt.png", DOUBTED)
    desk.scan("alarm.png", {**AGREED, "total": ("1250", "1250")})
    desk.scan("doubt2.png", {**DOUBTED, "number": ("473968", "473968")})
    aside = desk.scan("aside.png", {**DOUBTED, "number": ("473946", "473946")}, batch="tuesday")
    desk.scan("other.png", {**DOUBTED, "number": ("828346", "828346")}, form="invoice2", batch="tuesday")
    store.put_scan_aside(aside.id, "op", "the paper is torn", at)
    desk.weigh()
    audits(desk, desk.person("eve", "expert"))
    _work(desk, desk.person("ann", "transcriber"), desk.person("bea", "transcriber"))
    _records(desk)
    store.close_period(desk.now(), "2026-11", desk.now())
    store.set_batch_due("monday", at - timedelta(days=1), "op", "promised", at)
    add_webhook(desk.home.store, "erp", at)
    store.fill_queue("erp", 10_000, at)
    store.not_delivered(store.due_deliveries("erp", at, 1)[0].id, 400, "HTTP 400", None, at)
    new_token(store, "erp", ["records:read"], at, None)
    desk.weigh()
    refresh_quality(desk.home)
    start_version(desk.home.settings, desk.home.forms, "order")
    return desk


def audits(desk: DeskSite, expert: Transcriber) -> None:
    """Scans that machines decide and an expert reads again: two totals were wrong, read as 72.50 by both engines."""
    for number in range(AUDITED_SCANS):
        read = "72.50" if number < 2 else "12.50"
        code = f"6{number}3962"
        desk.scan(f"audited{number}.png", {**AGREED, "number": (code, code), "total": (read, read)}, batch="audits")
    _weigh_with_audits(desk)
    offer = Offer(pools=("expert",), kinds=("audit",))
    while tasks := desk.home.store.lease(expert.id, 9, desk.now(), 600.0, offer):
        for task in tasks:
            place = desk.home.store.scan(task.scan).name.removeprefix("audited").removesuffix(".png")
            text = {**{name: pair[0] for name, pair in AGREED.items()}, "number": f"6{place}3962"}[task.key.name]
            _send(desk, expert, task, text)
    desk.weigh()


def _weigh_with_audits(desk: DeskSite) -> None:
    home = desk.home
    strict = Policy(target=policy(home.settings).target, audit_share=1.0)
    reconcile_waiting(home.store, home.forms, strict, desk.now, lambda *_: None)


def _work(desk: DeskSite, ann: Transcriber, bea: Transcriber) -> None:
    """Two people read; one skips, the other disputes a time and appeals."""
    store = desk.home.store
    (task,) = store.lease(bea.id, 1, desk.now(), 600.0, Offer(pools=("read",)))
    store.skip(task.id, bea.id, "other", 3.0, desk.now())
    doubted = next(each.scan.id for each in store.scan_states() if each.scan.name == "alarm.png")
    for who in (ann, bea):
        for task in store.lease(who.id, 9, desk.now(), 600.0, Offer(pools=("read",), scan=doubted)):
            _send(desk, who, task, AGREED[task.key.name][0])
        desk.weigh()
        for _ in range(2):
            (task,) = store.lease(who.id, 1, desk.now(), 600.0, Offer(pools=("read",)))
            _send(desk, who, task, "Mary Poole" if who is ann else "Mary Paole")
    (task,) = store.lease(ann.id, 1, desk.now(), 600.0, Offer(pools=("read",)))
    _send(desk, ann, task, "12.50")
    store.dispute_time(task.id, ann.id, 40.0, "the page was slow", desk.now())
    desk.weigh()
    for history in store.readings_of(ann.id, 9):
        if history.decisions:
            own = next(each for each in history.readings if each.source == ann.id)
            store.open_appeal(own.id, ann.id, "it is an o", desk.now() + timedelta(days=7), desk.now())
            break
    store.lease(bea.id, 1, desk.now())


def _send(desk: DeskSite, who: Transcriber, task: Task, text: str) -> None:
    """Send a reading that took five seconds."""
    desk.ahead += timedelta(seconds=6)
    desk.home.store.submit(task.id, who.id, sent(text, secrets.token_hex(8), seconds=5.0), desk.now())


def _records(desk: DeskSite) -> None:
    """Published records, one of them corrected."""
    store = desk.home.store
    publish_records(desk.home)
    scan = next(each.scan.id for each in store.scan_states() if each.scan.name == "agreed.png")
    store.correct_value(scan, FieldKey("total"), "13.50", "op", "it is a three", desk.now())
    desk.weigh()
    publish_records(desk.home)
