"""Makes a small home in which a bit of everything is kept: `python -m tests.homes.make_home FOLDER`.

The homes that are committed beside this file stand for homes that exist: they are never made anew. This program makes
the home of another version once, when there is one. Beside FOLDER it writes what that version says of its home
(`FOLDER.expected.json`). People, orders and texts are invented or taken from `tests/cases`.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from flows.home.home import Home, now
from flows.parts.simulation import planning
from flows.steps.read_scans import AUTO_FORM, TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import reconcile_home
from tests.homes.desk import Visitor, command, listed, opened, signed_in
from tests.homes.told import told
from transcribe.model import FieldKey, Scan, Task, Truth
from transcribe.store.facts import Offer, QualificationTry, SentReading

CASES = Path(__file__).parent.parent / "cases"
ORDER, PAID, WAITING, FORGOTTEN = "bon-de-commande-flat-typed-0000", "receipt-217", "receipt-035", "receipt-554"
AUDITED = "email"
UNKNOWN, BROKEN = "note.png", "broken.jpg"

SETTINGS = """
FAIRHAND_TARGET=0.997
FAIRHAND_AUDIT_SHARE=0.2
FAIRHAND_LINK_DAYS=36500
FAIRHAND_ASKED_BY=The order desk, orders@desk.example
"""
"""Links must still work whenever the home is opened again."""

PEOPLE = {
    "mina": "--language fr --zone Europe/Paris",
    "omar": "--language de --engagement hourly",
    "nora": "--language es --interface es --engagement volunteer",
    "rosa": "--language fr",
    "pete": "--language en",
    "lena": "--language en",
    "eve": "--role expert --engagement staff",
    "olga": "--role expert --role transcriber --engagement staff",
    "opal": "--role operator --engagement staff",
}
PASSWORD = "a phrase that is easy to remember"

GREYS = 4
"""Grey levels of the scans, as an office scanner's draft mode has them: they take little room."""
HALF = 0.5
TYPING_SECONDS = 9.0
TYPING = timedelta(seconds=TYPING_SECONDS)
LEASED_SECONDS = 100 * 365 * 86_400.0
"""Some tasks are still leased whenever the home is opened again."""
SHORT_SECONDS = 1.0
"""Others were, and are open again."""
CONTROL_SHARE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """A home being made: what is written in its scans, by name of the scan and field."""

    home: Path
    rooms: Home
    written: Mapping[str, Mapping[str, str]]
    ids: Mapping[str, str]
    visitors: Mapping[str, Visitor]

    def right(self, task: Task) -> str:
        """What is really written in a task's field."""
        return self.written[self.rooms.store.scan(task.scan).name].get(str(task.key), "")

    def read(
        self, who: str, offer: Offer, answer: Callable[[Task], SentReading] | None = None, most: int = 40
    ) -> list[Task]:
        """A person takes tasks and answers them, rightly where nothing else is said; the loop runs after it."""
        store = self.rooms.store
        tasks = store.lease(self.ids[who], most, now() - TYPING, 600.0, offer)
        for task in tasks:
            store.submit(task.id, self.ids[who], answer(task) if answer else typed(self.right(task)), now())
        reconcile_home(self.rooms)
        return tasks

    def scan(self, stem: str) -> Scan:
        """The scan of a sample."""
        return next(s.scan for s in self.rooms.store.scan_states() if s.scan.name.startswith(stem))


def typed(text: str | None, **more: Any) -> SentReading:
    """A reading as a page sends it."""
    return SentReading(text=text, idem=secrets.token_hex(8), seconds=TYPING_SECONDS, **more)


