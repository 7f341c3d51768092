"""The sender: fills the queue of each webhook, sends what is due, and keeps what became of it.

One runs at a time for a state, whatever machine it is on. It may be killed at any moment: what was sent and not kept
as such is sent again under the same name, by which a receiver knows it.
"""

from __future__ import annotations

import logging
import random
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import TextIOWrapper

from flows.home import Home, Settings
from flows.parts.webhooks.envelope import event_body, signed_headers
from flows.parts.webhooks.http_post import Network, Posted, Resolve, networks_of, post, resolve_by_system, target_of
from flows.parts.webhooks.retry_schedule import TRYING, next_try
from flows.runtime import take_lock
from reconcile.records import query
from transcribe.errors import FairhandError, NotFound
from transcribe.model import Delivery, Webhook
from transcribe.store import facts

logger = logging.getLogger("fairhand.webhooks")

AT_ONCE_COUNT = 4
"""Deliveries to one webhook at the same time, each of another scan. Chosen by hand."""

THREADS_COUNT = 32
"""Deliveries to all webhooks at the same time: eight slow receivers hold up no other one. Chosen by hand."""

LOOK_SECONDS = 1.0
"""Seconds between two looks for news. Chosen by hand."""

BATCH_LOOK = timedelta(seconds=10)
"""Time between two looks which batches have finished. Chosen by hand."""

KEPT = timedelta(days=30)
"""Deliveries that have ended are listed, and can be sent again, for so long. Chosen by hand."""

GONE_STATUS = 410
"""The status by which a receiver says that it wants no more."""

Clock = Callable[[], datetime]


SENDER = "sender"
"""The lock of the one process of all machines that sends webhooks."""

HELD_LOOK = timedelta(seconds=5)
"""Time between two looks whether it is still the one sender: a server started anew knows of none. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class SenderLock:
    """The lock of the one sender: a locked file of its home, and where several machines work the database's lock."""

    file: TextIOWrapper
    among_machines: facts.HeldLock

    def __enter__(self) -> SenderLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.among_machines.close()
        self.file.close()

    @property
    def is_held(self) -> bool:
        """Whether this process is the one sender still."""
        return self.among_machines.is_held


def sender_lock(home: Home, wait_seconds: float = 0.0) -> SenderLock | None:
    """The lock of the one sender, which ends with its process; None where another one holds it, on any machine."""
    file = take_lock(home.settings.home / "webhooks.lock", wait_seconds)
    if file is None:
        return None
    among = home.store.take_lock(SENDER, wait_seconds)
    if among is None:
        file.close()
        return None
    return SenderLock(file, among)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """One delivery, and what became of it; `posted` is None where there was nothing to send any more."""

    delivery: Delivery
    posted: Posted | None


