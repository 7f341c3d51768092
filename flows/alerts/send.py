"""Sending alerts to the addresses of the settings, by Apprise."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from flows.alerts.audited import audited_decisions
from flows.alerts.conditions import Looked, look
from flows.alerts.told_alerts import Memory, News, keep_memory, message_of, read_memory
from flows.home import Home
from transcribe.errors import FairhandError, SettingsError

TEST_TITLE = "fairhand: a test"
"""The title of a message sent to try an address."""

TEST_MESSAGE = "Alerts of this fairhand come here."
"""Its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was to be told, to how many addresses, and which did not take it, named without secrets."""

    news: News
    addresses: int = 0
    failed: tuple[str, ...] = ()


def alerts_now(home: Home, now: datetime, leave_out: frozenset[str] = frozenset()) -> tuple[Looked, News]:
    """All alerts that there are but those of checks to `leave_out`, and what would be told of them now."""
    looked, memory = _looked(home, now, leave_out)
    return looked, memory.news(looked.alerts, looked.failed | leave_out, now)


def send_alerts(home: Home, now: datetime) -> Sent:
    """Tell what is new to every address. What no address took is told with the next call."""
    looked, memory = _looked(home, now)
    news = memory.news(looked.alerts, looked.failed, now)
    sent = Sent(news=news)
    if news and home.settings.alerts:
        sent = replace(_sent(home.settings.alerts, *message_of(news)), news=news)
        if len(sent.failed) < sent.addresses:
            memory = memory.after(news, now)
    keep_memory(home.settings, memory)
    return sent


def send_test(addresses: Sequence[str]) -> Sent:
    """Send a message to every address, to try them; SettingsError where there is none."""
    if not addresses:
        raise SettingsError("No address is set. Set FAIRHAND_ALERTS to Apprise URLs, with spaces between several.")
    return _sent(addresses, TEST_TITLE, TEST_MESSAGE)


def _looked(home: Home, now: datetime, leave_out: frozenset[str] = frozenset()) -> tuple[Looked, Memory]:
    memory = read_memory(home.settings)
    audit = memory.fresh_audit(now)
    if audit is None and "audit" not in leave_out:
        try:
            audit = audited_decisions(home)
            memory = replace(memory, audit=audit, audit_at=now)
        except FairhandError:
            pass  # the look says so
    return look(home, now, audit, leave_out), memory


def _sent(addresses: Sequence[str], title: str, text: str) -> Sent:
    import apprise  # with its hundred services it takes a while

    logging.getLogger("apprise").setLevel(logging.CRITICAL)  # it would log addresses, which hold secrets
    failed = []
    for number, address in enumerate(addresses, start=1):
        notifier = apprise.Apprise()
        if not notifier.add(address):
            failed.append(f"address {number} (no Apprise URL that fairhand can use)")
        elif not notifier.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT):
            failed.append(f"address {number} ({address.partition(':')[0]})")
    return Sent(news=News(), addresses=len(addresses), failed=tuple(failed))
