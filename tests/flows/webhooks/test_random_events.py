"""Laws of webhooks: whatever happens to orders and receivers, one that follows the standard ends with what there is."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from flows.administration.records import forget_scan
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.steps.erasures import publish_records
from flows.webhooks import Sender
from reconcile.records import query
from tests.examples import examples
from tests.flows.serving.test_api import recorded
from tests.flows.webhooks.receivers import Receiver, receiving, send_all, subscribed

MOODS = ("well", "fails", "flaky", "gone", "slow", "forgets its answer")
"""How a receiver behaves; the last takes an event and then answers that it failed, so that it comes twice."""


class WebhookEvents(RuleBasedStateMachine):
    """Orders are decided, corrected and erased, the home is restored, the sender stops; two receivers follow."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        settings = configuration.load_settings(Path(self.folder.name) / "home")
        self.rooms: Home = open_home(settings.model_copy(update={"audit_share": 0.0}))
        self.mood, self.chance = "well", random.Random(7)
        self.contexts = [receiving(self.behave), receiving(self.behave)]
        self.references, self.values = (each.__enter__() for each in self.contexts)
        subscribed(self.rooms, self.references)
        subscribed(self.rooms, self.values, "values", with_values=True)
        self.scans: list[str] = []

    def behave(self, event: dict[str, Any], times: int) -> int:
        if self.mood == "forgets its answer" and times == 1:
            self.took(event)
            return 500
        bad = {"fails": 503, "gone": 410, "flaky": 500 if self.chance.random() < 0.5 else 200, "slow": 200}
        return bad.get(self.mood, 200)

    def took(self, event: dict[str, Any]) -> None:
        """It was taken although the answer says that it was not."""
        receiver = self.values if "record" in event["data"] else self.references
        if event["id"] not in receiver._seen:
            receiver._seen.add(event["id"])
            receiver.taken.append(event)

    @rule(cents=st.integers(min_value=0, max_value=99_999))
    def decide(self, cents: int) -> None:
        self.scans.append(recorded(self.rooms, f"{cents / 100:.2f}"))

    @precondition(lambda self: self.scans)
    @rule(pick=st.randoms(), cents=st.integers(min_value=0, max_value=99_999))
    def correct(self, pick: random.Random, cents: int) -> None:
        recorded(self.rooms, f"{cents / 100:.2f}", pick.choice(self.scans))

    @precondition(lambda self: self.scans)
    @rule(pick=st.randoms())
    def erase(self, pick: random.Random) -> None:
        scan = pick.choice(self.scans)
        self.scans.remove(scan)
        forget_scan(self.rooms, scan)

    @rule()
    def restore(self) -> None:
        self.rooms.store.begin_epoch(now(), now())
        publish_records(self.rooms)
        for each in self.rooms.store.webhooks():
            assert each.off_because == "restored"
            self.rooms.store.switch_webhook(each.name, "", now())

    @rule(mood=st.sampled_from(MOODS))
    def change_mood(self, mood: str) -> None:
        self.mood = mood

    @rule()
    def send(self) -> None:
        Sender(home=self.rooms, now=now).send_due()

    @rule()
    def replay(self) -> None:
        self.rooms.store.replay_webhook("erp", 0, now())

    @invariant()
    def nothing_is_wrongly_signed(self) -> None:
        assert not self.references.faults
        assert not self.values.faults

    def teardown(self) -> None:
        try:
            self.mood = "well"
            for each in self.rooms.store.webhooks():
                self.rooms.store.switch_webhook(each.name, "", now())
            send_all(self.rooms)
            self._compare()
        finally:
            for context in self.contexts:
                context.__exit__(None, None, None)
            self.rooms.close()
            self.folder.cleanup()

    def _compare(self) -> None:
        published = {}
        if self.rooms.settings.records.exists() and query.forms(self.rooms.settings.records):
            published = {each.scan: each for each in query.records(self.rooms.settings.records, "receipt")}
        expected = {scan: (each.record_version, each.document) for scan, each in published.items()}
        assert _versions(self.references) == {scan: version for scan, (version, _) in expected.items()}
        assert _versions(self.values) == {scan: version for scan, (version, _) in expected.items()}
        for scan, (version, record) in self.values.copy().items():
            assert record == expected[scan][1], version
        for receiver in (self.references, self.values):
            ids = [event["id"] for event in receiver.taken]
            assert len(ids) == len(set(ids))


def _versions(receiver: Receiver) -> dict[str, int]:
    return {scan: version for scan, (version, _) in receiver.copy().items()}


TestWebhookEvents = WebhookEvents.TestCase
TestWebhookEvents.settings = examples(8, stateful_step_count=20)
