"""A small world in which every review page has something to show: readings, pay of some weeks, appeals, questions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from tests.transcribe.review.site import Site, form_of
from tests.transcribe.store.world import put
from transcribe.model import (
    WHOLE,
    Decision,
    Evidence,
    FieldKey,
    Form,
    ScanPage,
    Task,
    TaskKind,
    Transcriber,
    Truth,
)
from transcribe.review.views.offers import offer_to
from transcribe.store.facts import ExpectedWork, Floor, Rate, SentReading

FORM = "bon-de-commande"
WHOLE_FORM = "order-form"
"""The form that may be read as a whole."""

DAYS = 12
"""Days on which people worked, before the day of the pictures."""

WHOLE_TEXTS = {
    FieldKey("order_number"): "PO-77431",
    FieldKey("customer_name"): "Harbour Café",
    FieldKey("delivery_date"): "12/12/2026",
    FieldKey("pay_card"): "x",
    FieldKey("lines.quantity", 0): "12",
    FieldKey("lines.description", 0): "Arabica, ground, 1 kg",
    FieldKey("lines.quantity", 1): "3",
    FieldKey("lines.description", 1): "Filters, size 4",
    FieldKey("comment"): "Ring twice",
}
"""What is open of a form that is read as a whole."""

TEXTS = {
    "customer_name": "Durand & Fils",
    "city": "Saint-Étienne",
    "customer_no": "C10O42",
    "email": "commande@durand.example",
    "order_date": "14/11/2026",
    "comment": "Livrer le matin, sonner deux fois, laisser chez le gardien",
}
"""What stands in the fields that are read each day."""


@dataclass(kw_only=True)
class World:
    """The site, whose pages are looked at as amina, the readings to look at, a task that is held, and the month.

    `others` are people whose work page shows something else, by the name of its picture, with its address.
    """

    site: Site
    amina: Transcriber
    readings: dict[str, str] = field(default_factory=dict)
    task: str = ""
    month: str = ""
    others: dict[str, tuple[Transcriber, str]] = field(default_factory=dict)


def forms(name: str, version: int) -> Form:
    """The shipped forms, one of which may be read as a whole."""
    return replace(form_of(name, version), options={"whole_form": name == WHOLE_FORM})


def addresses(known: World) -> dict[str, str]:
    """Every page, by the name of its picture."""
    return {
        "readings": "/readings",
        "reading-open": f"/readings/{known.readings['open']}",
        "reading-agreed": f"/readings/{known.readings['agreed']}",
        "reading-outvoted": f"/readings/{known.readings['outvoted']}",
        "reading-contested": f"/readings/{known.readings['contested']}",
        "pay": "/pay",
        "statement": f"/pay/statement/{known.month}",
        "tests": "/test",
        "before": "/before",
        "how": "/how",
        "transcribing": "/transcribing",
        "me": "/me",
        "sessions": "/sessions",
        "second-factor": "/second-factor",
        "password": "/password",
        "second-look": "/second-look",
        "questions": "/questions",
        "appeals": "/appeals",
        "clocks": "/clocks",
        "people": "/people",
        "guide": f"/guide/{known.task}",
        "error": "/nothing-here",
        "work": "/work",
    }


def world(site: Site) -> World:
    """The world: days of work, then what is open today."""
    site.clock.forward = -timedelta(days=DAYS)
    now = site.clock.now()
    site.store.put_rate(Rate(form=FORM, micro=52_000, currency="EUR", since=now), now)
    site.store.put_floor(Floor(micro=12_020_000, currency="EUR", source="SMIC horaire brut", since=now), now)
    site.store.put_parameters({}, now)
    amina = _person(site, "amina", "transcriber", "expert", "operator")
    ben, eve = site.person("ben"), site.person("eve", "expert")
    made = World(site=site, amina=amina)
    for number in range(DAYS):
        _day(site, amina, ben, number, made)
        site.clock.forward += timedelta(days=1)
    _contest(site, amina, eve, made)
    _open_work(site, made, amina, ben)
    _other_work(site, made)
    return made


def _person(site: Site, name: str, *roles: str) -> Transcriber:
    person = replace(site.person(name, *roles), time_zone="Europe/Paris")
    put(site.store, person, site.clock.now())
    return person


def _day(site: Site, amina: Transcriber, ben: Transcriber, number: int, made: World) -> None:
    """A day: amina reads a scan's fields, ben reads one of them otherwise, and all are decided."""
    texts = {FieldKey(name): text for name, text in TEXTS.items()}
    scan = site.scan(FORM, texts, name=f"day {number}")
    for _ in range(len(TEXTS)):
        site.clock.forward += timedelta(seconds=40)
        reading = _read(site, amina, scan, slip=number % 5 == 4)
        made.readings["open"] = reading or made.readings.get("open", "")
    if number == DAYS - 1:
        return
    key = FieldKey("customer_no")
    second = Task(scan=scan, key=key, kind="read", reason="readers disagree", slot=2)
    site.store.conclude(scan, 0, [], [second], None, site.clock.now())
    _read(site, ben, scan)
    _decide(site, scan, amina, ben)
    made.month = f"{site.clock.now():%Y-%m}"
    for each in site.store.readings(scan):
        if each.source == amina.id:
            found = "outvoted" if each.key == key and number % 5 == 4 else "agreed"
            made.readings[found] = each.id


