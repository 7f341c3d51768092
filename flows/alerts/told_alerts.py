"""Which alerts were told, and when: kept in a file of the home, so that each is told once a day and ends once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows.alerts.alert import Alert
from flows.home import Settings

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
