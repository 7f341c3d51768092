"""Scripted people who come and go at the real store and the real decisions; what machines read is drawn."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flows.steps.close_appeals import close_appeals
from flows.steps.reconcile_scans import ReconciledScans, reconcile_waiting
from reconcile.inference import ScanMemory
from reconcile.policy import Policy
from tests.transcribe.store.world import NOON, World, form, passing, person, sent, sha
from tests.transcribe.store.world import field as field_of
from transcribe.codes import Flag
from transcribe.errors import CountsAlready, LeaseLost, NotFound, StoreError
from transcribe.model import FieldKey, Form, Reading, ReadResult, Role, Scan, ScanPage, SourceFile, Task
from transcribe.recognition import Annotations
from transcribe.store import Offer

ORDER = form(
    field_of("number", "code"),
    field_of("total", "amount"),
    field_of("name", "name", languages=("fr",), apart="customer"),
    field_of("town", "text", apart="customer"),
    name="staffed",
)
"""A form with a field that only people who read French may see, and two that a person does not see in one sitting."""

TRUTH = {"number": "BC-2025-0417", "total": "12.50", "name": "Mary Poole", "town": "Leeds"}
WRONG = {
    "number": ("BC-2025-0477", "BC-2025-0411", "BC-2O25-0417"),
    "total": ("12.80", "72.50", "x"),
    "name": ("Mary Pool", "Maria Poole"),
    "town": ("Leads", "Lee", "Leeds, Yorks"),
}
SLIP = 7
"""What stands for a slip of the keys that makes a faulty text, sent without a word that it is meant so."""

SLIPS = {"total": "12.5O"}
ENGINES = ("tesseract 5", "rapidocr 3")
AUDITED = Policy(audit_share=0.3)
"""Many checks, so that they meet everything else."""

LONG = 60
"""So many days until everything must have ended: longer than any deadline."""


@dataclass(kw_only=True)
class Staffed:
    """A home's store whose clock is moved by hand, its orders and its people."""

    here: World
    now: datetime = NOON
    scans: list[str] = field(default_factory=list)
    memory: ScanMemory = field(default_factory=ScanMemory)
    open: ExitStack = field(default_factory=ExitStack)

    @classmethod
    def begun(cls) -> Staffed:
        """An empty home, which is put away with `close`."""
        stack = ExitStack()
        made = cls(here=stack.enter_context(passing()), open=stack)
        made.here.store.put_form(ORDER, "staffed", NOON)
        for each in made.here.store.transcribers():
            made.here.store.set_paused(each.id, paused=True, now=NOON)
        return made

    def close(self) -> None:
        self.open.close()

    def add(self, handle: str, *roles: Role, languages: tuple[str, ...] = ("fr",)) -> str:
        """A new person."""
        self.here.store.put_transcriber(person(handle, *roles, languages=languages), self.now)
        return handle

    def scan(self, texts: Mapping[str, tuple[str | None, str | None]], *, known: bool = True) -> str:
        """A new order with what both engines read in each field; `known`: it is known which form it is."""
        name = f"order {len(self.scans)}"
        form, version = (ORDER.name, 1) if known else ("", 0)
        page = ScanPage(file=sha("file " + name), page=1)
        scan = Scan(id=sha("scan " + name), pages=(page,), form=form, form_version=version, name=name)
        file = SourceFile(sha256=page.file, name=name, size=10, media_type="image/jpeg")
        self.here.store.put_scan(scan, [file], self.now)
        if known:
            self.here.store.put_reads(scan.id, self._reads(scan, texts), self.now)
        else:
            self.here.store.wake([scan.id], self.now)
        self.scans.append(scan.id)
        return scan.id

    def _reads(self, scan: Scan, texts: Mapping[str, tuple[str | None, str | None]]) -> ReadResult:
        found = tuple(
            Reading(
                id="",
                scan=scan.id,
                key=FieldKey(name),
                source=source,
                kind="machine",
                text=text,
                at=self.now,
                confidence=0.9,
                flags=frozenset() if text is not None else frozenset({Flag.ILLEGIBLE}),
            )
            for name, pair in texts.items()
            for source, text in zip(ENGINES, pair, strict=True)
        )
        return replace(self.here.reads(scan, ORDER), readings=found)

    def reconcile(self) -> ReconciledScans:
        """What `serve` does all day: close appeals, weigh, end checks that nobody can make."""
        store = self.here.store
        close_appeals(store, self.forms, self.now)
        done = reconcile_waiting(store, self.forms, AUDITED, lambda: self.now, self._read_again, self.memory)
        store.end_vain_checks(self.now)
        assert not done.failed, done.failed
        return done

    @staticmethod
    def forms(name: str, version: int) -> Form:
        return ORDER

    def _read_again(self, scan: Scan, shown: Annotations) -> None:
        """What machines read where people showed something: the truth."""
        if not shown:
            texts = {name: (text, text) for name, text in TRUTH.items()}
            self.here.store.put_reads(scan.id, self._reads(scan, texts), self.now)
            return
        places = [replace(each, snippet=sha(f"{each.key} {secrets.token_hex(4)}")) for each in shown.places]
        self.here.store.put_places(scan.id, places, self.now)

    def lease(self, who: str, count: int = 1) -> list[Task]:
        """The next tasks of a person, as the pages ask for them."""
        expert = "expert" in self.here.store.transcriber(who).roles
        return self.here.store.lease(
            who, count, self.now, 600.0, Offer(pools=("expert", "read") if expert else ("read",))
        )

    def answer(self, who: str, task: Task, text: str | None = None, *, wrong: int | None = None) -> str:
        """Send a reading: the truth, one of the wrong texts, SLIP or None as illegible. Gives the outcome."""
        name = task.key.name
        if task.kind == "identify":
            said = None if wrong else f"{ORDER.name}/1 0"
        elif wrong == SLIP and name in SLIPS:
            said = SLIPS[name]
        elif wrong is None:
            said = TRUTH.get(name, text)
        else:
            said = (*WRONG[name], None)[wrong % (len(WRONG[name]) + 1)]
        flags = frozenset({Flag.OVERRODE_A_CHECK}) if said is not None else frozenset({Flag.ILLEGIBLE})
        if wrong == SLIP:
            flags -= {Flag.OVERRODE_A_CHECK}
        box = (1, 2, 3, 4) if task.kind == "locate" else None
        reading = sent(said, secrets.token_hex(8), flags=flags if task.kind != "identify" else frozenset(), box=box)
        try:
            return self.here.store.submit(task.id, who, reading, self.now).kind
        except (LeaseLost, CountsAlready, NotFound) as refused:
            return type(refused).__name__

    def skip(self, who: str, task: Task, reason: str) -> None:
        self.here.store.skip(task.id, who, reason, 1.0, self.now)

    def take_back(self, who: str, task: str) -> bool:
        """Whether their last reading of a task could be taken back."""
        try:
            self.here.store.undo(task, who, self.now)
        except (LeaseLost, NotFound):
            return False
        return True

    def contest(self, who: str, number: int) -> None:
        """Appeal against the outcome of one of their readings."""
        histories = self.here.store.readings_of(who)
        own = [each for it in histories if it.decisions for each in it.readings if each.source == self.id_of(who)]
        if own:
            deadline = self.now + timedelta(days=14)
            with ExitStack() as stack:
                stack.callback(lambda: None)
                try:
                    self.here.store.open_appeal(own[number % len(own)].id, who, "look again", deadline, self.now)
                except (StoreError, NotFound):
                    return

    def id_of(self, who: str) -> str:
        return self.here.store.transcriber(who).id

    def there(self) -> list[str]:
        """The handles of who is there and reads."""
        return [
            each.handle
            for each in self.here.store.transcribers()
            if not each.paused and each.roles & {"transcriber", "expert"}
        ]

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def work_to_the_end(self, wrong: Callable[[], int | None] = lambda: None) -> None:
        """Everybody who is there reads what they are given, day after day, until nothing is given for long."""
        end = self.now + timedelta(days=LONG)
        while self.now < end:
            self.reconcile()
            worked = False
            for who in self.there():
                for task in self.lease(who, 3):
                    worked = True
                    self.answer(who, task, wrong=wrong())
                    self.reconcile()
            if not worked and not list(self.unfinished()):
                return
            self.wait(minutes=11) if worked else self.wait(hours=9)

    def unfinished(self) -> Iterator[str]:
        """What has not ended: orders without a record, questions that are open, appeals that wait."""
        store = self.here.store
        apart = {each.file.sha256 for each in store.list_set_aside()}
        for state in store.scan_states():
            if state.recorded_at is None and state.scan.id not in apart:
                yield f"{state.scan.name} has no record"
            for key in {place.key for place in store.places(state.scan.id)}:
                for task in store.field_history(state.scan.id, key).tasks:
                    if task.closed_at is None:
                        yield f"{state.scan.name} {key}: {task.kind}, {task.reason}, slot {task.slot}"
        for appeal in store.appeals(open_only=True):
            yield f"appeal on {appeal.reading.key}"
