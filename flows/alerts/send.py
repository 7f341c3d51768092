"""Sending alerts to the addresses of the settings, by Apprise."""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.alerts.conditions import Alert, Looked, audited_decisions, look
from flows.home import Home, Settings
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


# Which alerts were told, and when: kept in a file of the home, so that each is told once a day and ends once.

AGAIN = timedelta(days=1)
"""An alert that lasts is told again after so long."""


AUDIT_AGE = timedelta(hours=20)
"""The age at which audit counts are taken anew. Counting takes a look at every scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An alert that was told, and when for the last time."""

    alert: Alert
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is to be told now: alerts that are new or last for another day, and those that are over."""

    alerts: tuple[Alert, ...] = ()
    over: tuple[Alert, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.alerts or self.over)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What was told, by subject, and what audits had found by form (wrong, count) at some time."""

    told: Mapping[str, Told] = field(default_factory=dict)
    audit: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    audit_at: datetime | None = None

    def fresh_audit(self, now: datetime) -> Mapping[str, tuple[int, int]] | None:
        """What audits had found, None where that is too long ago."""
        return self.audit if self.audit_at and timedelta() <= now - self.audit_at < AUDIT_AGE else None

    def news(self, alerts: Iterable[Alert], failed: frozenset[str], now: datetime) -> News:
        """What is to be told of these alerts. Where a check `failed`, nothing of it is over."""
        there = {each.subject: each for each in alerts}
        due = [each for each in there.values() if not self._is_told(each, now)]
        gone = [each.alert for subject, each in self.told.items() if subject not in there]
        return News(alerts=tuple(due), over=tuple(each for each in gone if each.check not in failed))

    def after(self, news: News, now: datetime) -> Memory:
        """The memory after this was told."""
        over = {each.subject for each in news.over}
        kept = {subject: each for subject, each in self.told.items() if subject not in over}
        return replace(self, told=kept | {each.subject: Told(alert=each, at=now) for each in news.alerts})

    def _is_told(self, alert: Alert, now: datetime) -> bool:
        told = self.told.get(alert.subject)
        return told is not None and timedelta() <= now - told.at < AGAIN


def read_memory(settings: Settings) -> Memory:
    """What was told in this home; nothing where that is not kept or damaged. Alerts are told once more then."""
    try:
        kept: dict[str, Any] = json.loads(_file(settings).read_text(encoding="utf-8"))
        told = {
            subject: Told(
                alert=Alert(check=each["check"], subject=subject, message=each["message"]),
                at=datetime.fromisoformat(each["at"]),
            )
            for subject, each in kept["told"].items()
        }
        audit = {form: (int(wrong), int(count)) for form, (wrong, count) in kept["audit"].items()}
        at = datetime.fromisoformat(kept["audit_at"]) if kept["audit_at"] else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Memory()
    return Memory(told=told, audit=audit, audit_at=at)


def keep_memory(settings: Settings, memory: Memory) -> None:
    """Keep what was told, in one step."""
    told = {
        subject: {"check": each.alert.check, "message": each.alert.message, "at": each.at.isoformat()}
        for subject, each in memory.told.items()
    }
    at = memory.audit_at.isoformat() if memory.audit_at else None
    half = _file(settings).with_name(f"{_file(settings).name}.{secrets.token_hex(4)}.part")
    half.write_text(json.dumps({"told": told, "audit": memory.audit, "audit_at": at}), encoding="utf-8")
    half.replace(_file(settings))


def message_of(news: News) -> tuple[str, str]:
    """The title and the text of the message about this."""
    counts: Sequence[str] = [
        f"{len(each)} {what}" for each, what in ((news.alerts, "to look at"), (news.over, "over")) if each
    ]
    lines = [f"- {each.message}" for each in news.alerts] + [f"- Over: {each.message}" for each in news.over]
    return f"fairhand: {', '.join(counts)}", "\n".join(lines)


def _file(settings: Settings) -> Path:
    return settings.home / "alerts.json"
