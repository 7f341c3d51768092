"""Who is told: webhooks, what each wants, and their secrets."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import datetime

from transcribe.errors import NotFound, SettingsError
from transcribe.model import Webhook
from transcribe.store.drivers.database import Row
from transcribe.store.lookup import Lookup
from transcribe.store.row_mapping import micros, moment, moment_or_none, text

SALT_BYTES = 16
"""Random bytes of the salt of a secret: none is drawn twice."""

SECRET_PREFIX = "whsec_"  # noqa: S105 - the beginning of each, no secret
"""How a secret begins, as Standard Webhooks has it."""

MARK_LENGTH = 16
"""So many hexadecimal digits of the hash of a secret tell it from another."""


class WebhookVerbs(Lookup):
    """Keeps webhooks. A secret is derived from the key of the state and a salt, and stands in no table."""

    def home_name(self) -> str:
        """The random name of this home, which stays with it."""
        return str(self.db.value("home_name"))

    def add_webhook(self, webhook: Webhook, position: int | None, now: datetime) -> str:
        """Keep a webhook that is told of what comes after this number; None: from now on. Gives its secret, this once.

        SettingsError where the name is taken.
        """
        with self.db.write():
            wanted = {"types": text(list(webhook.types)), "forms": text(list(webhook.forms))}
            begin = self.last_told_number() if position is None else position
            try:
                number = self.db.insert(
                    "put_webhook",
                    name=webhook.name,
                    url=webhook.url,
                    with_values=int(webhook.with_values),
                    private=int(webhook.private),
                    position=begin,
                    now=micros(now),
                    **wanted,
                )
            except self.db.conflict as error:
                raise SettingsError(f"There is a webhook {webhook.name!r} already. Name it otherwise.") from error
            detail = {**wanted, "with_values": webhook.with_values, "private": webhook.private, "after": begin}
            self.log(self.actor, "webhook added", webhook.name, detail, now)
            return self._new_secret(number, now)

    def webhooks(self) -> list[Webhook]:
        """All webhooks by name."""
        return [webhook_of(row) for row in self.db.all("webhooks", name=None)]

    def webhook(self, name: str) -> Webhook:
        """The webhook of this name. NotFound where there is none, here and in all that follow."""
        return webhook_of(self.webhook_row(name))

    def tells_webhooks(self) -> bool:
        """Whether there is a webhook that is not switched off."""
        return bool(self.db.value("webhook_is_on"))

    def remove_webhook(self, name: str, now: datetime) -> None:
        """Forget a webhook, its secrets and its queue."""
        with self.db.write():
            self.webhook_row(name)
            self.db.run("drop_webhook", name=name)
            self.log(self.actor, "webhook removed", name, {}, now)

    def rotate_webhook(self, name: str, until: datetime, now: datetime) -> str:
        """A new secret; those before hold beside it until then. Gives it, this once."""
        with self.db.write():
            number = self.webhook_row(name)["id"]
            self.db.run("end_webhook_secrets", id=number, until=micros(until))
            self.log(self.actor, "webhook secret rotated", name, {"old_until": until.isoformat()}, now)
            return self._new_secret(number, now)

    def webhook_secrets(self, name: str, now: datetime) -> tuple[str, ...]:
        """The secrets in force, the newest first. Those that were made with another key of the state are not."""
        rows = self.db.all("webhook_secrets", id=self.webhook_row(name)["id"], now=micros(now))
        found = [(self._secret(row["salt"]), row["mark"]) for row in rows]
        return tuple(secret for secret, mark in found if _mark(secret) == mark)

    def switch_webhook(self, name: str, off_because: str, now: datetime) -> None:
        """Switch a webhook off for a reason, or on where it is empty: what waits is then tried at once."""
        with self.db.write():
            row = self.webhook_row(name)
            if not off_because:
                self.db.run("try_again_at_once", id=row["id"], now=micros(now))
            if row["off_because"] == off_because:
                return
            self.db.run("switch_webhook", id=row["id"], reason=off_because, now=micros(now) if off_because else None)
            action = "webhook switched off" if off_because else "webhook switched on"
            self.log(self.actor, action, name, {"because": off_because} if off_because else {}, now)

    def replay_webhook(self, name: str, after: int, now: datetime) -> None:
        """Tell a webhook again of everything after this number, under the same messages as before."""
        with self.db.write():
            row = self.webhook_row(name)
            self.db.run("move_webhook", id=row["id"], position=min(after, row["position"]))
            self.log(self.actor, "webhook replayed", name, {"after": after}, now)

    def last_told_number(self) -> int:
        """The highest number that the outbox or another event has."""
        return int(self.db.value("last_outbox_number") or 0)

    def webhook_row(self, name: str) -> Row:
        """The row of a webhook; NotFound where there is none."""
        row = self.db.one("webhooks", name=name)
        if row is None:
            raise NotFound(f"There is no webhook {name[:80]!r}. fairhand webhooks list shows them.")
        return row

    def _new_secret(self, webhook: int, now: datetime) -> str:
        salt = secrets.token_hex(SALT_BYTES)
        secret = self._secret(salt)
        self.db.run("put_webhook_secret", id=webhook, salt=salt, mark=_mark(secret), now=micros(now))
        return secret

    def _secret(self, salt: str) -> str:
        return SECRET_PREFIX + base64.b64encode(bytes.fromhex(self.keyed_hash("webhook secret", salt))).decode()


def _mark(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:MARK_LENGTH]


def webhook_of(row: Row) -> Webhook:
    """The noun of a row."""
    return Webhook(
        name=row["name"],
        url=row["url"],
        types=tuple(json.loads(row["types"])),
        forms=tuple(json.loads(row["forms"])),
        with_values=bool(row["with_values"]),
        private=bool(row["private"]),
        position=row["position"],
        at=moment(row["at"]),
        off_because=row["off_because"],
        off_at=moment_or_none(row["off_at"]),
        failing_since=moment_or_none(row["failing_since"]),
        delivered_at=moment_or_none(row["delivered_at"]),
        waiting=row["waiting"],
        dead=row["dead"],
    )
