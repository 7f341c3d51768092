"""A law over all verbs of an operator: nothing typed or paid is lost, history is whole, records equal a rebuild.

Whatever people, the reconciler and operators do, in whatever order.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from reconcile.records import publish, query, rebuild
from tests.examples import examples
from tests.transcribe.store.world import NOON, World, decision, machine, sent, sha
from transcribe.codes import Flag
from transcribe.errors import LeaseLost, NotFound, SettingsError
from transcribe.model import (
    WHOLE,
    DuplicatePolicy,
    FieldKey,
    Form,
    PageFingerprint,
    Reading,
    Scan,
    ScanPage,
    SourceFile,
    Task,
    Verdict,
)
from transcribe.store.facts import Rate

SCANS = st.sampled_from(["a", "b"])
PEOPLE = st.sampled_from(["ann", "ben"])
TEXTS = st.sampled_from(["7", "8"])
VERDICTS = st.sampled_from(get_args(Verdict))


class VerbsMachine(RuleBasedStateMachine):
    """Reads, asks, decides and publishes, and between these does all that operators may do."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.here = World(Path(self.folder.name) / "state.db")
        self.store = self.here.store
        self.now = NOON
        self.count = 0
        self.typed: list[str] = []
        self.ledger: list[tuple[object, ...]] = []
        self.acts = 0
        self.doubted: set[str] = set()

    def teardown(self) -> None:
        state = self.store.verify_audit()
        published = Path(self.folder.name) / "records.db"
        self._publish(published)
        rebuilt = Path(self.folder.name) / "rebuilt.db"
        rebuild(self.store, rebuilt, self._form)
        same = [
            [(each.scan, each.values, each.origins) for each in query.records(path, name)]
            for path in (published, rebuilt)
            for name in ("order", "letter")
        ]
        self.store.close()
        self.folder.cleanup()
        assert (state.broken_at, state.forgeries) == (None, ())
        assert same[:2] == same[2:], "records equal a rebuild"

    @initialize()
    def begin(self) -> None:
        self.store.put_rate(Rate(form="", micro=3, currency="EUR", since=NOON), NOON)
        self.other = self.here.other_form("letter")
        self.scans = {name: self.here.scan(name, batch="monday").id for name in ("a", "b")}
        for name in self.scans:
            self.here.ask(self._scan(name), "total")

    @rule(name=SCANS, letter=st.booleans(), text=TEXTS, retaken=st.booleans())
    def read_again(self, name: str, letter: bool, text: str, retaken: bool) -> None:
        scan, form = self._scan(name), self.other if letter else self.here.form
        words = tuple(machine(scan, key.name, text) for key in list(form.keys()))
        reads = replace(self.here.reads(scan, form), readings=words)
        if retaken:
            self.count += 1
            pages = replace(scan, id=sha(f"pages {self.count}"), pages=(ScanPage(file=sha(f"{self.count}"), page=1),))
            self.store.replace_pages(scan.id, pages, [], self._later())
        self.store.read_again(scan.id, (form.name, 1), reads, "olga", "why", self._later(), retaken=retaken)
        assert len([each for each in self.store.readings(scan.id) if each.kind == "machine"]) == len(words)

    @rule(name=SCANS)
    def ask(self, name: str) -> None:
        scan = self._scan(name)
        self.here.ask(scan, self._key(scan).name, now=self._later())

    @rule(who=PEOPLE, text=TEXTS)
    def work(self, who: str, text: str) -> None:
        for task in self.store.lease(who, 2, self._later()):
            self.count += 1
            said = sent("order/1 0" if task.kind == "identify" else text, f"i{self.count}")
            try:
                self.store.submit(task.id, who, said, self._later())
            except LeaseLost:
                continue
            if task.kind != "identify":
                self.typed.append(text)

    @rule(who=PEOPLE, word=TEXTS)
    def say_not_this_form(self, who: str, word: str) -> None:
        for task in self.store.lease(who, 1, self._later()):
            self.count += 1
            said = sent(None, f"i{self.count}", flags=frozenset({Flag.NOT_THIS_FORM}), legible=word)
            if task.kind == "identify":
                continue
            before = len(self._said(task.scan))
            outcome = self.store.say_not_this_form(task.id, who, said, self._later())
            again = self.store.say_not_this_form(task.id, who, said, self._later())
            assert len(self._said(task.scan)) == before + bool(outcome.reading)
            assert not outcome.reading or (again.kind, again.reading) == ("again", outcome.reading)
            self.doubted |= {task.scan} if outcome.reading else set()
            asked = {each.scan.id: each.open_tasks for each in self.store.scan_states()}
            assert not outcome.reading or not asked[task.scan], "what else is asked of it waits"

    @rule(name=SCANS)
    def ask_which_form(self, name: str) -> None:
        scan = self._scan(name)
        question = Task(scan=scan.id, key=WHOLE, kind="identify", reason="form doubted")
        self.store.ask_form_alone(scan.id, self.here.up_to(scan), question, self._later())

    @rule(who=PEOPLE)
    def hold(self, who: str) -> None:
        self.store.lease(who, 1, self._later())

    @rule(name=SCANS, text=TEXTS)
    def decide(self, name: str, text: str) -> None:
        scan = self._scan(name)
        free = [key for key in self._keys(scan) if key not in self.store.locked_values(scan.id)]
        readings = self.store.readings(scan.id)
        made = [decision(key.name, text, *(each for each in readings if each.key == key), null=None) for key in free]
        self.here.decide(scan, *made, record=True, now=self._later())

    @rule(name=SCANS, text=TEXTS)
    def correct(self, name: str, text: str) -> None:
        scan = self._scan(name)
        before = {each.id for each in self.store.readings(scan.id)}
        try:
            said = self.store.correct_value(scan.id, self._key(scan), text, "olga", "why", self._later())
        except SettingsError:
            assert self._key(scan) in self.store.locked_values(scan.id)
            return
        self.typed += [] if said in before else [text]  # the same word again is none

    @rule(name=SCANS, locked=st.booleans())
    def lock(self, name: str, locked: bool) -> None:
        scan = self._scan(name)
        if self.store.decisions(scan.id):
            change = self.store.lock_value if locked else self.store.unlock_value
            change(scan.id, self._key(scan), "olga", "why", self._later())
            assert (self._key(scan) in self.store.locked_values(scan.id)) == locked

    @rule(name=SCANS, text=TEXTS, known=st.booleans())
    def gold(self, name: str, text: str, known: bool) -> None:
        scan = self._scan(name)
        key, before = self._key(scan), self.store.decisions(scan.id)
        if known:
            self.store.add_gold(scan.id, key, text, "olga", "why", self._later())
        else:
            self.store.withdraw_truth(scan.id, key, "op", "it was wrong", self._later())
        found = {each.key: (each.origin, each.text) for each in self.store.truths(scan.id)}
        assert found.get(key) == (("gold", text) if known else None)
        assert self.store.decisions(scan.id) == before, "what is known changes no decision by itself"

    @rule(who=PEOPLE, name=SCANS)
    def take_the_doubt_back(self, who: str, name: str) -> None:
        scan = self._scan(name)
        task = self.store.task_of_doubt(scan.id, who)
        if task is None:
            return
        may = self.store.may_undo(task, who, self._later())
        try:
            self.store.undo(task, who, self._later())
        except (LeaseLost, NotFound):
            assert not may
            return
        assert may
        self.store.give_back(who, self._later())
        if not any(Flag.NOT_THIS_FORM in each.flags for each in self._said(scan.id)):
            self.doubted.discard(scan.id)

    @rule(who=PEOPLE, aside=st.booleans())
    def set_aside(self, who: str, aside: bool) -> None:
        change = self.store.set_readings_aside if aside else self.store.take_readings_back
        at = self._later()
        change(who, NOON, at, "olga", "why", at)
        assert change(who, NOON, at, "olga", "why", at).readings == 0, "again changes nothing"

    @rule(cancelled=st.booleans(), withdraw=st.booleans())
    def cancel(self, cancelled: bool, withdraw: bool) -> None:
        if cancelled:
            batch = self.store.cancel_batch("monday", "olga", "why", self._later(), withdraw=withdraw)
        else:
            batch = self.store.resume_batch("monday", "olga", "why", self._later())
        assert (batch.cancelled_at is not None) == cancelled
        assert batch.withdrawn if cancelled and withdraw else cancelled or not batch.withdrawn

    @rule(name=SCANS)
    def ask_for_a_value(self, name: str) -> None:
        scan = self._scan(name)
        before = self.store.decisions(scan.id)
        if self._key(scan) in {each.key for each in before} - self.store.locked_values(scan.id):
            self.store.ask_value(scan.id, self._key(scan), "olga", "why", self._later())
            assert self._key(scan) in self.store.values_asked_again(scan.id)
            assert self.store.decisions(scan.id) == before, "it stands meanwhile"

    @rule(name=SCANS, which=st.integers(0, 9))
    def withdraw_a_reading(self, name: str, which: int) -> None:
        said = [each for each in self.store.readings(self.scans[name]) if each.kind != "machine"]
        if said:
            reading = said[which % len(said)].id
            self.store.withdraw_reading(reading, "olga", "why", self._later())
            assert reading not in {each.id for each in self.store.readings(self.scans[name])}
            assert not self.store.withdraw_reading(reading, "olga", "why", self._later()), "again changes nothing"

    @rule(name=SCANS)
    def forget(self, name: str) -> None:
        """What was typed of it is gone, with nothing of any other scan; the next order comes in its place."""
        for each in self._kept(self.scans[name]):
            self.typed.remove(str(each.text))
        files = self.store.forget(self.scans[name], self._later(), "olga", "asked for")
        assert self.store.forget(self.scans[name], self._later(), "olga", "asked for") == files, "again says the same"
        assert self._kept(self.scans[name]) == []
        self.doubted.discard(self.scans[name])
        self.count += 1
        self.store.resume_batch("monday", "olga", "the next one comes", self._later())
        self.scans[name] = self.here.scan(f"{name} {self.count}", batch="monday").id

    @rule(name=SCANS, aside=st.booleans())
    def put_aside(self, name: str, aside: bool) -> None:
        change = self.store.put_scan_aside if aside else self.store.bring_scan_back
        change(self.scans[name], "olga", "why", self._later())
        assert self.store.is_put_aside(self.scans[name]) == aside

    @rule(verdict=VERDICTS)
    def settle(self, verdict: Verdict) -> None:
        self.store.settle_duplicate(self.scans["a"], self.scans["b"], verdict, "olga", "why", self._later())
        pairs = {each.settled for each in self.store.duplicates(self.scans["a"])}
        assert pairs == {verdict} or verdict == "open"

    @rule(alike=st.booleans(), policy=st.sampled_from(["link", "flag", "hold"]))
    def find_again(self, alike: bool, policy: DuplicatePolicy) -> None:
        prints = {"a": b"a" * 256, "b": (b"a" if alike else b"z") * 256}
        for name, bits in prints.items():
            page = PageFingerprint(number=1, bits=bits)
            self.store.put_fingerprints(self.scans[name], [page], 0.2, policy, self._later())
            self.store.put_identities(self.scans[name], {(str(alike) + name,): 0.5}, policy, self._later())
        for each in self.store.duplicates():
            assert each.settled != "open" or alike

    @rule(name=SCANS, split=st.booleans())
    def split_or_join(self, name: str, split: bool) -> None:
        scan, first, rest = self._scan(name), ScanPage(file=sha("first"), page=1), ScanPage(file=sha("rest"), page=1)
        pages = (first,) if split else (first, rest)
        files = [SourceFile(sha256=page.file, name="", size=1, media_type="image/png") for page in (first, rest)]
        before = str(scan.pages)
        if split and len(scan.pages) > 1:
            self.count += 1
            part = replace(scan, id=sha(f"part {self.count}"), pages=(rest,))
            self.store.add_part(scan.id, part, sha(f"origin {self.count}"), self._later())
        self.store.replace_pages(scan.id, replace(scan, id=sha(str(pages)), pages=pages), files, self._later())
        reads, changed = self.here.reads(scan, self._form(scan.form, 1)), (sha(before), sha(str(pages)))
        form = scan.form, scan.form_version
        self.store.read_again(scan.id, form, reads, "olga", "why", self._later(), pages_changed=changed)
        assert self._scan(name).pages == pages

    @rule(priority=st.integers(0, 9), days=st.none() | st.integers(1, 3))
    def order(self, priority: int, days: int | None) -> None:
        due = None if days is None else NOON + timedelta(days=days)
        self.store.set_batch_priority("monday", priority, "olga", "why", self._later())
        self.store.set_batch_due("monday", due, "olga", "why", self._later())
        self.store.set_batch_note("monday", str(days), "olga", self._later())

    @rule()
    def publish_records(self) -> None:
        self._publish(Path(self.folder.name) / "records.db")

    @invariant()
    def nothing_typed_is_lost(self) -> None:
        if not hasattr(self, "scans"):
            return
        kept = [each for scan in self.scans.values() for each in self._kept(scan)]
        assert sorted(str(each.text) for each in kept) == sorted(self.typed)

    @invariant()
    def what_was_paid_and_done_stays(self) -> None:
        ledger = [(line.number, line.micro, line.transcriber) for line in self.store.ledger()]
        assert ledger[: len(self.ledger)] == self.ledger
        self.ledger = list(ledger)
        acts = len(self.store.acts())
        assert acts >= self.acts
        self.acts = acts

    @invariant()
    def nobody_is_asked_about_what_is_cancelled_or_aside(self) -> None:
        if not hasattr(self, "scans"):
            return
        cancelled = self.store.batch("monday").cancelled_at is not None
        states = {each.scan.id: each.open_tasks for each in self.store.scan_states()}
        again = {each.newer for each in self.store.duplicates() if each.settled in ("duplicate", "retake", "joined")}
        for scan in self.scans.values():
            assert not states[scan] or not (cancelled or self.store.is_put_aside(scan) or scan in again)

    @invariant()
    def what_was_said_of_a_form_stays(self) -> None:
        for scan in self.doubted:
            assert any(Flag.NOT_THIS_FORM in each.flags for each in self._said(scan))

    def _kept(self, scan: str) -> list[Reading]:
        """What people and operators said of a scan, under each form that it was read as."""
        cited = [each for form in ("order", "letter") for each in self.store.cited(scan, form, 1)[0]]
        return [each for each in cited if each.kind != "machine"]

    def _said(self, scan: str) -> list[Reading]:
        try:
            return [each for each in self.store.field_history(scan, WHOLE).readings if each.kind != "machine"]
        except NotFound:
            return []

    def _later(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def _scan(self, name: str) -> Scan:
        return self.store.scan(self.scans[name])

    def _keys(self, scan: Scan) -> list[FieldKey]:
        return list(self._form(scan.form, 1).keys())

    def _key(self, scan: Scan) -> FieldKey:
        return self._keys(scan)[-1]

    def _form(self, name: str, version: int) -> Form:
        return self.other if name == "letter" else self.here.form

    def _publish(self, path: Path) -> None:
        publish(self.store, path, self._form)


TestVerbs = VerbsMachine.TestCase
TestVerbs.settings = examples(15, stateful_step_count=25)
