"""Accounts, links, sessions, tokens; what is held about a person, and leaving."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import cast

import pytest

from tests.transcribe.store.world import NOON, World, after, person, sent, sha
from transcribe.errors import AnsweredOtherwise, NotFound, SettingsError
from transcribe.store.facts import ApiToken, Pause, Rate, SecondFactor


def test_a_person_comes_back_as_they_were_put(here: World) -> None:
    rich = person(
        "zoe",
        "transcriber",
        "operator",
        engagement="staff",
        languages=("fr", "ar"),
        regions=("FR",),
        qualifications=frozenset({"date"}),
        time_zone="Europe/Paris",
        interface_language="fr",
        training=False,
        paused=True,
    )
    here.store.put_transcriber(rich, NOON)
    assert here.store.transcriber("zoe") == rich
    assert here.store.transcriber(rich.id) == rich


def test_a_handle_belongs_to_one_person(here: World) -> None:
    with pytest.raises(SettingsError):
        here.store.put_transcriber(replace(person("x"), handle="ann"), NOON)


def test_somebody_unknown_is_not_found(here: World) -> None:
    with pytest.raises(NotFound):
        here.store.transcriber("nobody")


@pytest.mark.promise("%(name)s signs in once")
def test_a_link_signs_in_once_and_not_after_its_time(here: World) -> None:
    here.store.put_link("ann", sha("link"), after(100), NOON)
    assert here.store.link(sha("link"), after(99)) == here.store.transcriber("ann").id
    assert here.store.link(sha("link"), after(99)) is not None
    assert here.store.spend_link(sha("link"), after(99)) == here.store.transcriber("ann").id
    assert here.store.spend_link(sha("link"), after(99)) is None
    here.store.put_link("ann", sha("old"), after(100), NOON)
    assert here.store.spend_link(sha("old"), after(100)) is None
    assert here.store.link(sha("unknown"), NOON) is None


def test_a_new_link_ends_older_ones_that_were_not_used(here: World) -> None:
    for name in ("first", "second", "third"):
        here.store.put_link("ann", sha(name), after(100), NOON)
    here.store.put_link("ben", sha("ben's"), after(100), NOON)
    assert [here.store.spend_link(sha(name), after(1)) for name in ("first", "second")] == [None, None]
    assert here.store.spend_link(sha("third"), after(1)) == here.store.transcriber("ann").id
    assert here.store.link(sha("ben's"), after(1)) == here.store.transcriber("ben").id


def test_a_second_factor_is_in_force_once_confirmed_and_a_code_counts_once(here: World) -> None:
    ann = here.store.transcriber("ann").id
    for session in ("own", "other"):
        here.store.put_session("ann", sha(session), "csrf", after(10_000), NOON)
    assert here.store.begin_second_factor("ann", "OLD", NOON)
    assert here.store.begin_second_factor("ann", "SECRET", NOON), "what was not confirmed is begun anew"
    assert not here.store.spend_code("ann", 7), "it is not in force yet"
    assert not here.store.confirm_second_factor("ann", "OLD", 7, [sha("a")], sha("own"), NOON)
    assert here.store.confirm_second_factor("ann", "SECRET", 7, [sha("a"), sha("b")], sha("own"), NOON)
    assert not here.store.begin_second_factor("ann", "THIRD", NOON)
    assert here.store.second_factor("ann") == SecondFactor(secret="SECRET", in_force=True, recovery_codes=2)
    alive = [here.store.session(sha(each), after(1), 1000) is not None for each in ("own", "other")]
    assert alive == [True, False]

    assert [here.store.spend_code("ann", step) for step in (6, 7, 8, 8, 7, 9)] == [
        False,
        False,
        True,
        False,
        False,
        True,
    ]
    spent = [here.store.spend_recovery_code("ann", sha(each), NOON) for each in "aacb"]
    assert spent == [True, False, False, True]
    here.store.put_recovery_codes("ann", [sha("d")], NOON)
    assert [here.store.spend_recovery_code("ann", sha(each), NOON) for each in "ad"] == [False, True]
    assert here.store.about("ann")["second_factor"] == [
        {"at": NOON.isoformat(), "confirmed_at": NOON.isoformat(), "recovery_codes": 0}
    ]

    here.store.put_session("ann", sha("waits"), "csrf", after(100), NOON, waits_for_code=True)
    assert here.store.session(sha("waits"), after(1), 1000) is None
    assert here.store.waiting_session(sha("waits"), after(1)) == (here.store.transcriber("ann"), "csrf")
    assert here.store.waiting_session(sha("own"), after(1)) is None
    assert here.store.end_second_factor("ann", NOON, "operator")
    assert not here.store.end_second_factor("ann", NOON, "operator")
    assert here.store.waiting_session(sha("waits"), after(1)) is None
    said = [(line.actor, line.action) for line in here.store.audit() if line.subject == ann][-3:]
    assert said == [(ann, "second factor set"), (ann, "recovery codes made"), ("operator", "second factor ended")]


def test_who_leaves_takes_their_second_factor_along(here: World) -> None:
    here.store.begin_second_factor("ann", "SECRET", NOON)
    here.store.confirm_second_factor("ann", "SECRET", 7, [sha("a")], "", NOON)
    ann = here.store.transcriber("ann").id
    here.store.leave("ann", NOON)
    assert here.store.second_factor(ann) is None
    assert not here.store.spend_recovery_code(ann, sha("a"), NOON)


def test_a_session_ends_when_idle_when_old_and_when_ended(here: World) -> None:
    here.store.put_session("ann", sha("s"), "csrf", after(10_000), NOON)
    found = here.store.session(sha("s"), after(900), idle_seconds=1000)
    assert found is not None
    assert (found[0].handle, found[1]) == ("ann", "csrf")
    assert here.store.session(sha("s"), after(1800), idle_seconds=1000) is not None
    assert here.store.session(sha("s"), after(2900), idle_seconds=1000) is None
    assert here.store.session(sha("s"), after(10_000), idle_seconds=99_999) is None
    here.store.end_sessions("ann", NOON, sha("other"))
    assert here.store.session(sha("s"), after(10), idle_seconds=1000) is not None
    here.store.end_sessions("ann", NOON, sha("s"))
    assert here.store.session(sha("s"), after(10), idle_seconds=1000) is None


def test_a_pause_leaves_sessions_and_links_and_says_since_when_and_why(here: World) -> None:
    here.store.put_session("ann", sha("s"), "csrf", after(10_000), NOON)
    here.store.put_link("ann", sha("l"), after(100), NOON)
    assert here.store.pause_of("ann") is None
    here.store.set_paused("ann", paused=True, now=after(1), by="olga", reason="we wait for forms")
    for _ in range(2):
        assert here.store.pause_of("ann") == Pause(since=after(1), reason="we wait for forms")
        here.store.set_paused("ann", paused=True, now=after(2), by="olga")
    found = here.store.session(sha("s"), after(2), 1000)
    assert found is not None
    assert found[0].paused
    assert here.store.spend_link(sha("l"), after(2)) == here.store.transcriber("ann").id
    here.store.set_paused("ann", paused=False, now=after(3))
    assert here.store.session(sha("s"), after(3), 1000) is not None
    here.store.set_paused("ann", paused=True, now=after(4))
    assert here.store.pause_of("ann") == Pause(since=after(4), reason=""), "no older reason is told"
    who = here.store.transcriber("ann").id
    here.store.set_paused("ann", paused=True, now=after(5), reason="in short: rest")
    here.store.leave("ann", after(6))
    assert here.store.pause_of(who) is None
    assert "in short: rest" not in json.dumps(here.store.about(who), default=str), "it goes with them"


def test_each_change_of_a_person_writes_its_own_fact_and_no_other(here: World) -> None:
    changes: dict[str, Callable[[], None]] = {
        "roles": lambda: here.store.set_roles("ann", {"expert"}, NOON, "olga"),
        "languages": lambda: here.store.set_languages("ann", ("es",), NOON, "olga"),
        "regions": lambda: here.store.set_regions("ann", ("ES",), NOON, "olga"),
        "qualifications": lambda: here.store.set_qualifications("ann", {"date"}, NOON, "olga"),
        "time_zone": lambda: here.store.set_time_zone("ann", "Asia/Dili", NOON, "olga"),
        "engagement": lambda: here.store.set_engagement("ann", "hourly", NOON, "olga"),
        "interface_language": lambda: here.store.set_interface_language("ann", "es", NOON, "olga"),
        "training": lambda: here.store.set_training("ann", training=True, now=NOON, by="olga"),
        "paused": lambda: here.store.set_paused("ann", paused=True, now=NOON, by="olga"),
    }
    here.store.set_training("ann", training=False, now=NOON)  # who has answered once has begun
    for fact, change in changes.items():
        before, lines = asdict(here.store.transcriber("ann")), len(here.store.audit())
        for _ in range(2):
            change()
        after_it = asdict(here.store.transcriber("ann"))
        assert {name for name in before if before[name] != after_it[name]} == {fact}
        (line,) = here.store.audit()[lines:]
        assert (line.actor, line.action) == ("olga", f"{fact.replace('_', ' ')} set")
    here.store.leave("ann", NOON)
    gone = here.store.transcriber(sha("ann")[:16])
    with pytest.raises(NotFound):
        here.store.set_paused(gone.id, paused=False, now=NOON)


def test_a_password_is_kept_as_its_hash_and_replaced(here: World) -> None:
    assert here.store.password("ann") is None
    here.store.put_password("ann", "$argon2id$one", NOON)
    here.store.put_password("ann", "$argon2id$two", NOON)
    assert here.store.password("ann") == "$argon2id$two"


def test_a_token_is_in_force_until_its_end_or_until_it_is_revoked(here: World) -> None:
    token = ApiToken(prefix="ab12", name="till", scopes=frozenset({"records:read"}), at=NOON, until=after(100))
    here.store.put_token(token, sha("secret"), NOON)
    assert here.store.token(sha("secret"), after(99)) == token
    assert here.store.token(sha("secret"), after(100)) is None
    here.store.revoke_token("ab12", after(50))
    assert here.store.token(sha("secret"), after(60)) is None
    assert [each.revoked_at for each in here.store.tokens()] == [after(50)]
    with pytest.raises(NotFound, match="fairhand tokens list says which there are"):
        here.store.revoke_token("ab12", after(51))


@pytest.mark.promise("sent again with it")
def test_an_answer_to_a_program_is_kept_for_thirty_days(here: World) -> None:
    done: list[str] = []

    def deed() -> str:
        done.append("done")
        return f"answer {len(done)}"

    def ask(idem: str, days: float) -> tuple[str, bool]:
        return here.store.answered_once("ab12", idem, sha("asked"), after(days * 86_400), deed)

    assert ask("key", 0) == ("answer 1", False)
    assert ask("another", 29.9) == ("answer 2", False)
    assert ask("key", 29.9) == ("answer 1", True)
    ask("third", 30.1)
    assert ask("key", 30.1) == ("answer 4", False)
    with pytest.raises(AnsweredOtherwise):
        here.store.answered_once("ab12", "key", sha("asked otherwise"), after(31 * 86_400), deed)


@pytest.mark.promise(
    "What you read, when and how long it took, what you asked",
    "What you read, when and how long it took, what you earned,",
)
def test_everything_held_about_a_person_is_one_download(here: World) -> None:
    here.store.put_rate(Rate(form="", micro=5, currency="EUR", since=NOON), NOON)
    here.ask(here.scan("a"), "number", "total")
    first, second = here.store.lease("ann", 2, NOON)
    here.store.submit(first.id, "ann", sent("A1", "one"), after(5))
    here.store.undo(first.id, "ann", after(6))
    here.store.skip(second.id, "ann", "rather not", 2.0, after(7))
    here.store.put_session("ann", sha("s"), "csrf", after(100), NOON)
    held = json.loads(json.dumps(here.store.about("ann")))
    assert held["person"]["handle"] == "ann"
    assert [(each["text"], each["taken_back_at"]) for each in held["readings"]] == [("A1", after(6).isoformat())]
    assert [each["reason"] for each in held["skips"]] == ["rather not"]
    assert [each["micro"] for each in held["ledger"]] == [5, 0]
    assert sha("s") not in json.dumps(held)
    assert here.store.transcriber("ben").id not in json.dumps(held)


@pytest.mark.promise(
    "Your name, time zone, password and links are erased, with what you asked and",
    "Your name, time zone, password and links are erased, with what you asked,",
    "readings, ledger and what",
    "what they read and were",
)
def test_who_leaves_is_a_pseudonym_and_their_pay_stays(here: World) -> None:
    here.store.put_rate(Rate(form="", micro=5, currency="EUR", since=NOON), NOON)
    here.ask(here.scan("a"), "number", "total")
    first, second = here.store.lease("ann", 2, NOON)
    here.store.submit(first.id, "ann", sent("A1", "one"), after(5))
    here.store.put_session("ann", sha("s"), "csrf", after(100), NOON)
    here.store.put_link("ann", sha("l"), after(100), NOON)
    here.store.put_password("ann", "$argon2id$", NOON)
    who = here.store.transcriber("ann").id
    here.store.leave("ann", after(10))
    assert here.store.session(sha("s"), after(11), 1000) is None
    assert here.store.link(sha("l"), after(11)) is None
    assert here.store.password(who) is None
    gone = here.store.transcriber(who)
    assert gone.handle.startswith("left-")
    assert gone.languages == ()
    assert here.store.lease(who, 4, after(12)) == []
    assert [task.id for task in here.store.lease("ben", 4, after(12))] == [second.id]
    assert [line.micro for line in here.store.close_period(after(20), "last", after(20))] == [-10_000]


def test_since_when_an_account_is_paused_is_held_until_the_pause_ends(here: World) -> None:
    for at in (1, 5):
        here.store.set_paused("ann", paused=True, now=after(at))
    held = cast(dict[str, object], here.store.about("ann")["person"])
    assert held["paused_at"] == after(1).isoformat(), "pausing again begins no other pause"
    here.store.set_paused("ann", paused=False, now=after(9))
    held = cast(dict[str, object], here.store.about("ann")["person"])
    assert held["paused_at"] is None