def main(folder: Path) -> None:
    """Make a home in an empty folder, and write what is said of it beside it."""
    assert not folder.exists(), f"{folder} is there already; a home that is kept is never made anew."
    folder = folder.absolute()
    command(folder, "init")
    with (folder / "settings.env").open("a", encoding="utf-8") as file:
        file.write(SETTINGS)
    links = invited(folder)
    (token,) = listed(folder, "tokens", "add", "bookkeeping", "--scope", "records:read", "--scope", "explain:read")
    with opened(folder) as rooms, TemporaryDirectory() as inbox:
        samples = planning.load(CASES / "truth.jsonl")
        making = Making(
            home=folder,
            rooms=rooms,
            written={Path(name).stem + ".png": sample.fields for name, sample in samples.items()},
            ids={each.handle: each.id for each in rooms.store.transcribers()},
            visitors={name: signed_in(rooms, links[name]) for name in ("mina", "omar", "opal")},
        )
        take_everything_in(rooms, Path(inbox))
        work(making)
        still_to_do(making)
    settle(folder)
    secrets_of_it = {"links": {name: links[name] for name in ("nora", "rosa", "eve", "olga")}, "token": token["token"]}
    said = {"secrets": {**secrets_of_it, "password": PASSWORD}, "told": told(folder)}
    settle(folder)
    target = folder.with_name(f"{folder.name}.expected.json")
    target.write_text(json.dumps(said, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def invited(home: Path) -> dict[str, str]:
    """People, what they are paid, and each one's sign-in link."""
    command(home, "pay", "floor", "12.50", "--source", "the wage board, 2026-01", "--source-amount", "12.02")
    command(home, "pay", "rate", "0.05")
    command(home, "pay", "rate", "0.04", "--form", "receipt")
    command(home, "pay", "rate", "13", "--hour")
    links = {}
    for name, words in PEOPLE.items():
        links[name] = listed(home, "people", "add", name, *words.split())[0]["link"]
    return links


def take_everything_in(rooms: Home, inbox: Path) -> None:
    """Files become scans and are read by the engines: an order, receipts, a page of no known form, a broken file."""
    for name, size, form, batch in (
        (ORDER + ".png", HALF, "bon-de-commande", "monday"),
        (PAID + ".jpg", 0.7, "receipt", "monday"),
        (WAITING + ".jpg", 0.7, "receipt", "tuesday"),
        (FORGOTTEN + ".jpg", HALF, "receipt", "tuesday"),
    ):
        file = draft_scan(CASES / name, inbox / (Path(name).stem + ".png"), size)
        for each in take_in(rooms, [file], form, batch):
            assert isinstance(each, TakenScan)
            read_scan(rooms, each.scan)
    note(inbox / UNKNOWN)
    (inbox / BROKEN).write_bytes(b"\xff\xd8\xff this was cut off on its way")
    list(take_in(rooms, [inbox / UNKNOWN, inbox / BROKEN], AUTO_FORM, "wednesday"))
    reconcile_home(rooms)


def draft_scan(sample: Path, target: Path, size: float) -> Path:
    """A sample as an office scanner's draft mode has it."""
    with Image.open(sample) as photo:
        grey = photo.convert("L")
        grey = grey.resize((round(grey.width * size), round(grey.height * size)), Image.Resampling.LANCZOS)
        step = 256 // GREYS
        grey.point(lambda level: level // step * 255 // (GREYS - 1)).save(target, optimize=True)
    return target


def note(target: Path) -> None:
    """A page that is no form."""
    page = Image.new("L", (620, 400), 255)
    font = ImageFont.load_default(30)
    ImageDraw.Draw(page).text((40, 60), "Dear desk,\nplease call me back\nabout my order.\nR. Roe", fill=0, font=font)
    page.save(target, optimize=True)


def work(making: Making) -> None:
    """People read until the order and a receipt have their records, and do all else that people do."""
    order, paid = making.scan(ORDER), making.scan(PAID)
    at_the_pages(making, order)
    making.read("mina", Offer(scan=order.id), slipping(making, "customer_no"), most=5)
    making.read("omar", Offer(scan=order.id))
    finish(making, order)
    known_items(making, order)
    late(making, paid)
    audited(making, order)
    contested(making, order, paid)
    command(making.home, "learn")
    reconcile_home(making.rooms)
    forgotten = making.scan(FORGOTTEN)
    making.read("lena", Offer(scan=forgotten.id))
    command(making.home, "people", "leave", "lena", "--yes", "--why", "asked for it")
    command(making.home, "scan", "forget", forgotten.id, "--why", "asked for", "--yes")
    command(making.home, "pay", "close", "--reference", "2026-11")


def at_the_pages(making: Making, order: Scan) -> None:
    """Mina at the pages: a password, a question, a reading taken back and typed again, a skip, a disputed clock."""
    mina, store = making.visitors["mina"], making.rooms.store
    mina.post("/password", password=PASSWORD)
    task = mina.next_task()
    mina.post(f"/work/{task}/ask", words="With the dashes?", seconds="40")
    mina.type_in(task, "a slip")
    mina.post(f"/work/{task}/undo")
    mina.type_in(task, making.right(store.task_subject(task)))
    mina.post("/pay/dispute", task=task, minutes="3", words="the picture came late")
    skipped = mina.next_task()
    mina.post(f"/work/{skipped}", idem=secrets.token_hex(8), action="skip", reason="other", seconds="5")
    mina.post(f"/work/{mina.next_task()}/ask", words="Is this a stamp?", seconds="20")
    question = listed(making.home, "questions", "list")[-1]["question"]
    command(making.home, "questions", "answer", question, "Yes, as they stand.", "--by", "opal")
    dispute = listed(making.home, "disputes", "list")[0]["dispute"]
    command(making.home, "disputes", "answer", dispute, "60", "--reason", "as long as others waited", "--by", "opal")
    reconcile_home(making.rooms)


def slipping(making: Making, field: str) -> Callable[[Task], SentReading]:
    """Answers that are right, but for one field: its last character is left out."""
    return lambda task: typed(making.right(task)[: -1 if task.key.name == field else None])


def finish(making: Making, scan: Scan) -> None:
    """Whoever may still read a scan does, until nothing of it is asked but audits."""
    for who, pools in (("nora", "read"), ("rosa", "read"), ("olga", "read"), ("eve", "expert"), ("olga", "expert")):
        making.read(who, Offer(scan=scan.id, pools=(pools,), kinds=("read", "adjudicate")))


def audited(making: Making, order: Scan) -> None:
    """An expert reads some of the fields drawn by lot again and slips once: the record changes, and changes back when
    another expert has looked."""
    one = Offer(form=order.form, field=AUDITED, scan=order.id, kinds=("audit",))
    for who, answer in (("eve", slipping(making, AUDITED)), ("olga", None)):
        assert making.read(who, one, answer), f"{who} is asked"
    making.read("eve", Offer(scan=order.id, kinds=("audit",)), most=3)


def known_items(making: Making, order: Scan) -> None:
    """Some fields are known to be right: they are mixed into the work, and a test is made of them."""
    store = making.rooms.store
    for name in ("order_date", "total", "vat"):
        known = Truth(scan=order.id, key=FieldKey(name), text=making.written[order.name][name], origin="gold", at=now())
        store.put_truth(known, now())
    command(making.home, "gold", "share", "1")
    making.read("rosa", Offer(form="bon-de-commande"), most=2)
    command(making.home, "gold", "share", str(CONTROL_SHARE))
    rosa = making.ids["rosa"]
    for task in store.lease_test(rosa, "amount", 1, now() - TYPING):
        store.submit(task.id, rosa, typed(making.right(task)), now())
    result = QualificationTry(name="amount", asked=1, right=1, passed=True, at=now())
    store.put_qualification_try(rosa, result, now())


def late(making: Making, paid: Scan) -> None:
    """Mina had a field of the receipt before others, who read it otherwise, and sends what she read when it is decided
    already."""
    store, mina = making.rooms.store, making.ids["mina"]
    company = Offer(form="receipt", field="company", scan=paid.id)
    (task,) = store.lease(mina, 1, now() - 2 * TYPING, SHORT_SECONDS, company)
    making.read("omar", Offer(scan=paid.id), slipping(making, "company"))
    finish(making, paid)
    store.submit(task.id, mina, typed(making.right(task)), now())
    reconcile_home(making.rooms)
    finish(making, paid)


def contested(making: Making, order: Scan, paid: Scan) -> None:
    """Mina is upheld where she was right and late, declined where she had slipped; Omar's appeal waits to be heard."""
    mina = making.visitors["mina"]
    for scan, field in ((paid, "company"), (order, "customer_no")):
        mina.post(f"/readings/{reading_of(making, 'mina', scan, field)}/appeal", words="please look again")
        heard = making.read("olga", Offer(pools=("expert",), kinds=("appeal",)))
        assert [task.key.name for task in heard] == [field]
    making.visitors["omar"].post(f"/readings/{reading_of(making, 'omar', paid, 'total')}/appeal", words="I am sure")


def reading_of(making: Making, who: str, scan: Scan, field: str) -> str:
    """The id of a person's reading of a field."""
    readings = making.rooms.store.readings(scan.id)
    return next(each.id for each in readings if each.source == making.ids[who] and each.key.name == field)


def still_to_do(making: Making) -> None:
    """What is begun and not ended: tasks that somebody holds, one whose holder is gone, and others that are open."""
    store, waiting = making.rooms.store, Offer(scan=making.scan(WAITING).id)
    making.read("mina", waiting, lambda _: typed(None, flags=frozenset({"illegible"}), legible="1?"), most=1)
    for who in making.ids.values():
        store.give_back(who, now())
    store.lease(making.ids["nora"], 1, now(), LEASED_SECONDS, waiting)
    store.lease(making.ids["omar"], 1, now() - TYPING, SHORT_SECONDS, waiting)
    command(making.home, "announce", "2126-01-04T09:00", "--hours", "20", "--form", "receipt")
    command(making.home, "people", "pause", "pete")


def settle(home: Path) -> None:
    """Have the databases lie in one small file each."""
    for name in ("state.db", "records.db"):
        with closing(sqlite3.connect(home / name)) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
