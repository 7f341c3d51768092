"""Tokens of programs, what is held about a person, and how a person leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from transcribe.errors import AnsweredOtherwise, NotFound
from transcribe.store.drivers.columns import attributes, micros, moment, moment_or_none, noun
from transcribe.store.drivers.database import Row
from transcribe.store.facts import ApiToken
from transcribe.store.verbs.erasure import ErasureVerbs
from transcribe.store.verbs.settlement import SettlementVerbs

ANSWER_KEPT = timedelta(days=30)
"""How long it is known what a request was answered. Chosen by hand."""


class ApiTokenVerbs(SettlementVerbs, ErasureVerbs):
    """Keeps the tokens of programs, and gives people what is held about them."""

    def put_token(self, token: ApiToken, token_hash: str, now: datetime) -> None:
        """Keep a program's token. Only its SHA-256 is kept."""
        with self.db.write():
            self.db.run("put_token", **attributes(token), token_hash=token_hash, now=now)
            self.log(self.actor, "token made", token.prefix, {"name": token.name, "scopes": sorted(token.scopes)}, now)

    def token(self, token_hash: str, now: datetime) -> ApiToken | None:
        """The token in force with this hash. None where there is none."""
        row = self.db.one("token", token_hash=token_hash, now=now)
        return None if row is None else _token_of(row)

    def tokens(self) -> list[ApiToken]:
        """Every token, latest first."""
        return [_token_of(row) for row in self.db.all("tokens")]

    def revoke_token(self, prefix: str, now: datetime) -> None:
        """End a token. NotFound where none has this prefix."""
        with self.db.write():
            if not self.db.changed("revoke_token", prefix=prefix, now=now):
                raise NotFound(
                    f"There is no token in force with the prefix {prefix!r}. fairhand tokens list says which there are."
                )
            self.log(self.actor, "token revoked", prefix, {}, now)

    def answered_once(
        self, token: str, idem: str, request_hash: str, now: datetime, deed: Callable[[], str]
    ) -> tuple[str, bool]:
        """The answer of a deed that a program's request asks for, and whether it had been given before.

        The deed is done once for each `idem` of a token, in the same transaction as its answer is kept, for 30 days.
        AnsweredOtherwise where another request had that `idem`.
        """
        with self.db.write():
            known = self.db.one("program_answer", token=token, idem=idem)
            if known is not None:
                if known["request_hash"] != request_hash:
                    raise AnsweredOtherwise(
                        "This Idempotency-Key was sent with another request before. Send each request with its own."
                    )
                return str(known["answer"]), True
            answer = deed()
            self.db.run("prune_program_answers", before=now - ANSWER_KEPT)
            self.db.run("put_program_answer", token=token, idem=idem, request_hash=request_hash, answer=answer, now=now)
            return answer, False

    def about(self, who: str) -> dict[str, object]:
        """Everything held about a person, for their own download: plain data, times in ISO 8601.

        A control item still in use is told like any other reading, as naming it would end its use.
        """
        with self.db.snapshot():
            person = self.person_row(who)
            return {
                "person": {name: _plain(name, person[name]) for name in person.keys() if name != "id"},  # noqa: SIM118 - a row is no dict
                **{what: self._rows(what, person) for what in ABOUT_PARTS},
            }

    def leave(self, who: str, now: datetime, by: str = "", why: str = "") -> None:
        """End a person's account and erase their name, their time zone and what they wrote about their work.

        Their readings and their pay stay, under a pseudonym. `by` and `why` are kept in the log.
        """
        with self.db.write():
            person = self.person_row(who)
            self._list_erasures({self._keyed_person(person): micros(now)})
            self._leave(person, by, {"why": why} if why else {}, now)
        self.empty_log()

    def replay_erasures(self) -> None:
        """Erase scans again, and have people leave again, where the list beside the database says so and this does not.

        People who left before they were listed are listed.
        """
        if self.erasures.size == self.db.value("erasures_size"):
            return
        with self.db.write():
            listed = self.erasures.read()
            people = {self._keyed_person(row): row for row in self.db.all("people")}
            for keyed, row in people.items():
                if keyed in listed and row["left_at"] is None:
                    self._leave(row, "", {"again": True}, moment(listed[keyed]))
            super().replay_erasures()
            left = {keyed: row["left_at"] for keyed, row in people.items() if row["left_at"] is not None}
            self._list_erasures({keyed: at for keyed, at in left.items() if keyed not in listed})

    def _leave(self, person: Row, by: str, detail: dict[str, object], now: datetime) -> None:
        who = person["public_id"]
        self.give_back(who, now)
        self.top_up(who, now)  # by the days of their time zone, which is forgotten then
        for each in LEAVING_STATEMENTS:
            self.db.run(each, person=person["id"])
        handle = f"left-{self.keyed_hash('left', who)[:12]}"
        self.db.run("pseudonymise", person=person["id"], handle=handle, now=now)
        self.db.run("erase_reasons_about", person=person["id"])  # only of who has left
        self.vouch("person", person["id"])
        self.log(by or self.actor, "person left", who, detail, now)
        self.note_words_in_log(now)

    def _keyed_person(self, person: Row) -> str:
        return self.keyed_hash("person left", person["public_id"])

    def _rows(self, what: str, person: Row) -> list[dict[str, object]]:
        return [
            {name: _plain(name, row[name]) for name in row.keys()}  # noqa: SIM118 - a row is no dict
            for row in self.db.all(f"about_{what}", person=person["id"])
        ]


ABOUT_PARTS = (
    "adds",
    "readings",
    "skips",
    "ledger",
    "kept_time",
    "carried",
    "waiting",
    "appeals",
    "questions",
    "disputes",
    "tests",
    "notices",
    "sessions",
    "links",
    "second_factor",
)
"""The parts of what is held about a person, each a statement `about_...`."""

LEAVING_STATEMENTS = (
    "end_all_sessions",
    "end_links",
    "end_password",
    "end_second_factor",
    "end_recovery_codes",
    "end_adds",
    "erase_questions_of",
    "erase_disputes_of",
    "erase_appeals_of",
)
"""What ends when a person leaves, and the words that they wrote about their work, each a statement."""

TIME_COLUMNS = frozenset(
    {
        "at",
        "left_at",
        "paused_at",
        "taken_back_at",
        "withdrawn_at",
        "decided_at",
        "answered_at",
        "confirmed_at",
        "seen_at",
        "until_at",
        "spent_at",
        "deadline",
    }
)
"""Columns that hold microseconds."""
LIST_COLUMNS = frozenset({"roles", "languages", "regions", "qualifications", "flags"})
"""Columns that hold a list as JSON."""


def _plain(name: str, value: Any) -> object:
    if value is None:
        return None
    if name in TIME_COLUMNS:
        return moment(value).isoformat()
    return json.loads(value) if name in LIST_COLUMNS else value


def _token_of(row: Row) -> ApiToken:
    return noun(ApiToken, row, until=moment_or_none(row["until_at"]))