def _read(site: Site, who: Transcriber, scan: str, *, slip: bool = False) -> str:
    """The next field read, the customer's number by a slip with a zero; the reading's id."""
    for task in site.store.lease(who.id, 1, site.clock.now(), offer=offer_to(who)):
        site.clock.forward += timedelta(seconds=11)
        text = TEXTS[task.key.name]
        said = text.replace("O", "0") if slip else text
        sent = SentReading(text=said, idem=f"{who.id}-{task.id}", seconds=9.4)
        return site.store.submit(task.id, who.id, sent, site.clock.now()).reading
    return ""


def _decide(site: Site, scan: str, amina: Transcriber, ben: Transcriber) -> None:
    """Every field decided as it is written; the customer's number by more than one reader."""
    decisions = []
    for name, text in TEXTS.items():
        key = FieldKey(name)
        readings = tuple(each for each in site.store.readings(scan) if each.key == key)
        evidence = [
            Evidence(code="before reading", numbers={"bits": 1.5}),
            *(Evidence(code="reader for", numbers={"source": each.source, "bits": 5.6}) for each in readings),
            Evidence(code="reader for", numbers={"source": "tesseract 5.3.0", "bits": 2.4}),
            Evidence(code="shape for", numbers={"like": 41, "of": 44, "bits": 1.1}),
            Evidence(code="rule broken", numbers={"rule": "sum", "bits": -0.4}),
            Evidence(code="runner-up", numbers={"probability": 0.0052}),
        ]
        decisions.append(
            Decision(
                key=key,
                value=text,
                text=text,
                probability=0.9942,
                method="people",
                evidence=tuple(evidence),
                readings=tuple(each.id for each in readings),
                parameters=1,
            )
        )
    site.store.conclude(scan, len(site.store.readings(scan)), decisions, [], None, site.clock.now())


def _contest(site: Site, amina: Transcriber, eve: Transcriber, made: World) -> None:
    """An appeal of a slip of an earlier day, and a contested clock that was settled."""
    own = [
        each
        for story in site.store.readings_of(amina.id, 500)
        for each in story.readings
        if each.source == amina.id and each.text == "C10042"
    ]
    now = site.clock.now()
    contested = next(each for each in own if each.id != made.readings["outvoted"])
    made.readings["contested"] = contested.id
    site.store.open_appeal(contested.id, amina.id, "C’est un zéro barré.", now + timedelta(days=7), now)
    task = contested.task or ""
    dispute = site.store.dispute_time(task, amina.id, 240.0, "l’image est venue tard", now)
    site.store.answer_dispute(dispute.id, 120.0, now, by=eve.id, reason="la moitié se voit dans le journal")


def _open_work(site: Site, made: World, amina: Transcriber, ben: Transcriber) -> None:
    """What is open today: fields to read, known ones for a test, a question and a contested clock of ben's."""
    now = site.clock.now()
    for number in range(5):
        known = site.scan(FORM, {FieldKey("order_number"): f"BC-2026-00{number}"}, name=f"known {number}")
        truth = Truth(scan=known, key=FieldKey("order_number"), text=f"BC-2026-00{number}", origin="gold", at=now)
        site.store.put_truth(truth, now)
    site.scan(FORM, {FieldKey(name): text for name, text in TEXTS.items()}, name="today")
    (task,) = site.store.lease(ben.id, 1, now, offer=offer_to(ben))
    site.store.put_question(task.id, ben.id, "Faut-il garder l’espace ?", 20.0, now)
    site.store.submit(task.id, ben.id, SentReading(text="1", idem="ben-today-1", seconds=4.0), now)
    site.store.dispute_time(task.id, ben.id, 90.0, "", now)
    (held,) = site.store.lease(amina.id, 1, now, offer=offer_to(amina))
    made.task = held.id
    site.store.put_question(held.id, amina.id, "Le point final compte-t-il ?", 20.0, now)
    site.store.put_expected_work(ExpectedWork(id="expected-1", at=now + timedelta(days=2), hours=6.5, form=FORM), now)


def _other_work(site: Site, made: World) -> None:
    """People who draw a frame, who are asked which form a scan is, who read a whole form, and who are new."""
    number = FieldKey("order_number")
    scan = site.scan(FORM, {number: "BC-2026-0042"}, "read", "a field to find")
    known = site.store.scan(scan)
    turned = ScanPage(file=known.pages[0].file, page=1, turn=90)
    unknown = replace(known, id="f" * 64, form="", form_version=0, pages=(turned,))
    site.store.put_scan(unknown, [], site.clock.now())
    site.put_pictures(unknown.id, site.store.pictures(scan))
    kinds: tuple[tuple[TaskKind, str, FieldKey], ...] = (("locate", scan, number), ("identify", unknown.id, WHOLE))
    for kind, of, key in kinds:
        who, now = _person(site, f"{kind}s", "transcriber"), site.clock.now()
        site.store.conclude(of, 0, [], [Task(scan=of, key=key, kind=kind, reason="looks", priority=9)], None, now)
        (held,) = site.store.lease(who.id, 1, now, offer=offer_to(who))
        assert held.kind == kind
        made.others[kind] = who, f"/work?task={held.id}"
    site.scan(WHOLE_FORM, WHOLE_TEXTS, name="read as a whole")
    who, now = _person(site, "wholes", "transcriber"), site.clock.now()
    leased = site.store.lease(who.id, 99, now, offer=offer_to(who))
    of_whole = next(each for each in leased if site.store.scan(each.scan).form == WHOLE_FORM)
    site.store.give_back(who.id, now, [task.id for task in leased if task.scan != of_whole.scan])
    made.others["form"] = who, f"/form?task={of_whole.id}"
    made.others["practice"] = _person(site, "nina", "transcriber"), "/work"