@dataclass(kw_only=True)
class Sender:
    """Sends the webhooks of a home. `resolve` and `tls` are the system's; tests bring their own."""

    home: Home
    now: Clock
    resolve: Resolve = resolve_by_system
    tls: ssl.SSLContext | None = None
    counts: Counter[str] = field(default_factory=Counter)
    _running: dict[Future[_Sent], Delivery] = field(default_factory=dict)
    _batches_seen: datetime | None = None

    def run(self, stopping: threading.Event, lock: SenderLock) -> None:
        """Send until told to stop, or until this is the one sender no more.

        What is on its way then is waited for no longer than its own time.
        """
        looked = self.now()
        with ThreadPoolExecutor(THREADS_COUNT, thread_name_prefix="webhook") as pool:
            while not stopping.is_set():
                if not timedelta() <= self.now() - looked < HELD_LOOK:
                    looked = self.now()
                    if not lock.is_held:
                        return
                try:
                    self.step(pool)
                except FairhandError as error:
                    logger.error("%s", error)
                if self._running:
                    wait(self._running, LOOK_SECONDS, FIRST_COMPLETED)
                else:
                    stopping.wait(LOOK_SECONDS)

    def send_due(self) -> Mapping[str, int]:
        """Send all that is due now, each once; gives how many were delivered and how many failed."""
        with ThreadPoolExecutor(THREADS_COUNT) as pool:
            while self.step(pool) or self._running:
                wait(self._running, LOOK_SECONDS, FIRST_COMPLETED)
        return self.counts

    def step(self, pool: ThreadPoolExecutor) -> int:
        """Keep what has ended, fill the queues, begin what is due; gives how much of that there was."""
        ended = self._keep_ended()
        hooks = [each for each in self.home.store.webhooks() if not each.off_because]
        if not hooks:
            return ended
        published = self._published()
        self._look_at_batches(published)
        filled = sum(self.home.store.fill_queue(each.name, published, self.now()) for each in hooks)
        return ended + filled + sum(self._begin(pool, each) for each in hooks)

    def _published(self) -> int:
        """The position of the record database; 0 where there is none yet."""
        try:
            return query.position(self.home.settings.records)
        except NotFound:
            return 0

    def _look_at_batches(self, published: int) -> None:
        now = self.now()
        if self._batches_seen is None or not timedelta() <= now - self._batches_seen < BATCH_LOOK:
            self._batches_seen = now
            self.home.store.find_finished_batches(published, now)
            self.home.store.prune_deliveries(now - KEPT)

    def _begin(self, pool: ThreadPoolExecutor, webhook: Webhook) -> int:
        own = [each for each in self._running.values() if each.webhook == webhook.name]
        busy = {each.id for each in own} | {each.scan for each in own if each.scan}
        free = AT_ONCE_COUNT - len(own)
        if free <= 0:
            return 0
        secrets = self.home.store.webhook_secrets(webhook.name, self.now())
        if not secrets:
            self.home.store.switch_webhook(webhook.name, "key", self.now())
            return 0
        begun = 0
        for due in self.home.store.due_deliveries(webhook.name, self.now(), free + len(own)):
            if due.id not in busy and due.scan not in busy and begun < free:
                begun += 1
                busy |= {due.id} | ({due.scan} if due.scan else set())
                self._running[pool.submit(self._send, webhook, secrets, due)] = due
        return begun

    def _send(self, webhook: Webhook, secrets: tuple[str, ...], delivery: Delivery) -> _Sent:
        """Runs in a thread of the pool."""
        event = self.home.store.event_numbered(delivery.number)
        if event.type is None:  # its scan was forgotten a moment ago
            return _Sent(delivery=delivery, posted=None)
        body = event_body(self.home, webhook, event)
        headers = signed_headers(event.message, body, secrets, self.now())
        inside = inside_networks(self.home.settings)
        sent = post(target_of(webhook.url), body, headers, self.resolve, inside, private=webhook.private, tls=self.tls)
        return _Sent(delivery=delivery, posted=sent)

    def _keep_ended(self) -> int:
        """Keep what became of the deliveries that have ended, in one transaction."""
        ended = [each for each in self._running if each.done()]
        if ended:
            with self.home.store.together():
                for each in ended:
                    self._keep(self._running[each], each)
            for each in ended:
                del self._running[each]
        return len(ended)

    def _keep(self, delivery: Delivery, done: Future[_Sent]) -> None:
        error = done.exception()
        if error is not None:
            logger.error("delivery %s to %s: %s", delivery.id, delivery.webhook, type(error).__name__)
        posted = Posted(error=f"fairhand: {type(error).__name__}") if error else done.result().posted
        if posted is None:
            return
        store, now = self.home.store, self.now()
        if posted.is_taken and posted.status is not None:
            store.delivered(delivery.id, posted.status, now)
            self.counts["delivered"] += 1
            return
        self.counts["failed"] += 1
        said = posted.error or f"HTTP {posted.status}"
        again = next_try(delivery.tries + 1, delivery.first_at, now, random.random(), posted.retry_seconds)
        if posted.status == GONE_STATUS:
            store.not_delivered(delivery.id, posted.status, said, again or now, now)
            store.switch_webhook(delivery.webhook, "gone", now)
            return
        failing = self._fails_altogether(delivery.webhook, now)
        store.not_delivered(delivery.id, posted.status, said, now if again is None and failing else again, now)
        if again is None and failing:
            store.switch_webhook(delivery.webhook, "failing", now)

    def _fails_altogether(self, name: str, now: datetime) -> bool:
        """Whether nothing has arrived for as long as one delivery is tried."""
        webhook = self.home.store.webhook(name)
        since = webhook.failing_since
        return bool(webhook.off_because) or (since is not None and now - since >= TRYING)


def inside_networks(settings: Settings) -> tuple[Network, ...]:
    """The networks inside that webhooks may be sent to."""
    return networks_of(settings.webhook_networks)
